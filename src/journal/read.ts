// Owns reading segments back, plain or sealed, from any position on. Lines that cannot be ours are reported and left out;
// everything else is handed on unparsed.
import type { FileHandle } from 'node:fs/promises'
import { linePosition, type Position } from '../message/line.ts'
import { readBatch, type OnDamage } from './batch.ts'
import { readSeal } from './checksum.ts'
import { linesFrom, sift } from './lines.ts'
import { memberAt } from './members.ts'
import type { Batch, Segment } from './port.ts'

/** Told about damage: which segment, the line (or ''), and why. */
export type OnSegmentDamage = (segment: string, line: string, reason: string) => void

/**
 * The byte where reading should begin to see every record after a position: some line at or before the first of them.
 * A binary search over the bytes, so that a resume in a segment of a gigabyte does not read it all.
 */
async function seek(file: FileHandle, size: number, after: Position): Promise<number> {
  const buffer = Buffer.alloc(64 * 1024)
  let low = 0
  let high = size
  while (high - low > buffer.length) {
    const middle = Math.floor((low + high) / 2)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, middle)
    const text = buffer.toString('latin1', 0, bytesRead)
    const start = text.indexOf('\n') + 1
    const end = text.indexOf('\n', start)
    const position = start > 0 && end > 0 ? linePosition(text.slice(start, end)) : undefined
    // A line longer than the window, or a damaged one: fall back to the lower half, which is always right.
    if (position === undefined || position > after) high = middle
    else low = middle + start
  }
  return low
}

/** The same in a sealed segment: where a member begins. What is known of it may be of the version before or after the one that is open. */
async function seekMember(file: FileHandle, seals: string, name: string, after: Position): Promise<number> {
  const seal = await readSeal(seals, name)
  if (seal?.members === undefined || seal.bytes !== (await file.stat()).size) return 0
  return memberAt(seal.members, after)
}

export interface Bounds {
  /** Where the next segment begins. */
  readonly before?: Position | undefined
  /** Where it is kept what is known of sealed segments; without it, these are read from their beginning. */
  readonly seals?: string | undefined
}

/**
 * The records of a segment after a position, in batches of about 256 kB. A
 * segment that breaks off (a damaged gzip stream, an I/O error) is reported and ends there, and one that retention removed has
 * none. Then it returns the place after which nothing could be read.
 */
export async function* readSegment(segment: Segment, after: Position, onDamage: OnSegmentDamage, { before = Number.POSITIVE_INFINITY, seals }: Bounds = {}): AsyncGenerator<Batch, Position | undefined> {
  const damage: OnDamage = (line, reason) => onDamage(segment.name, line, reason)
  let at = after
  let previous: Position = segment.from - 1
  let start = 0
  async function beginning(file: FileHandle): Promise<number> {
    if (after < segment.from) return 0
    if (!segment.sealed) start = await seek(file, segment.bytes, after)
    else if (seals !== undefined) start = await seekMember(file, seals, segment.name, after)
    return start
  }
  try {
    for await (const all of linesFrom(segment, beginning, damage)) {
      const lines: string[] = []
      let read = 0
      const take = (line: string, position: Position) => {
        read++
        if (position <= at) return
        lines.push(line)
        at = position
      }
      previous = sift(all, previous, before, take, damage)
      if (read > 0) yield readBatch(at, lines, read, damage)
    }
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      // It was sealed between being listed and being opened; a sealed one that is gone was removed by retention.
      return segment.sealed ? at : yield* readSegment({ ...segment, name: `${segment.name}.gz`, path: `${segment.path}.gz`, sealed: true }, at, onDamage, { before, seals })
    }
    // Where the list of members was wrong, all of it can be read; and where the file is, what is told of it is the same.
    if (segment.sealed && start > 0) return yield* readSegment(segment, at, onDamage, { before })
    damage('', `unreadable: ${error instanceof Error ? error.message : String(error)}`)
    return at
  }
}
