// Owns how rows of columns are written into one blob and read back without touching each row: what facets, histograms and
// orders other than by time are counted from. Byte order is the machine's: an index stays on the machine that made it.

import { Unreadable } from './stored.ts'

/** What is counted of one message. A removed or hidden one is kept with `live` 0, so that readers learn of it. */
export interface ColumnRow {
  readonly rid: number
  /** Milliseconds: `created_at` and `timestamp`. */
  readonly at: number
  readonly seen: number
  readonly retweets: number
  readonly favourites: number
  readonly live: boolean
  /** What it has of the fields that have few values, by number in its partition. */
  readonly classNumber: number
  /** Hashes of its other values, two numbers each. */
  readonly values: readonly number[]
}

export interface Chunk {
  readonly rid: Float64Array
  readonly at: Float64Array
  readonly seen: Float64Array
  readonly retweets: Uint32Array
  readonly favourites: Uint32Array
  readonly classNumber: Uint32Array
  /** Where the values of each row end in `values`; they begin where those of the row before end. */
  readonly ends: Uint32Array
  readonly values: Uint32Array
  readonly live: Uint8Array
}

/** Higher counts rank alike. */
export const maxCount = 2 ** 32 - 1

function layout(buffer: ArrayBuffer, rows: number, values: number): Chunk {
  const words = 8 + 24 * rows
  return {
    rid: new Float64Array(buffer, 8, rows),
    at: new Float64Array(buffer, 8 + 8 * rows, rows),
    seen: new Float64Array(buffer, 8 + 16 * rows, rows),
    retweets: new Uint32Array(buffer, words, rows),
    favourites: new Uint32Array(buffer, words + 4 * rows, rows),
    classNumber: new Uint32Array(buffer, words + 8 * rows, rows),
    ends: new Uint32Array(buffer, words + 12 * rows, rows),
    values: new Uint32Array(buffer, words + 16 * rows, values),
    live: new Uint8Array(buffer, words + 16 * rows + 4 * values, rows),
  }
}

export function encodeChunk(rows: readonly ColumnRow[]): Uint8Array {
  const values = rows.reduce((sum, row) => sum + row.values.length, 0)
  const buffer = new ArrayBuffer(8 + 41 * rows.length + 4 * values)
  new Uint32Array(buffer, 0, 2).set([rows.length, values])
  const chunk = layout(buffer, rows.length, values)
  let end = 0
  for (const [i, row] of rows.entries()) {
    chunk.rid[i] = row.rid
    chunk.at[i] = row.at
    chunk.seen[i] = row.seen
    chunk.retweets[i] = Math.min(row.retweets, maxCount)
    chunk.favourites[i] = Math.min(row.favourites, maxCount)
    chunk.live[i] = row.live ? 1 : 0
    chunk.classNumber[i] = row.classNumber
    chunk.values.set(row.values, end)
    end += row.values.length
    chunk.ends[i] = end
  }
  return new Uint8Array(buffer)
}

/** Throws Unreadable where these are not the bytes of a chunk. */
export function decodeChunk(bytes: Uint8Array): Chunk {
  // Views on numbers of eight bytes need a place that eight divides.
  const { buffer } = bytes.byteOffset === 0 && bytes.buffer instanceof ArrayBuffer ? { buffer: bytes.buffer } : Uint8Array.from(bytes)
  const [rows = 0, values = 0] = bytes.byteLength < 8 ? [] : new Uint32Array(buffer, 0, 2)
  if (bytes.byteLength !== 8 + 41 * rows + 4 * values) throw new Unreadable(`a chunk of ${bytes.byteLength} bytes`)
  const chunk = layout(buffer, rows, values)
  if (!isRising(chunk.ends) || (chunk.ends.at(-1) ?? 0) !== values) throw new Unreadable('a chunk whose values lie nowhere')
  return chunk
}

function isRising(ends: Uint32Array): boolean {
  let before = 0
  for (const end of ends) {
    if (end < before) return false
    before = end
  }
  return true
}

/** The rows of a chunk one by one, for writing them again. */
export const rowsOf = (chunk: Chunk): ColumnRow[] =>
  Array.from(chunk.rid, (rid, i) => ({
    rid,
    at: chunk.at[i] ?? 0,
    seen: chunk.seen[i] ?? 0,
    retweets: chunk.retweets[i] ?? 0,
    favourites: chunk.favourites[i] ?? 0,
    live: chunk.live[i] === 1,
    classNumber: chunk.classNumber[i] ?? 0,
    values: [...chunk.values.subarray(i === 0 ? 0 : chunk.ends[i - 1], chunk.ends[i])],
  }))
