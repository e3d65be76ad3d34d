// Owns how often one caller may ask: a bucket of tokens for each, filled steadily. Bounded: at the limit the caller who was
// silent longest is forgotten, and so begins with a full bucket again.

interface Bucket {
  tokens: number
  at: number
}

export interface Buckets {
  /** Takes a token: 0 where there was one, otherwise the seconds until there is. */
  take(key: string): number
}

export interface BucketOptions {
  /** Tokens a second; 0 limits nobody. */
  readonly rate: number
  readonly burst: number
  readonly now: () => number
  readonly limit?: number
}

export function createBuckets({ rate, burst, now, limit = 20_000 }: BucketOptions): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    take(key) {
      if (rate === 0) return 0
      const time = now()
      const known = buckets.get(key)
      const bucket = known ?? { tokens: burst, at: time }
      bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, time - bucket.at) / 1000) * rate)
      bucket.at = time
      // Again at the end of the map, whose beginning is then who was silent longest.
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > limit) for (const oldest of buckets.keys().take(1)) buckets.delete(oldest)
      if (bucket.tokens < 1) return (1 - bucket.tokens) / rate
      bucket.tokens -= 1
      return 0
    },
  }
}
