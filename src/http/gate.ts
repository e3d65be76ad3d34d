// Owns how many of a kind are under way at a time, so that a crowd costs those who come late a 503 and nobody his memory.
import { LoklakError } from '../watch/errors.ts'

export interface Gate {
  /** `who` is counted by himself as well; null is not. Throws OVERLOADED where too many are inside. */
  enter(who: string | null): Place
}

export interface Place {
  /** More than half of all places are taken. */
  readonly crowded: boolean
  leave(): void
}

export interface GateOptions {
  readonly atOnce: number
  readonly atOnceEach: number
  /** Several of what passes. */
  readonly what?: string
}

export function createGate({ atOnce, atOnceEach, what = 'searches' }: GateOptions): Gate {
  const each = new Map<string, number>()
  let inside = 0

  function step(who: string | null, by: 1 | -1): void {
    inside += by
    if (who === null) return
    const now = (each.get(who) ?? 0) + by
    if (now === 0) each.delete(who)
    else each.set(who, now)
  }

  return {
    enter(who) {
      if (inside >= atOnce) throw new LoklakError('OVERLOADED', `${atOnce} ${what} are under way.`)
      if (who !== null && (each.get(who) ?? 0) >= atOnceEach) throw new LoklakError('OVERLOADED', `${atOnceEach} ${what} of this address are under way.`)
      step(who, 1)
      let left = false
      return {
        crowded: inside * 2 > atOnce,
        leave() {
          if (!left) step(who, -1)
          left = true
        },
      }
    },
  }
}
