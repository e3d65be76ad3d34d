// Owns reading how long a server asks to be left alone: the header Retry-After, which is seconds or a date.

/** Milliseconds, 0 where nothing is asked, at most `most`. */
export function retryAfter(header: string | null | undefined, now: number, most: number): number {
  const text = (header ?? '').trim()
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), most)
}
