// Owns counting values very often: how many messages have one, and which of them is the earliest. Typed arrays, no objects.

/** A value that was counted; `first` numbers whatever the counter calls its places, `rid` the earliest message there. */
export interface Tallied {
  readonly high: number
  readonly low: number
  readonly count: number
  readonly at: number
  readonly place: number
  readonly rid: number
}

/** Values are hashes of two times 32 bits, of which the lower are never all zero and equal to those of another field. */
export class Tally {
  #high = new Uint32Array(1024)
  #low = new Uint32Array(1024)
  #counts = new Uint32Array(1024)
  #at = new Float64Array(1024)
  #rid = new Float64Array(1024)
  #place = new Uint32Array(1024)
  #size = 0

  /** Counts one message, written at `at`, that has a value. */
  add(high: number, low: number, at: number, place: number, rid: number): void {
    let slot = this.#slot(high, low)
    if (this.#counts[slot] === 0) {
      if (this.#size * 2 > this.#counts.length) {
        this.#grow()
        slot = this.#slot(high, low)
      }
      this.#high[slot] = high
      this.#low[slot] = low
      this.#at[slot] = Number.POSITIVE_INFINITY
      this.#size += 1
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    if (at >= (this.#at[slot] ?? 0)) return
    this.#at[slot] = at
    this.#place[slot] = place
    this.#rid[slot] = rid
  }

  /** Places of values, some of them empty. */
  get slots(): number {
    return this.#counts.length
  }

  /** The values from one slot on and before another that were counted at least as often as `least` asks, given their lower half. Of very many only those are made objects. */
  *entries(from: number, to: number, least: (low: number) => number): Generator<Tallied> {
    for (let slot = from; slot < Math.min(to, this.slots); slot++) {
      const count = this.#counts[slot] ?? 0
      const low = this.#low[slot] ?? 0
      if (count > 0 && count >= least(low)) yield { high: this.#high[slot] ?? 0, low, count, at: this.#at[slot] ?? 0, place: this.#place[slot] ?? 0, rid: this.#rid[slot] ?? 0 }
    }
  }

  /** What was counted of a value. */
  find(high: number, low: number): Pick<Tallied, 'count' | 'at'> | undefined {
    const slot = this.#slot(high, low)
    const count = this.#counts[slot] ?? 0
    return count === 0 ? undefined : { count, at: this.#at[slot] ?? 0 }
  }

  /** The slot of a value, or the empty one where it belongs. */
  #slot(high: number, low: number): number {
    const mask = this.#counts.length - 1
    let slot = (high ^ (low >>> 4)) & mask
    while (this.#counts[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const [highs, lows, counts, ats, rids, places] = [this.#high, this.#low, this.#counts, this.#at, this.#rid, this.#place]
    const size = counts.length * 2
    this.#high = new Uint32Array(size)
    this.#low = new Uint32Array(size)
    this.#counts = new Uint32Array(size)
    this.#at = new Float64Array(size)
    this.#rid = new Float64Array(size)
    this.#place = new Uint32Array(size)
    for (let before = 0; before < counts.length; before++) {
      const count = counts[before] ?? 0
      if (count === 0) continue
      const slot = this.#slot(highs[before] ?? 0, lows[before] ?? 0)
      this.#high[slot] = highs[before] ?? 0
      this.#low[slot] = lows[before] ?? 0
      this.#counts[slot] = count
      this.#at[slot] = ats[before] ?? 0
      this.#rid[slot] = rids[before] ?? 0
      this.#place[slot] = places[before] ?? 0
    }
  }
}
