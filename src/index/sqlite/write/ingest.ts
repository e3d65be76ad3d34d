// Owns how the journal enters the index, and in which order what is written becomes durable: ids, then the
// partitions, then authors and the cursor. Whatever was done twice after a crash was done once.
import type { Position } from '../../../message/line.ts'
import type { Author } from '../../../message/schema.ts'
import { readBatch, renew, type Batch, type Verdict, type Written } from './batch.ts'
import { openCatalog, type CatalogWriter } from './catalog-writer.ts'
import { idKey, type Partition } from '../files/catalog.ts'
import { entryOf } from './entry.ts'
import { readMessage } from '../files/stored.ts'
import { Merging } from './merge.ts'
import type { Change } from './change.ts'
import { Partitions, type OnDamage } from './partitions.ts'
import { planPartitions, type Volume } from '../files/plan.ts'
import type { Making } from '../threads/protocol.ts'

/** So many lines become durable together, which bounds what a transaction holds in memory. */
const stretch = 2000
const second = 1_000_000
/** Authors whose handle is remembered as stored; then it begins anew. */
const mostRemembered = 50_000

export interface IngestOptions {
  readonly folder: string
  /** A partition is full with so many messages, as long as there are few partitions. */
  readonly rows: number
  readonly onDamage: OnDamage
  /** Where it is open already. */
  readonly catalog?: CatalogWriter
}

export class Ingest {
  readonly catalog: CatalogWriter
  readonly partitions: Partitions
  readonly merging: Merging
  readonly refused = new Map<string, number>()
  readonly #rows: number
  /** By stable key the handle that is stored, as last written. */
  readonly #stored = new Map<string, string>()

