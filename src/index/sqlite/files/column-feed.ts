// Owns the chunks of columns in the file of a partition: rows are appended, readers take what came after the last chunk they
// have seen. Few large chunks: the last one is rewritten until it is full, and all of them when too many rows are outdated.
import { decodeChunk, encodeChunk, rowsOf, type Chunk, type ColumnRow } from './chunk.ts'
import { Columns } from './columns.ts'
import { numberIn, type Database } from './database.ts'

/** A chunk that has as many rows is left as it is. */
const fullChunk = 1024
const largestChunk = 8192

/** Appends rows, within a transaction of the caller. */
export function appendRows(db: Database, rows: readonly ColumnRow[]): void {
  if (rows.length === 0) return
  const last = db.get('SELECT seq, rows FROM columns ORDER BY seq DESC LIMIT 1')
  const seq = numberIn(last, 0)
  const open = last !== undefined && numberIn(last, 1) + rows.length <= fullChunk
  const before = open ? chunksAfter(db, seq - 1).flatMap(({ chunk }) => rowsOf(chunk)) : []
  // A new number even for the chunk that grows, so that readers take it again.
  if (open) db.run('DELETE FROM columns WHERE seq = ?', seq)
  write(db, seq + 1, [...before, ...rows])
}

function write(db: Database, seq: number, rows: readonly ColumnRow[]): void {
  for (let i = 0; i * largestChunk < rows.length; i++) {
    const some = rows.slice(i * largestChunk, (i + 1) * largestChunk)
    db.run('INSERT INTO columns (seq, rows, chunk) VALUES (?, ?, ?)', seq + i, some.length, encodeChunk(some))
  }
}

/** The number of the oldest chunk. A reader that has not seen the one before it missed removals, and begins anew. */
export const firstChunk = (db: Database): number => numberIn(db.get('SELECT min(seq) FROM columns'), 0)

/** Chunks in order, at most `limit`. */
export function chunksAfter(db: Database, seq: number, limit = Number.MAX_SAFE_INTEGER): { readonly seq: number; readonly chunk: Chunk }[] {
  return db.all('SELECT seq, chunk FROM columns WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map((row) => {
    const bytes = row[1]
    return { seq: numberIn(row, 0), chunk: decodeChunk(bytes instanceof Uint8Array ? bytes : new Uint8Array(0)) }
  })
}

/** Writes all chunks anew, without outdated rows, if more than half of them are; `stored` messages are in the partition. */
export function compactRows(db: Database, stored: number): void {
  const row = db.get('SELECT sum(rows), max(seq) FROM columns')
  if (numberIn(row, 0) <= 2 * stored + 2 * fullChunk) return
  const columns = new Columns()
  for (const { chunk } of chunksAfter(db, 0)) columns.add(chunk)
  const rows = Array.from({ length: columns.size }, (_, ordinal) => columns.row(ordinal)).filter(({ live }) => live)
  db.exec('DELETE FROM columns')
  write(db, numberIn(row, 1) + 1, rows)
}
