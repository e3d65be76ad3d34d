// Owns reading segments back, plain or sealed, from any position on. Lines that cannot be ours are reported and left out;
// everything else is handed on unparsed.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { linePosition, type Position } from '../message/record.ts'
import { readBatch, type OnDamage } from './batch.ts'
import type { Batch, Segment } from './port.ts'

const chunkBytes = 256 * 1024
/** No record of ours is longer: intake bounds what it takes. */
const maxLine = 4 * 1024 * 1024

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

/** Splits a byte stream into lines of at most `maxLine`; an unterminated last line is handed on too. */
async function* splitLines(chunks: AsyncIterable<Buffer>, onDamage: OnDamage): AsyncGenerator<string[]> {
  let rest: Buffer[] = []
  let restBytes = 0
  let skipping = false
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a)
    if (end < 0) {
      if (!skipping) rest.push(chunk)
      restBytes += chunk.length
      if (restBytes > maxLine) {
        if (!skipping) onDamage('', `a line of more than ${maxLine} bytes`)
        skipping = true
        rest = []
      }
      continue
    }
    let text: string
    if (skipping) {
      const first = chunk.indexOf(0x0a)
      text = first === end ? '' : chunk.toString('utf8', first + 1, end)
    } else {
      text = rest.length === 0 ? chunk.toString('utf8', 0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]).toString('utf8')
    }
    skipping = false
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    restBytes = chunk.length - end - 1
    if (text !== '') yield text.split('\n')
  }
  if (rest.length > 0) yield [Buffer.concat(rest).toString('utf8')]
}

/** The bytes of a segment from an offset of its plain text. */
async function* bytesOf(segment: Segment, from: number): AsyncGenerator<Buffer> {
  const end = segment.sealed ? {} : { end: segment.bytes - 1 }
  if (!segment.sealed && segment.bytes <= from) return
  const file = createReadStream(segment.path, { start: segment.sealed ? 0 : from, highWaterMark: chunkBytes, ...end })
  if (!segment.sealed) {
    yield* file
    return
  }
  const plain = createGunzip({ chunkSize: chunkBytes })
  file.on('error', (error) => plain.destroy(error))
  file.pipe(plain)
  try {
    yield* plain
  } finally {
    file.destroy()
    plain.destroy()
  }
}

/** Every line of a segment as it stands there, damaged or not. Throws where the file itself cannot be read. */
export async function* readLines(segment: Segment, onDamage: OnDamage): AsyncGenerator<string[]> {
  yield* splitLines(bytesOf(segment, 0), onDamage)
}

const positionOf = (line: string): Position | undefined => (line.endsWith('}') ? linePosition(line) : undefined)

/**
 * Goes through consecutive lines of a segment: `onGood` gets those that can be records, `onDamage` the others. Positions rise,
 * from `previous` on and not up to `before`; where two do not, the earlier one is wrong if the later one goes on from what
 * was before both, so that a damaged digit does not hide all that follows. Returns the last good position.
 */
export function sift(lines: readonly string[], previous: Position, before: Position, onGood: (line: string, position: Position) => void, onDamage: OnDamage): Position {
  let last = previous
  let following = positionOf(lines[0] ?? '')
  for (const [i, line] of lines.entries()) {
    const position = following
    following = positionOf(lines[i + 1] ?? '')
    if (position === undefined) {
      if (line !== '') onDamage(line, 'not a record')
    } else if (position <= last || position >= before || (following !== undefined && following <= position && following > last)) {
      onDamage(line, 'its $T is out of order')
    } else {
      last = position
      onGood(line, position)
    }
  }
  return last
}

/**
 * The records of a segment after a position, in batches of about 256 kB; `before` is where the next segment begins. A
 * segment that breaks off (a damaged gzip stream, an I/O error) is reported and ends there.
 */
export async function* readSegment(segment: Segment, after: Position, onDamage: OnSegmentDamage, before: Position = Number.POSITIVE_INFINITY): AsyncGenerator<Batch> {
  const damage: OnDamage = (line, reason) => onDamage(segment.name, line, reason)
  let at = after
  let previous: Position = segment.from - 1
  try {
    const from = segment.sealed || after < segment.from ? 0 : await seek(segment.path, segment.bytes, after)
    for await (const all of splitLines(bytesOf(segment, from), damage)) {
      const lines: string[] = []
      const take = (line: string, position: Position) => {
        if (position <= at) return
        lines.push(line)
        at = position
      }
      previous = sift(all, previous, before, take, damage)
      if (lines.length > 0) yield readBatch(at, lines, damage)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      // It was sealed between being listed and being opened; a sealed one that is gone was removed by retention.
      if (!segment.sealed) yield* readSegment({ ...segment, name: `${segment.name}.gz`, path: `${segment.path}.gz`, sealed: true }, at, onDamage, before)
      return
    }
    damage('', `unreadable: ${error instanceof Error ? error.message : String(error)}`)
  }
}
