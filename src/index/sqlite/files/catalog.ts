// Owns what all partitions have in common: where time is cut, how far the journal was applied, which ids and authors there
// are. One file; the writer changes it, readers look. Does not know messages.
import { idTime } from '../../../message/identity.ts'
import { mostKeys } from '../../../query/tree.ts'
import type { Author } from '../../../message/schema.ts'
import type { Position } from '../../../message/line.ts'
import { DamagedFile, Database, numberIn, numbersIn, textIn } from './database.ts'
import { hash32, type Span } from './place.ts'
import { readAuthor, Unreadable } from './stored.ts'

/** The layout of all files of an index; an index of another version is made anew. */
export const indexVersion = 4

export const catalogFile = 'catalog.db'
const checkedAtOnce = 1000

const schema = `
  CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS partition (start INTEGER PRIMARY KEY, until INTEGER, unit INTEGER, slots INTEGER, generation INTEGER, made INTEGER, building INTEGER, stored INTEGER, shown INTEGER, merged INTEGER);
  CREATE TABLE IF NOT EXISTS message (id_key INTEGER, at INTEGER, PRIMARY KEY (id_key, at)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS author (key TEXT PRIMARY KEY, author TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS handle (handle TEXT, key TEXT, PRIMARY KEY (handle, key)) WITHOUT ROWID;
`

export const partitionColumns = 'start, until, unit, slots, generation, made, building, stored, shown, merged'

/** A stretch of time and the file that holds it. */
export interface Partition {
  readonly span: Span
  /** How often it was made anew. */
  readonly generation: number
  /** Its file was made; where that is missing now, it is damaged. */
  readonly made: boolean
  /** It is being made again from the journal and may lack messages. */
  readonly building: boolean
  /** Messages, as last counted: all, and those that can be found. */
  readonly stored: number
  readonly shown: number
  /** How many it had when its terms were last merged. */
  readonly merged: number
}

export const emptyPartition = (span: Span): Partition => ({ span, generation: 0, made: false, building: false, stored: 0, shown: 0, merged: 0 })

/** The name of its file; never that of an older generation, which someone may have open. */
export const partitionFile = ({ span, generation }: Partition): string => `${span.start}.${generation}.db`

/**
 * Under which number an id is found. Ids that carry a time are in its order, so that new ones are added at the end of the
 * table. Different ids may share a number.
 */
export function idKey(id: string): number {
  const time = idTime(id)
  const hash = hash32(id)
  if (time !== undefined) return Math.floor(time / 1_000_000) * 2 ** 21 + (hash % 2 ** 21)
  return -1 - hash * 2 ** 20 - (hash32(`${id}~`) % 2 ** 20)
}

export class Catalog {
  readonly db: Database

  constructor(path: string, readOnly: boolean) {
    this.db = new Database(path, { cache: readOnly ? 2 * 2 ** 20 : 16 * 2 ** 20, readOnly })
    if (!readOnly) this.db.transaction(() => this.db.exec(schema))
  }

  state(name: 'version' | 'cursor' | 'goal' | 'seed'): number | undefined {
    const row = this.db.get('SELECT value FROM state WHERE name = ?', name)
    return row === undefined ? undefined : numberIn(row, 0)
  }

  cursor(): Position {
    return this.state('cursor') ?? 0
  }

  /**
   * Whether the index was begun anew and has not yet come to where the journal was then: what it does not find may be there
   * all the same.
   */
  isBehind(): boolean {
    const goal = this.state('goal')
    return goal === undefined || this.cursor() < goal
  }

  /** Of the hashes of values. */
  seed(): number {
    return this.state('seed') ?? 0
  }

