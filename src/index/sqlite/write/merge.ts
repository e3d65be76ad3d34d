// Owns when the terms of a partition are merged: FTS5 writes a segment with each commit and merges some of them, but asks all
// that are left with each question. Where a partition has grown by a good part since, all are made one, little by little.
import { statfsSync } from 'node:fs'
import type { Partition } from '../files/catalog.ts'
import type { Partitions } from './partitions.ts'

/** Smaller ones are asked quickly enough. */
const worthIt = 20_000
const growth = 1.5
/** So many messages take no more than a step. What arrives meanwhile begins new segments: without a bound there would be no end. */
const perStep = 1000

export class Merging {
  readonly #partitions: Partitions
  readonly #room: (folder: string) => number
  /** What is being merged, and the steps that are left for it. */
  #current: { readonly start: number; readonly generation: number; left: number } | undefined

  /** `room`: bytes that the disk of a folder has left. */
  constructor(partitions: Partitions, room: (folder: string) => number = roomOf) {
    this.#partitions = partitions
    this.#room = room
  }

  /** Works for some milliseconds, if there is something to be done. A partition that was found damaged was set aside. */
  step(): 'idle' | 'worked' | 'damaged' {
    const partition = this.#underWay() ?? this.#next()
    if (partition === undefined) return 'idle'
    const { start } = partition.span
    const isFirst = this.#current === undefined
    const current = (this.#current ??= { start, generation: partition.generation, left: Math.ceil(partition.stored / perStep) })
    let isMore: boolean | undefined
    try {
      isMore = this.#partitions.with(partition, (writer) => writer.merge(isFirst))
    } catch (error) {
      // The next time all of it begins anew, in its turn.
      this.#current = undefined
      throw error
    }
    current.left -= 1
    if (isMore === true && current.left > 0) return 'worked'
    this.#current = undefined
    if (isMore === undefined) return 'damaged'
    this.#partitions.merged(start)
    return 'worked'
  }

  /** Unless it was set aside. */
  #underWay(): Partition | undefined {
    const current = this.#current
    const partition = current === undefined ? undefined : this.#partitions.at(current.start)
    if (partition !== undefined && isUsable(partition) && partition.generation === current?.generation) return partition
    this.#current = undefined
    return undefined
  }

  #next(): Partition | undefined {
    const grown = this.#partitions.list.filter((partition) => isUsable(partition) && partition.stored >= Math.max(worthIt, partition.merged * growth))
    if (grown.length === 0) return undefined
    // Until it is done, what is merged is there twice.
    const room = this.#room(this.#partitions.folder)
    return grown.find((partition) => room > this.#partitions.bytes(partition))
  }
}

const roomOf = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const isUsable = ({ made, building }: Partition): boolean => made && !building
