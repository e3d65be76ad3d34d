// Owns the columns of one partition in memory: one entry a message, found by rid, kept up to date from the chunks that the
// writer appends. Does not read files.
import type { Chunk, ColumnRow } from './chunk.ts'

const none = -1

/** Typed arrays that grow. `ordinal` numbers the messages in the order in which they were first met. */
export class Columns {
  /** Messages that were ever met; their entries are 0 to size - 1. */
  size = 0
  rid = new Float64Array(0)
  at = new Float64Array(0)
  seen = new Float64Array(0)
  retweets = new Uint32Array(0)
  favourites = new Uint32Array(0)
  classNumber = new Uint32Array(0)
  live = new Uint8Array(0)
  begins = new Uint32Array(0)
  ends = new Uint32Array(0)
  values = new Uint32Array(0)
  #used = 0
  /** Open addressing: ordinals by rid. */
  #table = new Int32Array(0)

  /** Bytes held. */
  get bytes(): number {
    return this.rid.byteLength * 3 + this.retweets.byteLength * 5 + this.live.byteLength + this.values.byteLength + this.#table.byteLength
  }

  /** The ordinal of a message, or -1. */
  find(rid: number): number {
    return this.#table[this.#slot(rid)] ?? none
  }

  row(ordinal: number): ColumnRow {
    return {
      rid: this.rid[ordinal] ?? 0,
      at: this.at[ordinal] ?? 0,
      seen: this.seen[ordinal] ?? 0,
      retweets: this.retweets[ordinal] ?? 0,
      favourites: this.favourites[ordinal] ?? 0,
      live: this.live[ordinal] === 1,
      classNumber: this.classNumber[ordinal] ?? 0,
      values: [...this.values.subarray(this.begins[ordinal], this.ends[ordinal])],
    }
  }

  /** Takes rows in: new ones at the end, known ones in their place. Taking the same rows twice changes nothing. */
  add(chunk: Chunk): void {
    this.#reserve(chunk.rid.length, chunk.values.length)
    let begin = 0
    for (let i = 0; i < chunk.rid.length; i++) {
      const end = chunk.ends[i] ?? begin
      this.#put(chunk, i, begin, end)
      begin = end
    }
  }

  /** Gives the memory back at once, which waits for no collection. What is still looking at it sees nothing. */
  free(): void {
    const { rid, at, seen, retweets, favourites, classNumber, live, begins, ends, values } = this
    for (const { buffer } of [rid, at, seen, retweets, favourites, classNumber, live, begins, ends, values, this.#table]) buffer.transfer(0)
    this.size = 0
    this.#used = 0
  }

  /** Makes room for so many messages at once. */
  reserve(rows: number): void {
    if (rows > this.rid.length) this.#growRows(rows)
  }

  #put(chunk: Chunk, i: number, begin: number, end: number): void {
    const rid = chunk.rid[i] ?? 0
    const slot = this.#slot(rid)
    let ordinal = this.#table[slot] ?? none
    if (ordinal === none) {
      ordinal = this.size++
      this.#table[slot] = ordinal
      this.rid[ordinal] = rid
    }
    this.at[ordinal] = chunk.at[i] ?? 0
    this.seen[ordinal] = chunk.seen[i] ?? 0
    this.retweets[ordinal] = chunk.retweets[i] ?? 0
    this.favourites[ordinal] = chunk.favourites[i] ?? 0
    this.live[ordinal] = chunk.live[i] ?? 0
    this.classNumber[ordinal] = chunk.classNumber[i] ?? 0
    this.#putValues(ordinal, chunk.values.subarray(begin, end))
  }

  /** Where a message had as many values before, they take the same place. */
  #putValues(ordinal: number, values: Uint32Array): void {
    const begin = this.begins[ordinal] ?? 0
    const end = this.ends[ordinal] ?? 0
    const fits = values.length <= end - begin
    const place = fits ? begin : this.#used
    this.values.set(values, place)
    this.begins[ordinal] = place
    this.ends[ordinal] = place + values.length
    if (!fits) this.#used += values.length
  }

  #slot(rid: number): number {
    const mask = this.#table.length - 1
    let slot = mix(rid) & mask
    for (;;) {
      const ordinal = this.#table[slot] ?? none
      if (ordinal === none || this.rid[ordinal] === rid) return slot
      slot = (slot + 1) & mask
    }
  }

  #reserve(rows: number, values: number): void {
    const needed = this.size + rows
    if (needed > this.rid.length) this.#growRows(Math.max(needed, Math.ceil(this.rid.length * 1.4), 1024))
    if (this.#used + values > this.values.length) {
      const grown = new Uint32Array(Math.max(this.#used + values, Math.ceil(this.values.length * 1.4)))
      grown.set(this.values)
      this.values = grown
    }
  }

  #growRows(capacity: number): void {
    this.rid = grownDoubles(this.rid, capacity)
    this.at = grownDoubles(this.at, capacity)
    this.seen = grownDoubles(this.seen, capacity)
    this.retweets = grownWords(this.retweets, capacity)
    this.favourites = grownWords(this.favourites, capacity)
    this.classNumber = grownWords(this.classNumber, capacity)
    this.begins = grownWords(this.begins, capacity)
    this.ends = grownWords(this.ends, capacity)
    const live = new Uint8Array(capacity)
    live.set(this.live)
    this.live = live
    const size = 2 ** Math.ceil(Math.log2(capacity * 1.5))
    if (size === this.#table.length) return
    this.#table = new Int32Array(size).fill(none)
    for (let ordinal = 0; ordinal < this.size; ordinal++) this.#table[this.#slot(this.rid[ordinal] ?? 0)] = ordinal
  }
}

function mix(rid: number): number {
  const low = Math.imul(rid >>> 0, 0x9e3779b1)
  const high = Math.imul(Math.floor(rid / 2 ** 32), 0x85ebca6b)
  const mixed = low ^ high
  return (mixed ^ (mixed >>> 15)) >>> 0
}

function grownDoubles(from: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity)
  to.set(from)
  return to
}

function grownWords(from: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(capacity)
  to.set(from)
  return to
}
