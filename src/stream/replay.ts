// Owns telling one subscriber what lies between a position and where the hub is, at its own pace and at a pace that all
// replays share. Does not know the other subscribers.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Absence } from '../intake/absence.ts'
import type { Journal } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import type { Message } from '../message/schema.ts'
import { createCache, type Cache } from '../support/cache.ts'
import type { Lane } from '../support/lane.ts'
import type { Pace } from '../support/pace.ts'
import { stateSince } from './away.ts'
import type { Frames } from './event.ts'
import type { Frame } from './frame.ts'
import type { Member } from './member.ts'
import { passing, wantsNetwork } from './subscription.ts'

export interface Replay {
  readonly journal: Pick<Journal, 'follow'>
  readonly frames: Frames
  /** Who reads and tells is in it, so that however many replay, what happens now does not wait for them, and little is in memory. */
  readonly lane: Lane
  readonly pace: Pace
  readonly absence: (message: Message) => Absence | undefined
  send(frame: Frame): void
  /** Everything up to a position was told; whether that is where the hub is, and the member has joined the others. */
  reached(position: Position): boolean
}

/** What a replay remembers. */
export interface Told {
  /** What was sent and when it was written, in milliseconds; what does not fit makes the member unsure. */
  readonly sent: Map<string, number>
  /** Since when the authors are in the state that was told. Of too many the longest untouched is forgotten, and told once more with its next record. */
  readonly states: Cache<string, Position>
  /** What came until here was told before. */
  readonly after: Position
}

/** Records after which others get their turn. */
export const breath = 32
const remembered = 1_000

export const nothingTold = (after: Position): Told => ({ sent: new Map(), states: createCache(remembered), after })

export const networkOf = (id_str: string): string => id_str.split(':', 1)[0] ?? ''

/** Whether the state is news. The record that changed it may have been compacted away: then the newest of the author tells it. */
function isNews(record: Extract<JournalRecord, { op: 'A' }>, { states, after }: Told): boolean {
  const { key } = record.author
  const since = stateSince(record)
  if (since === undefined || since <= after || states.get(key) === since) return false
  states.set(key, since)
  return true
}

function remember({ sent }: Told, key: string, written: number, member: Member): void {
  if (sent.size < remembered || sent.has(key)) sent.set(key, written)
  else member.unsure = Math.max(member.unsure, written)
}

/** What one member is told of a record. */
function frameFor(record: JournalRecord, member: Member, told: Told, { frames: { authorFrame, deleteFrame, messageFrame }, absence }: Pick<Replay, 'frames' | 'absence'>): Frame | undefined {
  const { interest } = member
  const { sent } = told
  const concerns = (key: string, network: string, written: number): boolean => sent.has(key) || written <= member.unsure || wantsNetwork(interest, network)
  if (record.imported) return undefined
  switch (record.op) {
    case 'A': {
      const { key, network } = record.author
      return isNews(record, told) && concerns(key, network, 0) ? authorFrame(record) : undefined
    }
    case 'D': {
      const { id_str, created_at } = record
      if (created_at === undefined || !concerns(id_str, networkOf(id_str), Date.parse(created_at))) return undefined
      sent.delete(id_str)
      return deleteFrame(record.position, id_str)
    }
    default: {
      const { id_str, created_at, user } = record.message
      const written = Date.parse(created_at)
      if (!interest.wants(passing(record.message))) {
        const had = sent.delete(id_str) || (record.op === 'U' && written <= member.unsure)
        return had ? deleteFrame(record.position, id_str, 'no longer matches') : undefined
      }
      const away = absence(record.message)
      if (away === 'deleted') return undefined
      if (user.user_id !== undefined) remember(told, user.user_id, 0, member)
      // Also where it is hidden, and can be asked for when its author is back.
      remember(told, id_str, written, member)
      return away === undefined ? messageFrame(record) : undefined
    }
  }
}

/** Tells everything after a position, and resolves when the member has joined the others, left, or the journal closed. */
export async function replay(after: Position, member: Member, told: Told, { journal, lane, pace, send, reached, ...known }: Replay): Promise<void> {
  const { subscriber, stop: { signal } } = member
  // Whoever subscribes is sent nothing before it knows its subscription.
  await breathe()
  if (signal.aborted || reached(after)) return
  let untilBreath = breath
  let leave = await lane.enter(signal)

  /** Lets others through meanwhile. */
  async function aside(waiting: () => Promise<void>): Promise<void> {
    leave()
    await waiting()
    leave = await lane.enter(signal)
  }

  try {
    for await (const batch of journal.follow(after, signal)) {
      if (batch.missing !== undefined) send(known.frames.missingFrame(batch.missing))
      for (const record of batch.records()) {
        const frame = frameFor(record, member, told, known)
        if (frame !== undefined) send(frame)
        if (reached(record.position)) return
        if (--untilBreath <= 0) {
          untilBreath = breath
          await breathe()
        }
        if (subscriber.busy()) await aside(() => subscriber.drained(signal))
        if (signal.aborted) return
      }
      if (reached(batch.last)) return
      await aside(() => pace.pass(batch.read, signal))
    }
  } finally {
    leave()
  }
}
