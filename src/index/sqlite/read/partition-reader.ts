// Owns what can be asked of one partition. Every answer is bounded by the caller. Does not know queries, only expressions.
import { chunksAfter, firstChunk } from '../files/column-feed.ts'
import { Columns } from '../files/columns.ts'
import { bytesIn, DamagedFile, Database, numberIn, numbersIn, textIn, type Row } from '../files/database.ts'
import { readRow, type Stored } from '../files/layout.ts'
import { findRid, readNumber, type Found } from '../files/partition.ts'
import { groupStart, isGroupStart, type Span } from '../files/place.ts'
import { readMessage, readTexts } from '../files/stored.ts'
import type { Turn } from './turn.ts'

/** `from <= rid < to`. */
export interface RidRange {
  readonly from: number
  readonly to: number
}

/** Rids of a stretch of time, and whether all of them are of it: a group may reach over an end. */
export interface Stretch extends RidRange {
  readonly exact: boolean
}

const cache = 2 * 2 ** 20
const messageColumns = 'layout, sum, message'
const within = 'rowid >= CAST(? AS INTEGER) AND rowid < CAST(? AS INTEGER)'
/** Chunks of columns that are read at a time. */
const chunksAtATime = 32
/** Messages that are read at a time where all are. */
const messagesAtATime = 500

export class PartitionReader {
  readonly span: Span
  readonly #db: Database
  #columns = new Columns()
  #seq = 0
  #loading: Promise<boolean> | undefined