  constructor({ folder, rows, onDamage, catalog = openCatalog(folder) }: IngestOptions) {
    this.catalog = catalog
    this.partitions = new Partitions(folder, this.catalog, onDamage)
    this.merging = new Merging(this.partitions)
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

  /** Applies lines once more to partitions that are being built, which then have the journal up to a position. Authors are as they are known by now. */
  refill(parts: readonly Making[], lines: readonly string[], upTo: Position): void {
    for (let i = 0; i < lines.length; i += stretch) {
      const batch = readBatch(lines.slice(i, i + stretch), 0, this.catalog.seed(), () => undefined)
      this.#store(batch, new Map(), (partition) => parts.some((part) => isMaking(partition, part)))
    }
    for (const partition of parts.flatMap((part) => this.#made(part) ?? [])) this.partitions.with(partition, (writer) => writer.apply([], upTo))
  }

  /** Up to which position a partition that is being built has the journal; undefined where that is no longer being built. */
  progress(part: Making): Position | undefined {
    const partition = this.#made(part)
    return partition === undefined ? undefined : this.partitions.with(partition, ({ applied }) => applied)
  }

  /** Ends the building of a partition, unless it lags behind the cursor. */
  built(part: Making): void {
    const progress = this.progress(part)
    if (progress === undefined || progress < this.catalog.cursor()) return
    this.partitions.built(part.start)
    this.catalog.settle(this.catalog.cursor(), [], [], this.partitions.sizes())
  }

  /** Gives a partition up that a reader found damaged, unless that has been done. */
  setAside(start: number, generation: number, reason: string): void {
    const partition = this.partitions.at(start)
    if (partition.generation === generation && partition.span.start === start) this.partitions.setAside(partition, reason)
  }

  /** Removes messages, whatever their positions. */
  forget(ids: readonly string[]): void {
    const times = this.catalog.timesOf(ids)
    const changes = new Map<Partition, Change[]>()
    for (const id of ids) {
      for (const at of times.get(idKey(id)) ?? []) {
        const partition = this.partitions.at(at)
        const list = changes.get(partition)
        if (list === undefined) changes.set(partition, [{ kind: 'remove', at, id }])
        else list.push({ kind: 'remove', at, id })
      }
    }
    for (const [partition, removed] of changes) this.partitions.with(partition, (writer) => writer.apply(removed, writer.applied))
    this.catalog.settle(this.catalog.cursor(), [], [], this.partitions.sizes())
  }

  /** Messages by hour, as far as they can be found. */
  volume(): Volume {
    const volume = new Map<number, number>()
    for (const partition of this.partitions.list) {
      if (!partition.made) continue
      for (const [hour, count] of this.partitions.with(partition, (writer) => writer.volume()) ?? []) volume.set(hour, (volume.get(hour) ?? 0) + count)
    }
    return volume
  }

  close(): void {
    this.partitions.close()
    this.catalog.close()
  }

  #applyStretch(lines: readonly string[]): void {
    const cursor = this.catalog.cursor()
    const batch = readBatch(lines, cursor, this.catalog.seed(), (reason) => this.#refuse(reason))
    if (batch.last === cursor) return
    if (this.partitions.list.length === 0) this.plan(Math.floor(batch.last / 1000), new Map())
    const authors = this.#renewed(batch.authors)
    const states = new Map([...authors].map(([key, { after }]) => [key, after.state ?? 'active']))
    this.#store(batch, states, ({ building }) => !building)
    this.#sweep([...authors.values()])
    const written = batch.written.filter(({ key, handle }) => this.#stored.get(key) !== handle)
    this.catalog.settle(batch.last, [...authors.values()].map(({ after }) => after), [...batch.authors, ...written], this.partitions.sizes())
    this.#remember(written)
    this.partitions.cutIfFull(Math.ceil((batch.last + 1) / second) * 1000, this.#rows)
  }

  #made(part: Making): Partition | undefined {
    return this.partitions.list.find((partition) => isMaking(partition, part))
  }

  #remember(written: readonly Written[]): void {
    if (this.#stored.size + written.length > mostRemembered) this.#stored.clear()
    for (const { key, handle } of written) this.#stored.set(key, handle)
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

  /** Stores and removes messages in the partitions that `takes` names. `states` are those that the catalog does not have yet. */
  #store({ verdicts, last }: Batch, states: ReadonlyMap<string, string>, takes: (partition: Partition) => boolean): void {
    const times = this.catalog.timesOf(verdicts.map(({ id }) => id))
    const authors = new Set(verdicts.flatMap(({ entry }) => entry?.author ?? []))
    const stateOf = new Map([...this.catalog.statesOf([...authors]), ...states])
    const changes = new Map<Partition, Placed[]>()
    const placed = verdicts.flatMap((verdict) => placements(verdict, times.get(idKey(verdict.id)) ?? [], stateOf.get(verdict.entry?.author ?? '')))
    for (const one of placed) {
      const partition = this.partitions.at(one.at)
      const list = changes.get(partition)
      if (list !== undefined) list.push(one)
      else if (takes(partition)) changes.set(partition, [one])
    }
    this.catalog.announce(placed.filter(({ change }) => change.kind === 'put' && !change.known))
    for (const [partition, all] of changes) this.#write(partition.span.start, all, last)
  }

  #write(start: number, placed: readonly Placed[], last: Position): void {
    this.partitions.with(this.partitions.at(start), (writer) => {
      const changes = placed.filter(({ position }) => position > writer.applied).map(({ change }) => change)
      this.#refuse('crowded', writer.apply(changes, last))
    })
  }

  /** Takes authors out of sight, brings them back or removes them, in all partitions. */
  #sweep(authors: readonly Renewed[]): void {
    const changed = authors.filter(({ before, after }) => (before?.state ?? 'active') !== (after.state ?? 'active'))
    if (changed.length === 0) return
    for (const partition of this.partitions.list) {
      if (!partition.made) continue
      this.partitions.with(partition, (writer) => {
        for (const { after: { key, state } } of changed) {
          if (state === 'deleted') writer.drop(key)
          else if (state === 'hidden') writer.hide(key)
          else writer.show(key, (text) => entryOf(readMessage(text), text, this.catalog.seed()))
        }
      })
    }
  }
}

const isMaking = ({ span, generation, building }: Partition, part: Making): boolean => building && span.start === part.start && generation === part.generation

interface Renewed {
  readonly before: Author | undefined
  readonly after: Author
}

/** What becomes of a message at one instant. */
interface Placed {
  readonly id: string
  readonly at: number
  readonly position: Position
  readonly change: Change
}

/** Where a verdict changes something, given at which instants the message may be stored and the state of its author. */
function placements({ id, position, entry }: Verdict, times: readonly number[], state = 'active'): Placed[] {
  const kept = state === 'deleted' ? undefined : entry
  const removed = times.filter((at) => at !== kept?.at).map((at): Placed => ({ id, at, position, change: { kind: 'remove', at, id } }))
  if (kept === undefined) return removed
  return [...removed, { id, at: kept.at, position, change: { kind: 'put', entry: kept, shown: state !== 'hidden', known: times.includes(kept.at) } }]
}
