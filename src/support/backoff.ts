// Owns how long to wait before trying again: twice as long each time, with jitter so that many callers do not return together.

export interface Backoff {
  /** Milliseconds to wait before the next attempt; each call without a `reset` between doubles what the next one may be. */
  next(): number
  /** To be called after a success: the next wait is the shortest again. */
  reset(): void
}

/** Waits lie between half and all of `least`, 2·`least`, 4·`least` … `most` milliseconds. */
export function backoff(limits: { readonly least: number; readonly most: number; readonly random?: () => number }): Backoff {
  const { least, most, random = Math.random } = limits
  let ceiling = least
  return {
    next() {
      const wait = ceiling * (0.5 + random() / 2)
      ceiling = Math.min(most, ceiling * 2)
      return Math.round(wait)
    },
    reset() {
      ceiling = least
    },
  }
}
