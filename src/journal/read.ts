// Owns reading segments back, plain or sealed, from any position on. Lines that cannot be ours are reported and left out;
// everything else is handed on unparsed.
import { open } from 'node:fs/promises'
import { linePosition, type Position } from '../message/line.ts'
import { readBatch, type OnDamage } from './batch.ts'
import { linesFrom, sift } from './lines.ts'
import type { Batch, Segment } from './port.ts'

/** Told about damage: which segment, the line (or ''), and why. */
export type OnSegmentDamage = (segment: string, line: string, reason: string) => void

/**
 * The byte where reading should begin to see every record after a position: some line at or before the first of them.
 * A binary search over the bytes, so that a resume in a segment of a gigabyte does not read it all.
 */
async function seek(path: string, size: number, after: Position): Promise<number> {
  const file = await open(path, 'r')
  try {
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
  } finally {
    await file.close()
  }
}

/**
 * The records of a segment after a position, in batches of about 256 kB; `before` is where the next segment begins. A
 * segment that breaks off (a damaged gzip stream, an I/O error) is reported and ends there, and one that retention removed has
 * none. Then it returns the place after which nothing could be read.
 */
export async function* readSegment(segment: Segment, after: Position, onDamage: OnSegmentDamage, before: Position = Number.POSITIVE_INFINITY): AsyncGenerator<Batch, Position | undefined> {
  const damage: OnDamage = (line, reason) => onDamage(segment.name, line, reason)
  let at = after
  let previous: Position = segment.from - 1
  try {
    const from = segment.sealed || after < segment.from ? 0 : await seek(segment.path, segment.bytes, after)
    for await (const all of linesFrom(segment, from, damage)) {
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
      return segment.sealed ? at : yield* readSegment({ ...segment, name: `${segment.name}.gz`, path: `${segment.path}.gz`, sealed: true }, at, onDamage, before)
    }
    damage('', `unreadable: ${error instanceof Error ? error.message : String(error)}`)
    return at
  }
}