  /** Oldest first, without a gap. */
  partitions(): readonly Partition[] {
    return this.db.all(`SELECT ${partitionColumns} FROM partition ORDER BY start`).map((row) => ({
      span: { start: numberIn(row, 0), end: numberIn(row, 1), unit: numberIn(row, 2), slots: numberIn(row, 3) },
      generation: numberIn(row, 4),
      made: numberIn(row, 5) === 1,
      building: numberIn(row, 6) === 1,
      stored: numberIn(row, 7),
      shown: numberIn(row, 8),
      merged: numberIn(row, 9),
    }))
  }

  /** Instants at which messages with these ids may have been written, by `idKey`. */
  timesOf(ids: readonly string[]): ReadonlyMap<number, readonly number[]> {
    const rows = this.db.all('SELECT id_key, json_group_array(at) FROM message WHERE id_key IN (SELECT value FROM json_each(?)) GROUP BY id_key', JSON.stringify(ids.map(idKey)))
    return new Map(rows.map((row) => [numberIn(row, 0), numbersIn(row, 1)]))
  }

  /** States of authors, by stable key; those of whom nothing was said are left out. */
  statesOf(keys: readonly string[]): Map<string, string> {
    const rows = this.db.all("SELECT key, author ->> '$.state' FROM author WHERE key IN (SELECT value FROM json_each(?))", JSON.stringify(keys))
    return new Map(rows.map((row) => [textIn(row, 0), textIn(row, 1)]))
  }

  /** The newest state of an author. */
  author(key: string): Author | undefined {
    const row = this.db.get('SELECT author FROM author WHERE key = ?', key)
    return row === undefined ? undefined : this.#readAuthor(textIn(row, 0))
  }

  /** The newest states of authors, by stable key. Throws DamagedFile. */
  authorsOf(keys: readonly string[]): ReadonlyMap<string, Author> {
    const rows = this.db.all('SELECT author FROM author WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys))
    return new Map(rows.map((row) => this.#readAuthor(textIn(row, 0))).map((author) => [author.key, author]))
  }

  /** The stable keys of all authors who have, or ever had, a folded handle; in order, at most `mostKeys`. */
  keysOf(handle: string): string[] {
    return this.db.all('SELECT key FROM handle WHERE handle = ? ORDER BY key LIMIT ?', handle, mostKeys).map((row) => textIn(row, 0))
  }

  /** Whether there are more of them. */
  isCrowded(handle: string): boolean {
    return this.db.get('SELECT 1 FROM handle WHERE handle = ? LIMIT 1 OFFSET ?', handle, mostKeys) !== undefined
  }

  /** Folded handles that authors have or had and that begin in this way. */
  handlesLike(beginning: string, limit: number): string[] {
    const sql = 'SELECT DISTINCT handle FROM handle WHERE handle >= ? AND handle < ? ORDER BY handle LIMIT ?'
    return this.db.all(sql, beginning, `${beginning}\u{10ffff}`, limit).map((row) => textIn(row, 0))
  }

  handlesOf(key: string): string[] {
    return this.db.all('SELECT handle FROM handle WHERE key = ?', key).map((row) => textIn(row, 0))
  }

  #readAuthor(text: string): Author {
    try {
      return readAuthor(text)
    } catch (error) {
      throw error instanceof Unreadable ? new DamagedFile(this.db.path, error) : error
    }
  }

  /** Reads everything. Throws DamagedFile. */
  check(): void {
    const result = textIn(this.db.get('PRAGMA quick_check(1)'), 0)
    if (result !== 'ok') throw new DamagedFile(this.db.path, result)
    for (let after = ''; ; ) {
      const rows = this.db.all('SELECT key, author FROM author WHERE key > ? ORDER BY key LIMIT ?', after, checkedAtOnce)
      for (const row of rows) this.#readAuthor(textIn(row, 1))
      if (rows.length < checkedAtOnce) return
      after = textIn(rows.at(-1), 0)
    }
  }

  authors(): number {
    return numberIn(this.db.get('SELECT count(*) FROM author'), 0)
  }

  close(): void {
    this.db.close()
  }
}
