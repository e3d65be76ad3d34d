// Owns how the journal enters the index, and in which order what is written becomes durable: values and ids, then the
// partitions, then authors and the cursor. Whatever was done twice after a crash was done once.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { linePosition, type Position } from '../../message/record.ts'
import { isMessage, type Author } from '../../message/schema.ts'
import { readBatch, renew, type Batch, type Verdict } from './batch.ts'
import { CatalogWriter, type IdAt } from './catalog-writer.ts'
import type { Partition } from './catalog.ts'
import { draftOf, entryOf } from './entry.ts'
import type { Change, Entry } from './partition-writer.ts'
import { Partitions, type OnDamage } from './partitions.ts'
import { planPartitions, type Volume } from './plan.ts'
import { authorName } from './values.ts'

/** So many lines become durable together, which bounds what a transaction holds in memory. */
const stretch = 2000
const second = 1_000_000

export interface IngestOptions {
  readonly folder: string
  /** A partition is full with so many messages, as long as there are few partitions. */
  readonly rows: number
  readonly onDamage: OnDamage
}

export class Ingest {
  readonly catalog: CatalogWriter
  readonly partitions: Partitions
  readonly refused = new Map<string, number>()
  readonly #rows: number

  constructor({ folder, rows, onDamage }: IngestOptions) {
    mkdirSync(folder, { recursive: true })
    this.catalog = new CatalogWriter(join(folder, 'catalog.db'))
    this.partitions = new Partitions(folder, this.catalog, onDamage)
    this.#rows = rows
  }

  /** Cuts time for an index that has no partitions yet. */
  plan(now: number, volume: Volume): void {
    this.catalog.plan(planPartitions(now, volume, this.#rows))
    this.partitions.reload()
  }

  /** Applies lines in order; all of it is durable when this returns. Lines up to the cursor change nothing. */
  apply(lines: readonly string[]): void {
    for (let i = 0; i < lines.length; i += stretch) this.#applyStretch(lines.slice(i, i + stretch))
  }

  /** Applies lines once more to one partition that is being built. Authors are as they are known by now. */
  refill(start: number, lines: readonly string[]): void {
    const batch = readBatch(lines, 0, () => undefined)
    this.#store(batch, new Map(), ({ span }) => span.start === start)
    // Also where nothing of this was for it, it now knows the journal so far.
    this.partitions.with(this.partitions.byStart(start), (writer) => writer.apply([], batch.last))
  }

  close(): void {
    this.partitions.close()
    this.catalog.close()
  }

  #applyStretch(lines: readonly string[]): void {
    const cursor = this.catalog.cursor()
    if (this.partitions.list.length === 0) this.plan(timeOf(lines), new Map())
    const batch = readBatch(lines, cursor, (reason) => this.#refuse(reason))
    if (batch.last === cursor) return
    const authors = this.#renewed(batch.authors)
    const states = new Map([...authors].map(([key, { after }]) => [key, after.state]))
    this.#store(batch, states, ({ building }) => !building)
    this.#sweep([...authors.values()])
    this.catalog.settle(batch.last, [...authors.values()].map(({ after }) => after), this.partitions.sizes())
    this.partitions.cutIfFull(Math.ceil((batch.last + 1) / second) * 1000, this.#rows)
  }

  #refuse(reason: string, count = 1): void {
    if (count > 0) this.refused.set(reason, (this.refused.get(reason) ?? 0) + count)
  }

  /** What is known of the authors of a batch before and after it. */
  #renewed(authors: readonly Author[]): Map<string, Renewed> {
    const renewed = new Map<string, Renewed>()
    for (const author of authors) {
      const known = renewed.get(author.key)
      const before = known === undefined ? this.catalog.author(author.key) : known.before
      renewed.set(author.key, { before, after: renew(known?.after ?? before, author) })
    }
    return renewed
  }

  /** Stores and removes messages in the partitions that `takes` names. */
  #store(batch: Batch, states: ReadonlyMap<string, Author['state']>, takes: (partition: Partition) => boolean): void {
    const changes = new Map<number, Placed[]>()
    const put = (at: number, placed: Placed): void => {
      const partition = this.partitions.at(at)
      if (!takes(partition)) return
      const list = changes.get(partition.span.start)
      if (list === undefined) changes.set(partition.span.start, [placed])
      else list.push(placed)
    }
    const names = new Set<string>()
    const ids: IdAt[] = []
    for (const verdict of batch.verdicts) this.#place(verdict, states, put, names, ids)
    this.catalog.announce(names, ids)
    for (const [start, placed] of [...changes].sort(([a], [b]) => a - b)) this.#write(start, placed, batch.last)
  }

  /** What a verdict changes, and where. */
  #place({ id, draft, position }: Verdict, states: ReadonlyMap<string, Author['state']>, put: (at: number, placed: Placed) => void, names: Set<string>, ids: IdAt[]): void {
    const state = draft?.author === undefined ? 'active' : states.has(draft.author) ? states.get(draft.author) : this.catalog.author(draft.author)?.state
    const times = this.catalog.timesOf(id)
    const kept = draft !== undefined && state !== 'deleted'
    for (const at of times) if (!kept || at !== draft.at) put(at, { position, change: () => ({ kind: 'remove', at, id }) })
    if (!kept) return
    const known = times.includes(draft.at)
    if (!known) ids.push({ id, at: draft.at })
    for (const name of draft.names) names.add(name)
    put(draft.at, { position, change: () => ({ kind: 'put', entry: entryOf(draft, (name) => this.catalog.idOf(name)), shown: state !== 'hidden', known }) })
  }

  #write(start: number, placed: readonly Placed[], last: Position): void {
    this.partitions.with(this.partitions.byStart(start), (writer) => {
      const changes = placed.filter(({ position }) => position > writer.applied).map(({ change }) => change())
      this.#refuse('crowded', writer.apply(changes, last))
    })
  }

  /** Takes authors out of sight, brings them back or removes them, in all partitions. */
  #sweep(authors: readonly Renewed[]): void {
    const changed = authors.filter(({ before, after }) => (before?.state ?? 'active') !== (after.state ?? 'active') && this.catalog.valueId(authorName(after.key)) !== undefined)
    if (changed.length === 0) return
    for (const partition of this.partitions.list) {
      if (!partition.made) continue
      this.partitions.with(partition, (writer) => {
        for (const { after: { key, state } } of changed) {
          if (state === 'deleted') writer.drop(key)
          else if (state === 'hidden') writer.hide(key)
          else writer.show(key, (message) => this.#stored(message))
        }
      })
    }
  }

  /** The entry of a message that is stored already. */
  #stored(text: string): Entry | undefined {
    const message: unknown = JSON.parse(text)
    const draft = isMessage(message) ? draftOf(message, text) : undefined
    if (draft === undefined) return undefined
    this.catalog.announce(draft.names, [])
    return entryOf(draft, (name) => this.catalog.idOf(name))
  }
}

interface Renewed {
  readonly before: Author | undefined
  readonly after: Author
}

/** A change that is made only when its values have ids. */
interface Placed {
  readonly position: Position
  readonly change: () => Change
}

/** When the first of some lines was written, in milliseconds. */
const timeOf = (lines: readonly string[]): number => Math.floor((lines.map(linePosition).find((position) => position !== undefined) ?? 0) / 1000)
