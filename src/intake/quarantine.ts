// Owns samples of what was refused, so that a person can see it: `state/quarantine/invalid-YYYYMMDD.ndjson`. Bounded by day
// and reason, and by days; the counters have the whole number.
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isModest, isObject, parseJson } from '../support/json.ts'
import { inTurn } from '../support/turns.ts'

export interface Quarantine {
  keep(reason: string, what: unknown): void
  /** Samples kept since it was opened. */
  kept(): number
  flush(): Promise<void>
}

const perReason = 50
const maxReasons = 200
const maxBytes = 65_536
const maxBytesADay = 16 * 1024 * 1024
const maxDepth = 64
const maxDays = 30

/** What was kept of a day. */
interface Tally {
  bytes: number
  readonly reasons: Map<string, number>
}

const nothing = (): Tally => ({ bytes: 0, reasons: new Map() })

/** Whether there is room for one more, which is counted then. */
function enters({ bytes, reasons }: Tally, reason: string, size: number): boolean {
  const count = reasons.get(reason) ?? 0
  if (count >= perReason || (count === 0 && reasons.size >= maxReasons) || bytes + size > maxBytesADay) return false
  reasons.set(reason, count + 1)
  return true
}

const fileOf = (day: string): string => `invalid-${day}.ndjson`

/** What earlier lives of the process kept of a day. A sample that was cut to its size has no reason that could be read: it counts by its bytes. */
async function tallyOf(path: string): Promise<Tally> {
  const tally = nothing()
  const text = await readFile(path, 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const sample = parseJson(line)
    if (isObject(sample) && typeof sample['reason'] === 'string') enters(tally, sample['reason'], 0)
  }
  tally.bytes = text.length
  return tally
}

/** Samples of the newest days stay. */
async function removeOld(folder: string): Promise<void> {
  const days = (await readdir(folder)).filter((name) => /^invalid-\d{8}\.ndjson$/.test(name)).sort()
  for (const name of days.slice(0, -maxDays)) await rm(join(folder, name), { force: true })
}

export function createQuarantine(folder: string, now: () => number): Quarantine {
  let day = ''
  /** What was asked to be kept: bounds what waits for the disk. */
  let asked = nothing()
  /** What is kept, with what was there before. */
  let there: Promise<Tally> = Promise.resolve(nothing())
  let kept = 0
  let writing: Promise<void> = Promise.resolve()

  async function begin(path: string): Promise<Tally> {
    await mkdir(folder, { recursive: true })
    const tally = await tallyOf(path)
    await removeOld(folder)
    return tally
  }

  async function write(path: string, tally: Promise<Tally>, reason: string, line: string): Promise<void> {
    const before = await tally
    if (!enters(before, reason, line.length)) return
    before.bytes += line.length
    await inTurn(path, () => appendFile(path, line))
    kept++
  }

  return {
    keep(reason, what) {
      const today = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '')
      const path = join(folder, fileOf(today))
      if (today !== day) {
        day = today
        asked = nothing()
        // A folder that cannot be read or made is told by the samples that cannot be written.
        there = begin(path).catch(nothing)
      }
      if (!enters(asked, reason, 0)) return
      // What is too large or nested too deeply could not even be written.
      const sample = isModest(what, maxBytes, maxDepth) ? { reason, draft: what } : { reason }
      const line = `${JSON.stringify(sample).slice(0, maxBytes)}\n`
      if ((asked.bytes += line.length) > maxBytesADay) return
      const tally = there
      // A sample that cannot be kept (the disk may be full) is still counted among what was refused.
      writing = writing.then(() => write(path, tally, reason, line)).catch(() => undefined)
    },
    kept: () => kept,
    flush: () => writing,
  }
}
