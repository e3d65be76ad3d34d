// Owns the partitions of an index for the writer: their list, which of their files are open, and setting a damaged one aside.
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogWriter, PartitionSize } from './catalog-writer.ts'
import { emptyPartition, partitionFile, type Partition } from '../files/catalog.ts'
import { DamagedFile } from '../files/database.ts'
import { PartitionWriter } from './partition-writer.ts'
import { Unreadable } from '../files/stored.ts'
import type { Span } from '../files/place.ts'
import { cutNewest, fullAt, maxPartitions, partitionAt } from '../files/plan.ts'

/** Files that the writer holds open at most; the newest has the larger cache. */
const maxOpen = 12
const newestCache = 32 * 2 ** 20
const otherCache = 4 * 2 ** 20

/** Called when a file was set aside, with its name and why. */
export type OnDamage = (name: string, reason: string) => void

export class Partitions {
  readonly folder: string
  readonly #catalog: CatalogWriter
  readonly #onDamage: OnDamage
  #list: readonly Partition[] = []
  #spans: readonly Span[] = []
  /** By start, least lately used first. */
  readonly #open = new Map<number, PartitionWriter>()

  constructor(folder: string, catalog: CatalogWriter, onDamage: OnDamage) {
    this.folder = folder
    this.#catalog = catalog
    this.#onDamage = onDamage
    this.reload()
  }

  /** Takes the list from the catalog. */
  reload(): void {
    this.#setList(this.#catalog.partitions())
    // What a crash left.
    for (const { building, span } of this.#list) if (!building) this.#removeDamaged(span.start)
    for (const partition of this.#list) if (partition.made && !this.#isThere(partition)) this.setAside(partition, 'the file is gone')
  }

  /** Oldest first, without a gap. */
  get list(): readonly Partition[] {
    return this.#list
  }

  /** How large its file is. */
  bytes(partition: Partition): number {
    return statSync(this.#path(partition), { throwIfNoEntry: false })?.size ?? 0
  }

  /** The partition of an instant. */
  at(at: number): Partition {
    return this.#entry(partitionAt(this.#spans, at))
  }

  /**
   * Works on the file of a partition, which is made where there is none. A damaged file is set aside, the partition is marked
   * as building, and the answer is undefined.
   */
  with<T>(partition: Partition, work: (writer: PartitionWriter) => T): T | undefined {
    try {
      return work(this.#writer(partition))
    } catch (error) {
      this.#close(partition.span.start)
      const isOurs = error instanceof Unreadable || (error instanceof DamagedFile && error.path === this.#path(partition))
      if (!isOurs) throw error
      this.setAside(partition, error.message)
      return undefined
    }
  }

  /** Renames the file of a partition and marks the partition as building. An older file that was set aside is removed. */
  setAside(partition: Partition, reason: string): void {
    this.#close(partition.span.start)
    const name = partitionFile(partition)
    this.#removeDamaged(partition.span.start)
    for (const suffix of ['', '-wal', '-shm']) {
      const path = join(this.folder, name + suffix)
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, join(this.folder, `${name}.damaged${suffix}`))
    }
    this.#replace({ ...partition, generation: partition.generation + 1, made: false, building: true, stored: 0, shown: 0, merged: 0 })
    this.#onDamage(name, reason)
  }

  /** The partition has been made again. The damaged file keeps what was deleted since: it goes. */
  built(start: number): void {
    this.#replace({ ...this.at(start), building: false })
    this.#removeDamaged(start)
  }

  /** The terms of a partition have been merged. */
  merged(start: number): void {
    const partition = this.at(start)
    this.#replace({ ...partition, merged: partition.stored })
  }

  /** How many messages the partitions have that are open, which are those that may have changed. */
  sizes(): PartitionSize[] {
    const sizes = [...this.#open].map(([start, { stored, shown }]) => ({ start, stored, shown }))
    const byStart = new Map(sizes.map((size) => [size.start, size]))
    this.#setList(this.#list.map((partition) => ({ ...partition, ...byStart.get(partition.span.start) })))
    return sizes
  }

  /**
   * Cuts the newest partition at its open end once it is full. `at`: an instant (whole second) after everything that was
   * seen. A message from the future stands in the way until its time has come, so that no message ever has to move.
   */
  cutIfFull(at: number, rows: number): void {
    const place = this.#list.length - 2
    const newest = this.#entry(place)
    const total = this.#list.reduce((sum, { stored }) => sum + stored, 0)
    if (this.#list.length >= maxPartitions || newest.stored < fullAt(total, rows) || at <= newest.span.start || at >= newest.span.end) return
    if (this.with(newest, (writer) => writer.endsBefore(at)) !== true) return
    const [closed, open] = cutNewest(newest.span, at)
    const parts = [{ ...newest, span: closed }, emptyPartition(open)]
    this.#close(newest.span.start)
    this.#catalog.savePartitions(parts)
    this.#setList(this.#list.toSpliced(place, 1, ...parts))
  }

  close(): void {
    for (const start of this.#open.keys()) this.#close(start)
  }

  #removeDamaged(start: number): void {
    for (const name of readdirSync(this.folder)) if (name.startsWith(`${start}.`) && name.includes('.damaged')) rmSync(join(this.folder, name))
  }

  #writer(partition: Partition): PartitionWriter {
    const { start } = partition.span
    const known = this.#open.get(start)
    const writer = known ?? this.#openFile(partition)
    this.#open.delete(start)
    this.#open.set(start, writer)
    const [oldest] = this.#open.keys()
    if (this.#open.size > maxOpen && oldest !== undefined) this.#close(oldest)
    return writer
  }

  #openFile(partition: Partition): PartitionWriter {
    const path = this.#path(partition)
    const { made, span } = partition
    if (made && !this.#isThere(partition)) throw new DamagedFile(path, 'the file is gone')
    // What a crash left of making it says nothing yet.
    if (!made) for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    const isNewest = span.start === this.#entry(this.#list.length - 2).span.start
    const writer = new PartitionWriter(path, span, !made, isNewest ? newestCache : otherCache)
    if (!made) this.#replace({ ...partition, made: true })
    return writer
  }

  #close(start: number): void {
    const writer = this.#open.get(start)
    this.#open.delete(start)
    writer?.close()
  }

  #replace(partition: Partition): void {
    this.#catalog.savePartitions([partition])
    this.#setList(this.#list.map((other) => (other.span.start === partition.span.start ? partition : other)))
  }

  #setList(list: readonly Partition[]): void {
    this.#list = list
    this.#spans = list.map(({ span }) => span)
  }

  #isThere(partition: Partition): boolean {
    return statSync(this.#path(partition), { throwIfNoEntry: false }) !== undefined
  }

  #path(partition: Partition): string {
    return join(this.folder, partitionFile(partition))
  }

  #entry(place: number): Partition {
    const partition = this.#list[place]
    if (partition === undefined) throw new RangeError(`no partition ${place}`)
    return partition
  }
}
