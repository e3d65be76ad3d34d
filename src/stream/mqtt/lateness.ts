// Owns how long publishing waits for listeners that are behind, where what is published is late anyway: long enough for all who
// read, so that catching up throws none of them out, and not longer for those who do not. Does not know what is published.
import { wait } from '../../support/timer.ts'

/** Milliseconds that a listener may make all wait; it has them again when it takes what it could have taken in that time. */
const patience = 1_000
/** Bytes a millisecond: who takes 2 MiB a second is waited for as long as it takes. */
const pace = (2 * 1024 * 1024) / 1_000
const lookEvery = 10

export interface Lateness {
  /** A listener: told when it is behind, or no longer, and what it took. */
  listener(): { behind(is: boolean): void; took(bytes: number): void }
  /** Resolves when nobody is behind for whom it is worth to wait, or the signal aborts. */
  room(signal: AbortSignal): Promise<void>
}

export function createLateness(now: () => number = () => performance.now()): Lateness {
  const behind = new Set<{ patience: number }>()
  return {
    listener() {
      const one = { patience }
      return {
        behind: (is) => void (is ? behind.add(one) : behind.delete(one)),
        took: (bytes) => void (one.patience = Math.min(patience, one.patience + bytes / pace)),
      }
    },
    async room(signal) {
      while (!signal.aborted) {
        const awaited = Array.from(behind).filter((one) => one.patience > 0)
        if (awaited.length === 0) return
        const begun = now()
        await wait(lookEvery, signal)
        for (const one of awaited) one.patience -= now() - begun
      }
    },
  }
}
