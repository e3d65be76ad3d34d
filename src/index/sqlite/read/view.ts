// Owns what a reading thread has open: the catalog, some partitions, the columns of some of them, all within bounds. Does not
// know questions.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { partitionFile, type Catalog, type Partition } from '../files/catalog.ts'
import type { Columns } from '../files/columns.ts'
import { DamagedFile, numberIn } from '../files/database.ts'
import { Unreadable } from '../files/stored.ts'
import { PartitionReader } from './partition-reader.ts'
import { Faces } from './faces.ts'
import type { Turn } from './turn.ts'

/** Partitions that a reader holds open at most. */
const maxOpen = 24
/** About 75 bytes a message are needed for columns. */
const mostColumnRows = 4_000_000

/** Damage that a reader met; the writer sets the file aside. */
export class DamagedPartition extends Error {
  readonly start: number
  readonly generation: number
  constructor({ span, generation }: Partition, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.start = span.start
    this.generation = generation
  }
}

export class View {
  readonly catalog: Catalog
  /** Of partitions with more messages nothing is counted by value: a rebuild divides them. */
  readonly maxColumnRows: number
  readonly faces: Faces
  readonly #folder: string
  readonly #columnBytes: number
  #version = -1
  #list: readonly Partition[] = []
  /** By name of file, least lately used first. */
  readonly #open = new Map<string, PartitionReader>()

  /** `columnBytes`: memory for columns of all partitions. */
  constructor(folder: string, catalog: Catalog, columnBytes: number, maxColumnRows = mostColumnRows) {
    this.maxColumnRows = maxColumnRows
    this.#folder = folder
    this.catalog = catalog
    this.faces = new Faces(catalog)
    this.#columnBytes = columnBytes
  }

  /** Partitions as of now, oldest first, without a gap. */
  partitions(): readonly Partition[] {
    const version = numberIn(this.catalog.db.get('PRAGMA data_version'), 0)
    if (version !== this.#version) {
      this.#list = this.catalog.partitions()
      this.#version = version
      this.faces.clear()
      const names = new Set(this.#list.map(partitionFile))
      for (const name of this.#open.keys()) if (!names.has(name)) this.#close(name)
    }
    return this.#list
  }

  /** Asks a partition; what the question reads of what it stored is read in it. Throws DamagedPartition. */
  ask<T>(partition: Partition, question: (reader: PartitionReader) => T): T {
    try {
      return question(this.#reader(partition))
    } catch (error) {
      throw this.#blame(partition, error)
    }
  }

  /** The columns of a partition; undefined where time ran out. Throws DamagedPartition. */
  async columns(partition: Partition, turn: Turn): Promise<Columns | undefined> {
    try {
      const reader = this.#reader(partition)
      const columns = await reader.columns(turn)
      this.#shed(reader)
      return columns
    } catch (error) {
      throw this.#blame(partition, error)
    }
  }

  /** Gives up what only makes answers quick. To be called when no question is open. */
  rest(): void {
    for (const reader of this.#open.values()) reader.freeColumns()
    this.faces.clear()
  }

  close(): void {
    for (const name of this.#open.keys()) this.#close(name)
    this.catalog.close()
  }

  #reader(partition: Partition): PartitionReader {
    const name = partitionFile(partition)
    const known = this.#open.get(name)
    const reader = known ?? new PartitionReader(this.#path(partition), partition.span)
    this.#open.delete(name)
    this.#open.set(name, reader)
    const [oldest] = this.#open.keys()
    if (this.#open.size > maxOpen && oldest !== undefined) this.#close(oldest)
    return reader
  }

  /** Gives up columns of those partitions that were not asked for the longest time. */
  #shed(kept: PartitionReader): void {
    let bytes = [...this.#open.values()].reduce((sum, reader) => sum + reader.bytes, 0)
    for (const reader of this.#open.values()) {
      if (bytes <= this.#columnBytes) return
      if (reader === kept) continue
      bytes -= reader.bytes
      reader.dropColumns()
    }
  }

  #blame(partition: Partition, error: unknown): unknown {
    const isOurs = error instanceof Unreadable || (error instanceof DamagedFile ? error.path === this.#path(partition) : isLost(error, this.#path(partition)))
    if (!isOurs) return error
    this.#close(partitionFile(partition))
    return new DamagedPartition(partition, error)
  }

  #path(partition: Partition): string {
    return join(this.#folder, partitionFile(partition))
  }

  #close(name: string): void {
    const reader = this.#open.get(name)
    this.#open.delete(name)
    reader?.close()
  }
}

/**
 * Whether a file could not be opened, or was set aside while it was: then it cannot be looked at (FSTAT). Where a disk fails in
 * that way the file is still there.
 */
const isLost = (error: unknown, path: string): boolean => error instanceof Error && 'errcode' in error && (error.errcode === 14 || (error.errcode === 1802 && !existsSync(path)))
