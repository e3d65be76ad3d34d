// Owns the file of what was refused of one import: each line with number and reason, up to a size, and no more of it than
// lies before the place where the import goes on.
import { access, appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { realDisk } from '../../journal/disk.ts'
import { writeAtomic } from '../../support/atomic-file.ts'
import { inTurn } from '../../support/turns.ts'
import type { ForeignLine } from './lines.ts'
import type { Place } from './place.ts'

export interface Refusal {
  readonly line: ForeignLine
  readonly reason: string
}

export interface Rejected {
  readonly path: string
  /** Refusals that there was no place for. */
  leftOut(): number
  /** Why nothing should be added now; undefined where there is room on the disk, or nothing would be added anyway. */
  lack(): Promise<string | undefined>
  /** Resolves when they are on disk. */
  add(refusals: readonly Refusal[]): Promise<void>
  /** Says in the last line how many were left out. */
  finish(): Promise<void>
}

/** What anybody looks at; the counters are exact beyond it. */
const mostBytes = 16_000_000
const shownText = 65_536

const written = ({ line, reason }: Refusal): string => `${JSON.stringify({ line: line.number, reason, text: line.text.slice(0, shownText) })}\n`

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false)

/** Leaves what is of lines up to a number; resolves with its bytes. A last line that a crash cut off has no end and goes. */
async function cutBack(path: string, upTo: number): Promise<number> {
  if (!(await isThere(path))) return 0
  const text = upTo === 0 ? '' : await readFile(path, 'utf8')
  const kept = text.split('\n').slice(0, -1).filter((one) => Number(/^\{"line":(\d+),/.exec(one)?.[1] ?? Infinity) <= upTo)
  if (kept.length === 0) {
    await rm(path, { force: true })
    return 0
  }
  const whole = `${kept.join('\n')}\n`
  if (whole !== text) await writeAtomic(path, whole)
  return Buffer.byteLength(whole)
}

/** Opens the file for an import that goes on after a place; `floor` tells how much of so many bytes of the disk must stay free. */
export async function openRejected(path: string, from: Place, floor: (total: number) => number): Promise<Rejected> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  let bytes = await inTurn(path, () => cutBack(path, from.line))
  // Compaction may be writing the file anew.
  const append = (text: string): Promise<void> => inTurn(path, () => appendFile(path, text, { flush: true }))
  let { leftOut } = from
  return {
    path,
    leftOut: () => leftOut,
    async lack() {
      if (leftOut > 0) return undefined
      const { free, total } = await realDisk.space(folder)
      const needed = floor(total)
      return free >= needed ? undefined : `${free} bytes are free on the disk of ${folder}, ${needed} must stay free`
    },
    async add(refusals) {
      let text = ''
      for (const refusal of refusals) {
        const one = written(refusal)
        const size = Buffer.byteLength(one)
        if (leftOut > 0 || bytes + size > mostBytes) leftOut++
        else {
          text += one
          bytes += size
        }
      }
      if (text !== '') await append(text)
    },
    async finish() {
      if (leftOut > 0) await append(`${JSON.stringify({ more: leftOut, reason: `the first ${mostBytes / 1e6} MB of refused lines are kept` })}\n`)
    },
  }
}
