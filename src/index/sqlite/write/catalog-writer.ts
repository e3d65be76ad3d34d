// Owns how the catalog changes. Values and ids are there before a partition speaks of them, the cursor moves after all
// partitions have what came before it: so whatever a crash leaves is made right by applying the journal from the cursor.
import { fold } from '../../../message/text/fold.ts'
import type { Position } from '../../../message/record.ts'
import type { Author } from '../../../message/schema.ts'
import { Catalog, emptyPartition, idKey, indexVersion, partitionColumns, type Partition } from '../files/catalog.ts'
import { fieldBits } from '../files/values.ts'
import type { Span } from '../files/place.ts'
import { numberIn } from '../files/database.ts'

/** Ids of values that were lately used; half of it is forgotten when it is full. */
const remembered = 100_000

export interface IdAt {
  readonly id: string
  readonly at: number
}

/** How many messages a partition has, as told in statistics. */
export interface PartitionSize {
  readonly start: number
  readonly stored: number
  readonly shown: number
}

export class CatalogWriter extends Catalog {
  #young = new Map<string, number>()
  #old = new Map<string, number>()
  #nextValue = 0

  constructor(path: string) {
    super(path, false)
    this.#nextValue = Math.floor(numberIn(this.db.get('SELECT max(id) FROM value'), 0) / 2 ** fieldBits) + 1
  }

  /** Makes values and ids known, durably, before anything refers to them. */
  announce(names: Iterable<string>, ids: readonly IdAt[]): void {
    const unknown = this.#lookUp([...names])
    if (unknown.length === 0 && ids.length === 0) return
    const first = this.#nextValue
    const added = unknown.map((name, i) => [name, (first + i) * 2 ** fieldBits + Number.parseInt(name.charAt(0), 16)] as const)
    this.db.transaction(() => {
      this.db.run('INSERT INTO value (name, id) SELECT value ->> 0, value ->> 1 FROM json_each(?)', JSON.stringify(added))
      this.db.run('INSERT OR IGNORE INTO message (id_key, at) SELECT value ->> 0, value ->> 1 FROM json_each(?)', JSON.stringify(ids.map(({ id, at }) => [idKey(id), at])))
    })
    this.#nextValue += added.length
    for (const [name, id] of added) this.#remember(name, id)
  }

  /** The id of a value that was announced. */
  idOf(name: string): number {
    const known = this.#young.get(name) ?? this.#old.get(name) ?? this.valueIds([name])[0]?.[1]
    if (known === undefined) throw new Error(`value ${JSON.stringify(name)} was not announced`)
    return known
  }

  /** What becomes true together with the cursor; `handles`: who has or had which. Ids of removed messages stay known: nothing is found under them. */
  settle(cursor: Position, authors: readonly Author[], handles: readonly Pick<Author, 'key' | 'handle'>[], sizes: readonly PartitionSize[]): void {
    this.db.transaction(() => {
      for (const author of authors) this.db.run('INSERT OR REPLACE INTO author (key, author) VALUES (?, ?)', author.key, JSON.stringify(author))
      for (const { key, handle = '' } of handles) if (handle !== '') this.db.run('INSERT OR IGNORE INTO handle (handle, key) VALUES (?, ?)', fold(handle), key)
      for (const { start, stored, shown } of sizes) this.db.run('UPDATE partition SET stored = ?, shown = ? WHERE start = ?', stored, shown, start)
      this.#setState('cursor', cursor)
    })
  }

  /** Begins an empty index. */
  plan(spans: readonly Span[]): void {
    this.db.transaction(() => {
      this.db.exec('DELETE FROM partition')
      for (const span of spans) this.#savePartition(emptyPartition(span))
      this.#setState('version', indexVersion)
    })
  }

  savePartitions(partitions: readonly Partition[]): void {
    this.db.transaction(() => {
      for (const partition of partitions) this.#savePartition(partition)
    })
  }

  #savePartition({ span: { start, end, unit, slots }, generation, made, building, stored, shown }: Partition): void {
    const values = [start, end, unit, slots, generation, made ? 1 : 0, building ? 1 : 0, stored, shown]
    this.db.run(`INSERT OR REPLACE INTO partition (${partitionColumns}) VALUES (${values.map(() => '?').join(', ')})`, ...values)
  }

  #setState(name: string, value: number): void {
    this.db.run('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)', name, value)
  }

  /** Remembers the ids of those values that are known; answers the others. */
  #lookUp(names: readonly string[]): string[] {
    const missed: string[] = []
    for (const name of names) {
      const id = this.#young.has(name) ? undefined : this.#old.get(name)
      if (id !== undefined) this.#remember(name, id)
      else if (!this.#young.has(name)) missed.push(name)
    }
    if (missed.length === 0) return missed
    const found = new Map(this.valueIds(missed))
    for (const [name, id] of found) this.#remember(name, id)
    return missed.filter((name) => !found.has(name))
  }

  #remember(name: string, id: number): void {
    if (this.#young.size >= remembered / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(name, id)
  }
}
