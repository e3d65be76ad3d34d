// Owns how many a second: a count over the last minute, in sixty buckets.
const seconds = 60

export interface Rate {
  count(many: number): void
  /** How many a second over the last minute, or since the beginning where that is less. */
  perSecond(): number
}

export function rate(now: () => number): Rate {
  const buckets = new Float64Array(seconds)
  const began = now()
  let newest = Math.floor(began / 1000)

  function forget(): number {
    const second = Math.max(newest, Math.floor(now() / 1000))
    if (second - newest >= seconds) buckets.fill(0)
    else for (let s = newest + 1; s <= second; s++) buckets[s % seconds] = 0
    newest = second
    return second % seconds
  }

  return {
    count(many) {
      const bucket = forget()
      buckets[bucket] = (buckets[bucket] ?? 0) + many
    },
    perSecond() {
      forget()
      const elapsed = Math.min(seconds, Math.max(1, (now() - began) / 1000))
      return buckets.reduce((sum, many) => sum + many, 0) / elapsed
    },
  }
}
