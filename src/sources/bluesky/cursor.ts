// Owns where the source stands on the network and what may be asked of a server. Pure but for `Numbering`. The cursor is a
// time and not a server's sequence number: numbers mean nothing to another server, and a server that crashed may begin
// them again, after which an old number is silently answered with the live stream.
import type { Gap } from '../source.ts'
import { leastTime } from './decode.ts'

/** Where an event stood: microseconds since 1970 and, where the server tells, its number there. */
export interface Mark {
  readonly time: number
  readonly server: string
  readonly seq: number | undefined
}

/** Milliseconds by which clocks of servers and ours may differ without anything being wrong. */
const skew = 600_000
const toMicros = 1000

/** The cursor after everything up to a mark is durable. It never goes back, and what claims to be in the future does not move it. */
export function advanced(cursor: Mark | null, mark: Mark, now: number): Mark | null {
  if (mark.time > (now + skew) * toMicros) return cursor
  return cursor !== null && cursor.time > mark.time ? { ...mark, time: cursor.time } : mark
}

/** How far a server looks back and how far a cursor is rewound, in milliseconds. */
export interface Reach {
  readonly lookback: number
  readonly rewind: number
}

export interface Resumption {
  /** Microseconds since 1970; never in the future, where a server would silently be live. */
  readonly from: number
  /** The cursor made no sense: everything that a server still has is asked for. */
  readonly corrected: boolean
}

/** What to ask for, to go on after a cursor. Rewound, since another server saw the same events a little earlier or later. */
export function resumption(time: number, now: number, reach: Reach): Resumption {
  const corrected = time > (now + skew) * toMicros
  const from = corrected ? (now - reach.lookback) * toMicros : Math.min(time, now * toMicros) - reach.rewind * toMicros
  return { from: Math.max(from, leastTime), corrected }
}

/** The signs that a server did not go back as far as it was asked to. */
export interface Signs {
  /** The server said so. */
  readonly outdated: boolean
  /** The server lost its past. */
  readonly restarted: boolean
  /** How much later than the cursor it may begin without anything being missing, microseconds. */
  readonly tolerance: number
}

/** A server's clock may run ahead of another's by so much, microseconds. */
export const clocksDiffer = 60_000_000
/** Where nobody knows of an event at the cursor, a network may have been quiet for so long after it, microseconds. */
export const quiet = 600_000_000

/**
 * The gap between the cursor and the first event of a connection, where there is one. Times in microseconds. A server that has
 * everything begins with the event at the cursor itself, since it is asked for what lies a little before it. One that begins later
 * has no such past: v1 says nothing of that.
 */
export function gapBefore(first: number, cursor: number, signs: Signs): Gap | undefined {
  const reason = signs.outdated
    ? 'the server no longer had what came before'
    : signs.restarted
      ? 'the server lost its past and began its numbers again'
      : first - cursor > signs.tolerance
        ? 'the server began later than it was asked to'
        : undefined
  if (reason === undefined || first <= cursor) return undefined
  return { from: new Date(cursor / toMicros).toISOString(), to: new Date(first / toMicros).toISOString(), reason }
}

/** Notices that a server began its sequence numbers again: a newer event with a number that was given before. */
export class Numbering {
  #newest: Mark | null

  constructor(from: Mark | null) {
    this.#newest = from
  }

  /** True where a mark contradicts the numbers seen before from the same server. Until `forget` it stays so. */
  contradicts(mark: Mark): boolean {
    const newest = this.#newest
    if (newest === null || newest.server !== mark.server || newest.seq === undefined || mark.seq === undefined || mark.seq > newest.seq) {
      this.#newest = newest !== null && newest.server === mark.server && newest.time > mark.time ? { ...mark, time: newest.time } : mark
      return false
    }
    return mark.time > newest.time + 1_000_000
  }

  forget(): void {
    this.#newest = null
  }
}
