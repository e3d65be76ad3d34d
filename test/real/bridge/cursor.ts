// Owns where a subscriber begins: a number below 1e15 is a `seq`, from there on it is microseconds since 1970.
import type { Event } from './event.ts'
import type { EventLog } from './log.ts'

export interface Start {
  readonly seq: number
  /** The cursor was a time older than anything kept. */
  readonly outdated: boolean
}

/** A cursor that is refused before the socket opens; `code` is v2's. */
export class BadCursor extends Error {
  readonly code: 'InvalidRequest' | 'CursorTooOld'
  constructor(code: 'InvalidRequest' | 'CursorTooOld', message: string) {
    super(message)
    this.code = code
  }
}

const firstTime = 1e15

export interface Resume {
  readonly cursor: string | null
  readonly log: EventLog
  /** Whether a seq that is no longer kept is refused (v2) or quietly raised (v1). */
  readonly refuseOld: boolean
  /** How many matching events older than a time cursor come first, as was seen of a real server. */
  readonly replayed: number
  readonly matches: (event: Event) => boolean
  /** How long events are kept, and now, in microseconds. */
  readonly lookback: number
  readonly now: number
}

/** Steps back from `seq` over so many matching events, as far as there are any. */
function stepBack(seq: number, { log, replayed, matches }: Resume): number {
  const floor = log.floor()
  let start = seq
  for (let left = replayed, at = seq - 1; left > 0 && at >= floor; at--) {
    const event = log.at(at)
    if (event === undefined || !matches(event)) continue
    start = at
    left--
  }
  return start
}

/** Resolves a cursor. What lies in the future is silently live. Throws BadCursor. */
export function begin(resume: Resume): Start {
  const { cursor, log, refuseOld, lookback, now } = resume
  const live = { seq: log.nextSeq, outdated: false }
  if (cursor === null || cursor === '') return live
  const place = Number(cursor)
  if (!/^-?\d+$/.test(cursor) || !Number.isSafeInteger(place)) throw new BadCursor('InvalidRequest', `subscribe: invalid cursor: ${JSON.stringify(cursor)}`)
  if (place < 0) throw new BadCursor('InvalidRequest', `subscribe: invalid cursor: negative value ${place}`)
  const floor = log.floor()
  if (place >= firstTime) return place > now ? live : { seq: stepBack(log.since(place), resume), outdated: place < now - lookback }
  if (place >= log.nextSeq) return live
  if (place < floor && floor > 1 && refuseOld)
    throw new BadCursor('CursorTooOld', `subscribe: cursor too old: ${place} is below the retention floor ${floor}`)
  return { seq: Math.max(place, floor), outdated: false }
}
