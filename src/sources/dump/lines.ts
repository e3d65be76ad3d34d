// Owns reading lines from a file that somebody else wrote: plain, gzip or zstd. Hostile until proven otherwise: nothing in it
// can make us hold more than one line of bounded length.
import { isUtf8 } from 'node:buffer'
import { stat } from 'node:fs/promises'
import { unpacked } from '../../support/unpack.ts'
import { LoklakError } from '../../watch/errors.ts'

/** A line by its number (1-based), or why it was not taken. `text` of a bad line is what can be shown of it. */
export type ForeignLine = { readonly number: number; readonly text: string; readonly bad?: string }

export const maxLineBytes = 1024 * 1024
const shown = 2_000

const newline = 0x0a
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

const isDump = (path: string): boolean => /\.(txt|txt\.gz|zst)$/.test(path)

const carriageReturn = 0x0d
const isEmpty = (line: Buffer): boolean => line.length === 0 || (line.length === 1 && line[0] === carriageReturn)

/** What is wrong with the bytes of a line; undefined where they are text. */
function flaw(line: Buffer, number: number): string | undefined {
  if (number === 1 && line.subarray(0, 3).equals(byteOrderMark)) return 'begins with a byte order mark; save the file as UTF-8 without one'
  if (line.includes(0)) return 'contains NUL bytes'
  if (!isUtf8(line)) return 'is not valid UTF-8'
  return undefined
}

function take(line: Buffer, number: number): ForeignLine {
  const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length
  const bad = flaw(line, number)
  return bad === undefined ? { number, text: line.toString('utf8', 0, end) } : { number, text: line.toString('latin1', 0, Math.min(end, shown)), bad }
}

/** The unpacked bytes; what makes the file unreadable is an error for a person. */
async function* bytesOf(path: string, onRead: (bytes: number) => void, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* unpacked(path, onRead, signal)
  } catch (error) {
    if (signal.aborted) throw error
    throw new LoklakError('BAD_IMPORT', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The lines of a foreign dump in order. A line that is too long, has NUL bytes, a byte order mark or invalid UTF-8 comes
 * with the reason in `bad`; empty lines are left out. Throws LoklakError BAD_IMPORT for a file that cannot be read at all.
 */
export async function* foreignLines(path: string, onRead: (bytes: number) => void, signal: AbortSignal): AsyncGenerator<ForeignLine> {
  if (!isDump(path)) throw new LoklakError('BAD_IMPORT', `${path} ends neither in .txt, .txt.gz nor .zst.`)
  if (!(await stat(path)).isFile()) throw new LoklakError('BAD_IMPORT', `${path} is not a file.`)
  let number = 1
  let rest: Buffer[] = []
  let restBytes = 0
  let tooLong = false
  for await (const chunk of bytesOf(path, onRead, signal)) {
    let from = 0
    for (let to = chunk.indexOf(newline); to >= 0; from = to + 1, to = chunk.indexOf(newline, from)) {
      const piece = chunk.subarray(from, to)
      const line = rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      if (tooLong || line.length > maxLineBytes) yield { number, text: line.toString('latin1', 0, shown), bad: `is longer than ${maxLineBytes} bytes` }
      else if (!isEmpty(line)) yield take(line, number)
      number++
      rest = []
      restBytes = 0
      tooLong = false
    }
    restBytes += chunk.length - from
    // Of a line that is too long only its beginning is kept, to be shown.
    if (restBytes > maxLineBytes) {
      rest = [Buffer.concat([...rest, chunk.subarray(from)]).subarray(0, shown)]
      tooLong = true
    } else if (from < chunk.length) rest.push(chunk.subarray(from))
  }
  if (tooLong) yield { number, text: Buffer.concat(rest).toString('latin1', 0, shown), bad: `is longer than ${maxLineBytes} bytes` }
  else if (!isEmpty(Buffer.concat(rest))) yield take(Buffer.concat(rest), number)
}
