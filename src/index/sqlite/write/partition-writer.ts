// Owns how one partition changes: messages are put, removed, hidden and shown again, all of a call in one transaction.
// Does not know the journal, nor the other partitions.
import { metaTerm } from '../../../message/text/terms.ts'
import type { ColumnRow } from '../files/chunk.ts'
import type { Change, Entry } from './change.ts'
import { appendRows, compactRows } from '../files/column-feed.ts'
import { bytesIn, Database, numberIn, numbersIn, textIn } from '../files/database.ts'
import { findRid, partitionNumbers, partitionSchema, readNumber, type PartitionNumber } from '../files/partition.ts'
import { groupStart, homeRid, maxProbe, type Span } from '../files/place.ts'
import type { Volume } from '../files/plan.ts'
import { readMessage } from '../files/stored.ts'

const hour = 3600 * 1000
/** Pages of terms that are written in one step of merging. */
const mergedPages = 200
/** How far a free place is looked for at first. */
const nearby = 32
/** Classes whose numbers are kept in memory. */
const maxClasses = 10_000

export class PartitionWriter {
  readonly span: Span
  readonly #db: Database
  readonly #numbers: Record<PartitionNumber, number>
  /** What the running transaction adds to the columns and to the hours. */
  #rows: ColumnRow[] = []
  #hours = new Map<number, number>()
  /** Numbers of classes. */
  readonly #classes = new Map<string, number>()

