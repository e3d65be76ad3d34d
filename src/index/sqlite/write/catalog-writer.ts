// Owns how the catalog changes. Ids are there before a partition has their messages, the cursor moves after all partitions
// have what came before it: so whatever a crash leaves is made right by applying the journal from the cursor.
import { randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fold } from '../../../message/text/fold.ts'
import type { Position } from '../../../message/line.ts'
import type { Author } from '../../../message/schema.ts'
import { Catalog, catalogFile, emptyPartition, idKey, indexVersion, partitionColumns, type Partition } from '../files/catalog.ts'
import type { Span } from '../files/place.ts'

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

/** Opens the catalog of a folder, or makes both. Throws DamagedFile. */
export function openCatalog(folder: string): CatalogWriter {
  mkdirSync(folder, { recursive: true })
  return new CatalogWriter(join(folder, catalogFile))
}

export class CatalogWriter extends Catalog {
  constructor(path: string) {
    super(path, false)
    if (this.state('seed') === undefined) this.db.transaction(() => this.#setState('seed', randomInt(2 ** 32)))
  }

  /** An index that begins is whole when it has come to `last`; of one that has begun, nothing changes. */
  aim(last: Position): void {
    if (this.state('goal') === undefined) this.db.transaction(() => this.#setState('goal', last))
  }

  /** Makes ids known, durably, before there are their messages. */
  announce(ids: readonly IdAt[]): void {
    if (ids.length === 0) return
    const rows = JSON.stringify(ids.map(({ id, at }) => [idKey(id), at]))
    this.db.transaction(() => this.db.run('INSERT OR IGNORE INTO message (id_key, at) SELECT value ->> 0, value ->> 1 FROM json_each(?)', rows))
  }

  /** What becomes true together with the cursor; `handles`: who has or had which. Ids of removed messages stay known: nothing is found under them. */
  settle(cursor: Position, authors: readonly Author[], handles: readonly Pick<Author, 'key' | 'handle'>[], sizes: readonly PartitionSize[]): void {
    this.db.transaction(() => {
      for (const author of authors) this.db.run('INSERT OR REPLACE INTO author (key, author) VALUES (?, ?)', author.key, JSON.stringify(author))
      const pairs = handles.flatMap(({ key, handle = '' }) => (handle === '' ? [] : [[fold(handle), key]]))
      if (pairs.length > 0) this.db.run('INSERT OR IGNORE INTO handle (handle, key) SELECT value ->> 0, value ->> 1 FROM json_each(?)', JSON.stringify(pairs))
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

  #savePartition({ span: { start, end, unit, slots }, generation, made, building, stored, shown, merged }: Partition): void {
    const values = [start, end, unit, slots, generation, made ? 1 : 0, building ? 1 : 0, stored, shown, merged]
    this.db.run(`INSERT OR REPLACE INTO partition (${partitionColumns}) VALUES (${values.map(() => '?').join(', ')})`, ...values)
  }

  #setState(name: string, value: number): void {
    this.db.run('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)', name, value)
  }
}
