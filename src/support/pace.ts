// Owns going no faster than so many a second, together with everybody who shares the pace.
import { wait } from './timer.ts'

export interface Pace {
  /** Resolves when so many may pass, or the signal aborts. */
  pass(many: number, signal: AbortSignal): Promise<void>
}

export function createPace(perSecond: number, now: () => number): Pace {
  /** When the way is free again, in milliseconds. */
  let free = now()
  return {
    async pass(many, signal) {
      const time = now()
      free = Math.max(free, time) + (many * 1000) / perSecond
      await wait(free - time, signal)
    },
  }
}