  /** Opens the file, or makes it. Throws DamagedFile. */
  constructor(path: string, span: Span, make: boolean, cache: number) {
    this.span = span
    this.#db = new Database(path, { cache, readOnly: false })
    try {
      if (make) this.#make()
      this.#numbers = this.#read()
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** Position of the last record of the journal that is in it. */
  get applied(): number {
    return this.#numbers.applied
  }

  /** Messages that can be found. */
  get shown(): number {
    return this.#numbers.shown
  }

  /** Messages, those that are hidden too. */
  get stored(): number {
    return this.#numbers.stored
  }

  /**
   * Applies the changes that a stretch of the journal up to `position` makes, at most one an id. Answers how many messages
   * could not be stored because too many claim their instant.
   */
  apply(changes: readonly Change[], position: number): number {
    return this.#changing(() => {
      let crowded = 0
      // FTS5 writes out what it has gathered whenever a rowid is not higher than the one before.
      const inOrder = changes.map((change) => ({ change, home: this.#homeOf(change) })).sort((a, b) => a.home - b.home)
      for (const { change } of inOrder) {
        if (change.kind === 'remove') this.#remove(change.at, change.id)
        else if (!this.#put(change.entry, change.shown, change.known)) crowded += 1
      }
      this.#numbers.applied = Math.max(this.#numbers.applied, position)
      return crowded
    })
  }

  /** Takes everything of an author out of sight. */
  hide(key: string): void {
    const rids = this.#shownBy(key)
    if (rids.length === 0) return
    this.#changing(() => {
      for (const rid of rids) {
        this.#db.run('INSERT INTO hidden (rid, author) VALUES (?, ?)', rid, key)
        this.#conceal(rid)
      }
    })
  }

  /** Brings everything of an author back into sight; `entryOf` makes an entry of a stored message. */
  show(key: string, entryOf: (message: string) => Entry | undefined): void {
    const rids = this.#hiddenOf(key)
    if (rids.length === 0) return
    this.#changing(() => {
      for (const rid of rids) {
        const entry = entryOf(this.#message(rid))
        if (entry === undefined) continue
        this.#db.run('DELETE FROM hidden WHERE rid = ?', rid)
        this.#reveal(rid, entry)
      }
    })
  }

  /** Removes everything of an author; answers what was removed. */
  drop(key: string): readonly { readonly id: string; readonly at: number }[] {
    const shown = this.#shownBy(key)
    const hidden = this.#hiddenOf(key)
    if (shown.length + hidden.length === 0) return []
    return this.#changing(() => {
      const gone = [...shown, ...hidden].map((rid) => {
        const row = this.#db.get('SELECT id, at FROM document WHERE rid = ?', rid)
        return { id: textIn(row, 0), at: numberIn(row, 1) }
      })
      for (const rid of shown) this.#conceal(rid)
      for (const rid of [...shown, ...hidden]) this.#forget(rid)
      return gone
    })
  }

  /**
   * A step of some milliseconds on the way to terms in one segment, which are found a third faster; `isFirst`: of the way.
   * Answers whether there is more to do. Nothing is lost with it, so it is not synced.
   */
  merge(isFirst: boolean): boolean {
    const before = this.#changes()
    this.#db.exec('PRAGMA synchronous = NORMAL')
    try {
      // Less than nothing: begin with all segments.
      this.#db.run("INSERT INTO terms (terms, rank) VALUES ('merge', ?)", isFirst ? -mergedPages : mergedPages)
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL')
    }
    // By its documentation: it has nothing more to do where it changes less than two rows.
    return this.#changes() - before >= 2
  }

  #changes(): number {
    return numberIn(this.#db.get('SELECT total_changes()'), 0)
  }

  /** Whether nothing in it was written at an instant or later. */
  endsBefore(at: number): boolean {
    return this.#db.get('SELECT 1 FROM document WHERE rid >= CAST(? AS INTEGER) LIMIT 1', groupStart(this.span, at)) === undefined
  }

  volume(): Volume {
    return new Map(this.#db.all('SELECT hour, rows FROM hour').map((row) => [numberIn(row, 0), numberIn(row, 1)]))
  }

  close(): void {
    this.#db.close()
  }

  #make(): void {
    this.#db.transaction(() => {
      this.#db.exec(partitionSchema)
      for (const name of partitionNumbers) this.#db.run('INSERT INTO state (name, value) VALUES (?, 0)', name)
    })
  }

  #read(): Record<PartitionNumber, number> {
    const read = (name: PartitionNumber): number => readNumber(this.#db, name)
    return { applied: read('applied'), shown: read('shown'), stored: read('stored'), probe: read('probe') }
  }

  /** One transaction: the work, then what follows from it for columns, hours and numbers. */
  #changing<T>(work: () => T): T {
    const before = { ...this.#numbers }
    this.#rows = []
    this.#hours = new Map()
    try {
      return this.#db.transaction(() => {
        const result = work()
        appendRows(this.#db, this.#rows)
        compactRows(this.#db, this.#numbers.stored)
        for (const [hour, rows] of this.#hours) this.#db.run('INSERT INTO hour (hour, rows) VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET rows = rows + excluded.rows', hour, rows)
        for (const name of partitionNumbers) if (this.#numbers[name] !== before[name]) this.#db.run('UPDATE state SET value = ? WHERE name = ?', this.#numbers[name], name)
        return result
      })
    } catch (error) {
      Object.assign(this.#numbers, before)
      this.#classes.clear()
      throw error
    }
  }

  #homeOf(change: Change): number {
    const { at, id } = change.kind === 'put' ? change.entry : change
    return homeRid(this.span, at, id)
  }

  /** The visible messages of an author. */
  #shownBy(key: string): number[] {
    const rids = this.#db.all('SELECT rowid FROM terms WHERE terms MATCH ?', `"${metaTerm('u=', key)}"`).map((row) => numberIn(row, 0))
    // The term is the folded key: other keys may fold to the same.
    return rids.filter((rid) => readMessage(this.#message(rid)).user.user_id === key)
  }

  /** A message as JSON. */
  #message(rid: number): string {
    return Buffer.from(bytesIn(this.#db.get('SELECT message FROM document WHERE rid = ?', rid), 0)).toString()
  }

  #hiddenOf(key: string): number[] {
    return this.#db.all('SELECT rid FROM hidden WHERE author = ?', key).map((row) => numberIn(row, 0))
  }

  /** Answers false where there is no room at the instant. */
  #put(entry: Entry, shown: boolean, known: boolean): boolean {
    const before = known ? findRid(this.#db, this.span, this.#numbers.probe, entry.at, entry.id) : undefined
    const rid = before ?? this.#place(entry)
    if (rid === undefined) return false
    if (before !== undefined) {
      if (this.#db.run('DELETE FROM hidden WHERE rid = ?', rid) === 0) this.#conceal(rid)
      const { message, layout, sum } = entry.row
      this.#db.run('UPDATE document SET message = ?, layout = ?, sum = ? WHERE rid = ?', message, layout, sum, rid)
    }
    if (shown) this.#reveal(rid, entry)
    else this.#db.run('INSERT INTO hidden (rid, author) VALUES (?, ?)', rid, entry.author ?? '')
    return true
  }

  /** Stores a new message in the first free place; undefined where there is none. */
  #place({ at, id, row: { message, layout, sum } }: Entry): number | undefined {
    const home = homeRid(this.span, at, id)
    const sql = 'INSERT OR IGNORE INTO document (rid, at, id, layout, sum, message) VALUES (?, ?, ?, ?, ?, ?)'
    let rid: number | undefined = home
    if (this.#db.run(sql, home, at, id, layout, sum, message) === 0) {
      rid = this.#freeAfter(home, nearby) ?? this.#freeAfter(home, maxProbe)
      if (rid === undefined) return undefined
      this.#db.run(sql, rid, at, id, layout, sum, message)
    }
    this.#numbers.probe = Math.max(this.#numbers.probe, rid - home)
    this.#numbers.stored += 1
    return rid
  }

  /** The first rid after a taken one that is free, if it is near enough. */
  #freeAfter(home: number, probes: number): number | undefined {
    const taken = new Set(numbersIn(this.#db.get('SELECT json_group_array(rid) FROM document WHERE rid > ? AND rid < ?', home, home + probes), 0))
    for (let rid = home + 1; rid < home + probes; rid++) if (!taken.has(rid)) return rid
    return undefined
  }

  #remove(at: number, id: string): void {
    const rid = findRid(this.#db, this.span, this.#numbers.probe, at, id)
    if (rid === undefined) return
    if (this.#db.run('DELETE FROM hidden WHERE rid = ?', rid) === 0) this.#conceal(rid)
    this.#forget(rid)
  }

  #forget(rid: number): void {
    this.#db.run('DELETE FROM hidden WHERE rid = ?', rid)
    this.#numbers.stored -= this.#db.run('DELETE FROM document WHERE rid = ?', rid)
  }

  /** Makes a stored message findable. */
  #reveal(rid: number, { at, terms, columns, classNames }: Entry): void {
    this.#db.run('INSERT INTO terms (rowid, text) VALUES (CAST(? AS INTEGER), ?)', rid, terms)
    const { seen, retweets, favourites, values } = columns
    this.#rows.push({ rid, at, seen, retweets, favourites, live: true, classNumber: this.#classNumber(classNames), values })
    this.#count(at, 1)
  }

  /** Takes a message that can be found out of all that finds it. */
  #conceal(rid: number): void {
    const at = numberIn(this.#db.get('SELECT at FROM document WHERE rid = ?', rid), 0)
    this.#db.run('DELETE FROM terms WHERE rowid = CAST(? AS INTEGER)', rid)
    this.#rows.push({ rid, at, seen: 0, retweets: 0, favourites: 0, live: false, classNumber: 0, values: [] })
    this.#count(at, -1)
  }

  #classNumber(names: string): number {
    let number = this.#classes.get(names)
    if (number === undefined) {
      this.#db.run('INSERT OR IGNORE INTO class (names) VALUES (?)', names)
      number = numberIn(this.#db.get('SELECT number FROM class WHERE names = ?', names), 0)
      if (this.#classes.size < maxClasses) this.#classes.set(names, number)
    }
    return number
  }

  #count(at: number, change: number): void {
    const hours = Math.floor(at / hour)
    this.#hours.set(hours, (this.#hours.get(hours) ?? 0) + change)
    this.#numbers.shown += change
  }
}
