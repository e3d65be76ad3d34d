// Owns the lines of a segment, plain or sealed, as they stand there, and telling those that can be records from those that
// cannot. Does not know what they say.
import type { ReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { linePosition, type Position } from '../message/line.ts'
import type { OnDamage } from './batch.ts'
import type { Segment } from './port.ts'

const chunkBytes = 256 * 1024
/** No record of ours is longer: intake bounds what it takes. */
const maxLine = 4 * 1024 * 1024

/** Takes a line that is too long to be held, piece by piece; the last piece ends with its newline. */
export type OnLongLine = (piece: Buffer) => Promise<void>

/** Splits a byte stream into lines of at most `maxLine`; an unterminated last line is handed on too. */
async function* splitLines(chunks: AsyncIterable<Buffer>, onDamage: OnDamage, onLongLine?: OnLongLine): AsyncGenerator<string[]> {
  let rest: Buffer[] = []
  let restBytes = 0
  let skipping = false
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a)
    if (end < 0) {
      rest.push(chunk)
      restBytes += chunk.length
      if (restBytes > maxLine) {
        if (!skipping) onDamage('', `a line of more than ${maxLine} bytes`)
        skipping = true
        await onLongLine?.(Buffer.concat(rest))
        rest = []
      }
      continue
    }
    let text: string
    if (skipping) {
      const first = chunk.indexOf(0x0a)
      await onLongLine?.(chunk.subarray(0, first + 1))
      text = first === end ? '' : chunk.toString('utf8', first + 1, end)
    } else {
      text = rest.length === 0 ? chunk.toString('utf8', 0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]).toString('utf8')
    }
    skipping = false
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    restBytes = chunk.length - end - 1
    if (text !== '') yield text.split('\n')
  }
  if (skipping) await onLongLine?.(Buffer.from('\n'))
  if (rest.length > 0) yield [Buffer.concat(rest).toString('utf8')]
}

/** Told of bytes that were read of a file. */
export type OnRead = (bytes: number) => void

/** Finds the byte of an opened segment at which reading begins. */
export type Beginning = (file: FileHandle) => Promise<number>

/** What a stream of gzip members unpacks to. */
async function* unpack(file: ReadStream): AsyncGenerator<Buffer> {
  const plain = createGunzip({ chunkSize: chunkBytes })
  file.on('error', (error) => plain.destroy(error)).pipe(plain)
  try {
    yield* plain
  } finally {
    file.destroy()
    plain.destroy()
  }
}

/** The plain bytes of a segment from a byte of its file on; of a sealed one, the first of a gzip member. */
async function* bytesOf(segment: Segment, beginning: Beginning, onRead: OnRead = () => undefined): AsyncGenerator<Buffer> {
  const handle = await open(segment.path, 'r')
  try {
    const start = await beginning(handle)
    if (!segment.sealed && segment.bytes <= start) return
    const file = handle.createReadStream({ start, highWaterMark: chunkBytes, ...(segment.sealed ? {} : { end: segment.bytes - 1 }) })
    if (segment.sealed) yield* unpack(file.on('data', (chunk) => onRead(chunk.length)))
    else {
      for await (const chunk of file) {
        onRead(chunk.length)
        yield chunk
      }
    }
  } finally {
    await handle.close()
  }
}

/** Every line of a segment as it stands there, damaged or not. Throws where the file itself cannot be read. */
export const readLines = (segment: Segment, onDamage: OnDamage, onLongLine?: OnLongLine, onRead?: OnRead): AsyncGenerator<string[]> => splitLines(bytesOf(segment, () => Promise.resolve(0), onRead), onDamage, onLongLine)

/** The same from a byte of the file on, where a line may have been cut in two. */
export const linesFrom = (segment: Segment, beginning: Beginning, onDamage: OnDamage): AsyncGenerator<string[]> => splitLines(bytesOf(segment, beginning), onDamage)

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