  /** Throws DamagedFile, or another error where the file cannot be opened. */
  constructor(path: string, span: Span) {
    this.span = span
    this.#db = new Database(path, { cache, readOnly: true })
    try {
      readNumber(this.#db, 'applied')
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  get path(): string {
    return this.#db.path
  }

  /** Messages that can be found. */
  shown(): number {
    return readNumber(this.#db, 'shown')
  }

  /** Bytes of memory that its columns hold. */
  get bytes(): number {
    return this.#columns.bytes
  }

  /** The rids of what was written from an instant on and before another; `since` and `until` may lie outside of it. */
  stretch(since: number, until: number): Stretch {
    const { start, end, slots } = this.span
    const isWholeEnd = until >= end || isGroupStart(this.span, until)
    const to = until >= end ? Number.MAX_SAFE_INTEGER : groupStart(this.span, until) + (isWholeEnd ? 0 : slots)
    return { from: since <= start ? 0 : groupStart(this.span, since), to, exact: isWholeEnd && (since <= start || isGroupStart(this.span, since)) }
  }

  /** Hits by descending rid, which is newest first but for the order in a group; `isWhole`: with their messages. */
  newest(expression: string, { from, to }: RidRange, limit: number, isWhole: boolean): Found[] {
    const rows = this.#db.all(
      `SELECT hit, at, id${isWhole ? `, ${messageColumns}` : ''} FROM (SELECT rowid AS hit FROM terms WHERE terms MATCH ? AND ${within} ORDER BY rowid DESC LIMIT ?) LEFT JOIN document ON rid = hit ORDER BY hit DESC`,
      expression, from, to, limit,
    )
    // All of it is of one moment: a hit without its message was damaged, and would otherwise end the walk in silence.
    const lost = rows.find((row) => row[1] === null)
    if (lost !== undefined) throw new DamagedFile(this.path, `the message ${numberIn(lost, 0)} is gone`)
    return rows.map((row) => ({ rid: numberIn(row, 0), at: numberIn(row, 1), id: textIn(row, 2), ...(isWhole ? { stored: storedIn(row, 3) } : {}) }))
  }

  /** The lowest rid of a hit. */
  oldest(expression: string, { from, to }: RidRange): number | undefined {
    const row = this.#db.get(`SELECT rowid FROM terms WHERE terms MATCH ? AND ${within} ORDER BY rowid LIMIT 1`, expression, from, to)
    return row === undefined ? undefined : numberIn(row, 0)
  }

  /** How many hits there are, up to `limit`. */
  count(expression: string, { from, to }: RidRange, limit: number): number {
    // FTS5 counts faster by a fifth where it need not compare each rowid.
    const isAll = from <= 0 && to === Number.MAX_SAFE_INTEGER
    const sql = `SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ?${isAll ? '' : ` AND ${within}`} LIMIT ?)`
    return numberIn(this.#db.get(sql, expression, ...(isAll ? [] : [from, to]), limit), 0)
  }

  /** Rids of hits, descending. */
  rids(expression: string, { from, to }: RidRange, limit: number): number[] {
    const sql = `SELECT json_group_array(rowid) FROM (SELECT rowid FROM terms WHERE terms MATCH ? AND ${within} ORDER BY rowid DESC LIMIT ?)`
    return numbersIn(this.#db.get(sql, expression, from, to, limit), 0)
  }

  /** A message that can be found, by its time and id. */
  find(at: number, id: string): Found | undefined {
    const rid = findRid(this.#db, this.span, readNumber(this.#db, 'probe'), at, id)
    return rid === undefined || this.#db.get('SELECT 1 FROM hidden WHERE rid = ?', rid) !== undefined ? undefined : { rid, at, id }
  }

  /** Messages by rid, without those that were removed in the meantime. Throws Unreadable. */
  documents(rids: readonly number[]): ReadonlyMap<number, Stored> {
    const sql = `SELECT rid, ${messageColumns} FROM document WHERE rid IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.rid = document.rid)`
    return new Map(this.#db.all(sql, JSON.stringify(rids)).map((row) => [numberIn(row, 0), storedIn(row, 1)]))
  }

  /** Ids of messages by rid, as far as they are there. */
  idsOf(rids: readonly number[]): ReadonlyMap<number, string> {
    const sql = 'SELECT rid, id FROM document WHERE rid IN (SELECT value FROM json_each(?))'
    return new Map(this.#db.all(sql, JSON.stringify(rids)).map((row) => [numberIn(row, 0), textIn(row, 1)]))
  }

  /** Terms that begin with a text, and in how many messages they are, in order of the terms; `from`: one to go on from, which is there again. */
  vocabulary(beginning: string, from: string, limit: number): readonly (readonly [string, number])[] {
    this.#db.exec('CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, terms, row)')
    const sql = 'SELECT term, doc FROM temp.vocabulary WHERE term >= ? AND term < ? LIMIT ?'
    return this.#db.all(sql, from, `${beginning}\u{10ffff}`, limit).map((row) => [textIn(row, 0), numberIn(row, 1)])
  }

  /** The names of the values of each class, by its number. */
  classes(): ReadonlyMap<number, readonly string[]> {
    return new Map(this.#db.all('SELECT number, names FROM class').map((row) => [numberIn(row, 0), readTexts(textIn(row, 1))]))
  }

  /** Reads everything, the terms and each message too. Throws DamagedFile or Unreadable, or answers what does not fit together. */
  fault(): string | undefined {
    const result = textIn(this.#db.get('PRAGMA quick_check(1)'), 0)
    if (result !== 'ok') return result
    // One statement, since the writer goes on meanwhile.
    const row = this.#db.get("SELECT (SELECT count(*) FROM document), (SELECT value FROM state WHERE name = 'stored')")
    if (numberIn(row, 0) !== numberIn(row, 1)) return `${numberIn(row, 0)} messages instead of ${numberIn(row, 1)}`
    this.classes()
    for (let seq = 0, chunk; (chunk = chunksAfter(this.#db, seq, 1)[0]) !== undefined; ) ({ seq } = chunk)
    return this.#faultInMessages()
  }

  #faultInMessages(): string | undefined {
    for (let after = -1; ; ) {
      const rows = this.#db.all(`SELECT rid, at, ${messageColumns} FROM document WHERE rid > CAST(? AS INTEGER) ORDER BY rid LIMIT ?`, after, messagesAtATime)
      for (const row of rows) if (Date.parse(readMessage(storedIn(row, 2).json.toString()).created_at) !== numberIn(row, 1)) return `the message ${numberIn(row, 0)} lies at another time`
      if (rows.length < messagesAtATime) return undefined
      after = numberIn(rows.at(-1), 0)
    }
  }

  /** The columns as of now; undefined where time ran out. */
  async columns(turn: Turn): Promise<Columns | undefined> {
    while (this.#loading !== undefined) await this.#loading.catch(() => undefined)
    this.#loading = this.#load(turn).finally(() => (this.#loading = undefined))
    return (await this.#loading) ? this.#columns : undefined
  }

  dropColumns(): void {
    this.#columns = new Columns()
    this.#seq = 0
  }

  /** Gives the memory of the columns back. To be called when nobody is counting. */
  freeColumns(): void {
    this.#columns.free()
    this.dropColumns()
  }

  close(): void {
    this.#db.close()
  }

  async #load(turn: Turn): Promise<boolean> {
    if (firstChunk(this.#db) > this.#seq + 1) this.dropColumns()
    if (this.#seq === 0) this.#columns.reserve(numberIn(this.#db.get('SELECT sum(rows) FROM columns'), 0))
    for (;;) {
      const chunks = chunksAfter(this.#db, this.#seq, chunksAtATime)
      for (const { seq, chunk } of chunks) {
        this.#columns.add(chunk)
        this.#seq = seq
      }
      if (chunks.length < chunksAtATime) return true
      if (!(await turn.next())) return false
    }
  }
}

const storedIn = (row: Row, column: number): Stored => readRow(bytesIn(row, column + 2), textIn(row, column), numberIn(row, column + 1))
