// Owns telling one subscriber what lies between a position and where the hub is, at its own pace and at a pace that all
// replays share. Does not know the other subscribers.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Journal } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/record.ts'
import type { Pace } from '../support/pace.ts'
import { authorFrame, deleteFrame, messageFrame, missingFrame } from './event.ts'
import type { Frame } from './frame.ts'
import { passing, wantsNetwork, type Interest } from './subscription.ts'

/** Where a subscriber begins. */
export interface Start {
  /** 0 for everything that is kept. */
  readonly after: Position
  /** It heard what lies before; so the end of what it was sent then is news to it. */
  readonly resumed: boolean
}

/** Who is told. */
export interface Replaying {
  readonly interest: Interest
  /** What was written up to here, in milliseconds, may have been sent to it before. */
  unsure: number
  send(frame: Frame): void
  /** Resolves when the subscriber can take more. */
  ready(): Promise<void>
  /** Everything up to a position was told; whether that is where the hub is, and the subscriber has joined the others. */
  reached(position: Position): boolean
}

/** Records after which others get their turn. */
export const breath = 32
const remembered = 1_000

/** What was sent in a replay and when it was written; what does not fit makes the subscriber unsure. */
export type Sent = Map<string, number>

function remember(sent: Sent, key: string, written: number, to: Replaying): void {
  if (sent.size < remembered || sent.has(key)) sent.set(key, written)
  else to.unsure = Math.max(to.unsure, written)
}

/** What one subscriber is told of a record. */
function frameFor(record: JournalRecord, to: Replaying, sent: Sent): Frame | undefined {
  const { interest } = to
  const concerns = (key: string, network: string, written: number): boolean => sent.has(key) || written <= to.unsure || wantsNetwork(interest, network)
  if (record.imported) return undefined
  switch (record.op) {
    case 'A': {
      const { key, network, state } = record.author
      return state !== undefined && concerns(key, network, 0) ? authorFrame(record) : undefined
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
        const had = sent.delete(id_str) || (record.op === 'U' && written <= to.unsure)
        return had ? deleteFrame(record.position, id_str, 'no longer matches') : undefined
      }
      remember(sent, id_str, written, to)
      if (user.user_id !== undefined) remember(sent, user.user_id, 0, to)
      return messageFrame(record)
    }
  }
}

export const networkOf = (id_str: string): string => id_str.split(':', 1)[0] ?? ''

/** Tells everything after a position, and resolves when the subscriber has joined the others, left, or the journal closed. */
export async function replay(after: Position, to: Replaying, sent: Sent, { journal, pace }: { journal: Pick<Journal, 'follow' | 'segments'>; pace: Pace }, signal: AbortSignal): Promise<void> {
  // Whoever subscribes is sent nothing before it knows its subscription.
  await breathe()
  const oldest = journal.segments()[0]?.from
  if (oldest !== undefined && after > 0 && after < oldest - 1) to.send(missingFrame(after, oldest))
  if (signal.aborted || to.reached(after)) return
  let untilBreath = breath
  for await (const batch of journal.follow(after, signal)) {
    for (const record of batch.records()) {
      const frame = frameFor(record, to, sent)
      if (frame !== undefined) to.send(frame)
      if (to.reached(record.position)) return
      if (--untilBreath > 0) continue
      untilBreath = breath
      await breathe()
      await to.ready()
      if (signal.aborted) return
    }
    if (to.reached(batch.last)) return
    await pace.pass(batch.lines.length, signal)
  }
}
