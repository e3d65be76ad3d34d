// Owns counting numbers very often: how many messages have a value, and which of them is the earliest. Typed arrays, no objects.
import type { Part } from './scope.ts'

/** The earliest message with a value that was met. */
export interface First {
  readonly part: Part
  readonly rid: number
}

const empty = 0

/** Keys are whole numbers from 1 to 2^32 - 1. */
export class Tally {
  #keys = new Uint32Array(1024)
  #counts = new Uint32Array(1024)
  #firstAt = new Float64Array(1024)
  #firstRid = new Float64Array(1024)
  #firstPart = new Uint32Array(1024)
  #size = 0
  readonly #parts: Part[] = []

  /** Counts one message of a part that has a value. */
  add(key: number, part: Part, at: number, rid: number): void {
    let slot = this.#slot(key)
    if (this.#keys[slot] === empty) {
      if (this.#size * 2 > this.#keys.length) {
        this.#grow()
        slot = this.#slot(key)
      }
      this.#keys[slot] = key
      this.#size += 1
      this.#firstAt[slot] = Number.POSITIVE_INFINITY
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    if (at >= (this.#firstAt[slot] ?? 0)) return
    this.#firstAt[slot] = at
    this.#firstRid[slot] = rid
    this.#firstPart[slot] = this.#numberOf(part)
  }

  /** Key, count and earliest message of every value. */
  *entries(): Generator<{ readonly key: number; readonly count: number; readonly first: First }> {
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot] ?? empty
      const part = this.#parts[this.#firstPart[slot] ?? 0]
      if (key !== empty && part !== undefined) yield { key, count: this.#counts[slot] ?? 0, first: { part, rid: this.#firstRid[slot] ?? 0 } }
    }
  }

  #numberOf(part: Part): number {
    if (this.#parts.at(-1) !== part) this.#parts.push(part)
    return this.#parts.length - 1
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1
    let slot = Math.imul(key, 0x9e3779b1) >>> 8 & mask
    while (this.#keys[slot] !== empty && this.#keys[slot] !== key) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const before = { keys: this.#keys, counts: this.#counts, at: this.#firstAt, rid: this.#firstRid, part: this.#firstPart }
    const size = before.keys.length * 2
    this.#keys = new Uint32Array(size)
    this.#counts = new Uint32Array(size)
    this.#firstAt = new Float64Array(size)
    this.#firstRid = new Float64Array(size)
    this.#firstPart = new Uint32Array(size)
    for (let i = 0; i < before.keys.length; i++) {
      const key = before.keys[i] ?? empty
      if (key === empty) continue
      const slot = this.#slot(key)
      this.#keys[slot] = key
      this.#counts[slot] = before.counts[i] ?? 0
      this.#firstAt[slot] = before.at[i] ?? 0
      this.#firstRid[slot] = before.rid[i] ?? 0
      this.#firstPart[slot] = before.part[i] ?? 0
    }
  }
}
