// Owns waiting: the one way in which time passes for code whose tests want to hold the clock.

/** Rings once after so many milliseconds; the answer takes the ring back. */
export type Timer = (ms: number, ring: () => void) => () => void

export const systemTimer: Timer = (ms, ring) => {
  const handle = setTimeout(ring, ms)
  return () => clearTimeout(handle)
}

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export function wait(ms: number, signal: AbortSignal, timer: Timer = systemTimer): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = timer(ms, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
