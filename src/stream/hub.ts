// Owns telling every subscriber what it wants to hear, in the order of the journal, from any position on and without a gap or
// a repeat. Does not know wires: a subscriber is something that takes frames and says when it has too many.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Journal } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/record.ts'
import { fold } from '../message/text/fold.ts'
import type { AuthorKeys, Query } from '../query/tree.ts'
import { createCache } from '../support/cache.ts'
import { createPace } from '../support/pace.ts'
import { authorFrame, deleteFrame, messageFrame, missingFrame, slowFrame } from './event.ts'
import type { Frame } from './frame.ts'
import { createMatcher } from './matcher.ts'
import { interest, passing, wantsNetwork, type Interest, type Wanted } from './subscription.ts'

/** The wire of one subscriber. */
export interface Subscriber {
  /** Takes a frame; never waits. */
  send(frame: Frame): void
  /** Whether more waits to be written than this subscriber may have waiting. */
  full(): boolean
  /** Resolves when what waited is written, or the signal aborts. */
  drained(signal: AbortSignal): Promise<void>
  /** The stream ends here, because the subscriber is too slow or the server stops. */
  end(): void
}

export interface Subscription {
  /** Asks for something else from now on. */
  change(wanted: Wanted): void
  close(): void
}

export interface HubCounts {
  readonly subscribers: number
  readonly replaying: number
  readonly delivered: number
  readonly cut: number
}

export interface Hub {
  /** Follows the journal from now on until the signal aborts; then ends all streams. */
  run(signal: AbortSignal): Promise<void>
  /** From a position on, or from now. */
  subscribe(wanted: Wanted, after: Position | undefined, subscriber: Subscriber): Subscription
  /** Everything up to here was told. */
  position(): Position
  counts(): HubCounts
}

export interface HubOptions {
  readonly journal: Pick<Journal, 'follow' | 'last' | 'segments'>
  /** Who ever had a handle. */
  readonly authorKeys: AuthorKeys
  /** Records a second that all replays together read. */
  readonly replayRate: number
  readonly now: () => number
}

interface Member {
  readonly subscriber: Subscriber
  interest: Interest
  wanted: Wanted
  /** What was sent in a replay is not sent again. */
  floor: Position
  readonly stop: AbortController
}

/** Messages whose recipients are remembered, so that they hear of an edit or a delete. */
const remembered = 50_000
/** Records after which the wires get a chance to be written. */
const breath = 32

/** Handles that a query names: when one changes hands, the query means somebody else. */
function handlesIn(query: Query | undefined): string[] {
  switch (query?.kind) {
    case 'author':
      return [fold(query.name)]
    case 'and':
      return query.all.flatMap(handlesIn)
    case 'or':
      return query.any.flatMap(handlesIn)
    case 'not':
      return handlesIn(query.none)
    default:
      return []
  }
}

export function createHub({ journal, authorKeys, replayRate, now }: HubOptions): Hub {
  const members = new Set<Member>()
  const matcher = createMatcher<Member>()
  /** By id of a message or key of an author: who was sent it, of those who do not get all of its network anyway. */
  const recipients = createCache<string, Set<Member>>(remembered)
  const pace = createPace(replayRate, now)
  let position = journal.last()
  let replaying = 0
  let delivered = 0
  let cut = 0

  function deliver(member: Member, frame: Frame): void {
    if (frame.position <= member.floor || !members.has(member)) return
    member.subscriber.send(frame)
    delivered++
    if (!member.subscriber.full()) return
    cut++
    member.subscriber.send(slowFrame(frame.position))
    leave(member)
    member.subscriber.end()
  }

  function remember(key: string | undefined, member: Member): void {
    if (key === undefined) return
    const known = recipients.get(key)
    if (known === undefined) recipients.set(key, new Set([member]))
    else known.add(member)
  }

  function leave(member: Member): void {
    members.delete(member)
    matcher.remove(member)
    member.stop.abort()
  }

  function takeInterest(member: Member): void {
    member.interest = interest(member.wanted, authorKeys)
    matcher.remove(member)
    matcher.add(member, member.interest)
  }

  function tellMessage(record: Extract<JournalRecord, { op: 'I' | 'U' }>): void {
    const { message } = record
    const wanting = matcher.wanting(passing(message))
    const before = record.op === 'U' ? recipients.get(message.id_str) : undefined
    if (wanting.size === 0 && before === undefined) return
    const frame = messageFrame(record)
    for (const member of wanting) {
      deliver(member, frame)
      if (wantsNetwork(member.interest, message.network)) continue
      remember(message.id_str, member)
      remember(message.user.user_id, member)
    }
    // Who had the older version and does not want this one is told that it is gone.
    for (const member of before ?? []) if (!wanting.has(member)) deliver(member, deleteFrame(record.position, message.id_str, 'no longer matches'))
  }

  /** To those who were sent it, and to those who get everything of its network. */
  function tellGone(key: string, network: string, frame: Frame): void {
    const sent = recipients.get(key)
    for (const member of members) if (sent?.has(member) === true || wantsNetwork(member.interest, network)) deliver(member, frame)
  }

  function tell(record: JournalRecord): void {
    if (record.op === 'A') {
      const { key, network, handle, state } = record.author
      if (handle !== undefined) for (const member of members) if (handlesIn(member.wanted.query).includes(fold(handle))) takeInterest(member)
      if (!record.imported && state !== undefined) tellGone(key, network, authorFrame(record))
    } else if (record.imported) return
    // A delete of what was never here was kept, and is nobody's news.
    else if (record.op !== 'D') tellMessage(record)
    else if (record.created_at !== undefined) tellGone(record.id_str, record.id_str.split(':')[0] ?? '', deleteFrame(record.position, record.id_str))
  }

  /** What one subscriber is told of a record in a replay, where nothing is remembered of who was sent what. */
  function replayed(record: JournalRecord, member: Member, sent: Set<string>): Frame | undefined {
    if (record.imported) return undefined
    switch (record.op) {
      case 'A':
        return record.author.state !== undefined && (sent.has(record.author.key) || wantsNetwork(member.interest, record.author.network)) ? authorFrame(record) : undefined
      case 'D':
        return record.created_at !== undefined && (sent.has(record.id_str) || wantsNetwork(member.interest, record.id_str.split(':')[0] ?? '')) ? deleteFrame(record.position, record.id_str) : undefined
      default: {
        const { id_str, user } = record.message
        if (!member.interest.wants(passing(record.message))) return sent.delete(id_str) ? deleteFrame(record.position, id_str, 'no longer matches') : undefined
        if (sent.size < remembered) sent.add(id_str)
        remember(id_str, member)
        if (user.user_id !== undefined) {
          sent.add(user.user_id)
          remember(user.user_id, member)
        }
        return messageFrame(record)
      }
    }
  }

  function goLive(member: Member, floor: Position): void {
    member.floor = floor
    members.add(member)
    matcher.add(member, member.interest)
  }

  /** Tells one subscriber what lies between a position and where the hub is, and joins the others there. */
  async function replay(member: Member, after: Position): Promise<void> {
    const { subscriber, stop: { signal } } = member
    const oldest = journal.segments()[0]?.from
    if (oldest !== undefined && after < oldest) subscriber.send(missingFrame(after, oldest))
    const sent = new Set<string>()
    let at = after
    if (at >= position) return goLive(member, at)
    for await (const batch of journal.follow(after, signal)) {
      for (const record of batch.records()) {
        const frame = replayed(record, member, sent)
        at = record.position
        if (frame === undefined) continue
        subscriber.send(frame)
        delivered++
        if (subscriber.full()) await subscriber.drained(signal)
        if (signal.aborted) return
      }
      at = Math.max(at, batch.last)
      if (at >= position) return goLive(member, at)
      await pace.pass(batch.lines.length, signal)
    }
  }

  function subscribe(wanted: Wanted, after: Position | undefined, subscriber: Subscriber): Subscription {
    const member: Member = { subscriber, wanted, interest: interest(wanted, authorKeys), floor: 0, stop: new AbortController() }
    if (after === undefined) goLive(member, position)
    else {
      replaying++
      void replay(member, Math.min(after, journal.last()))
        // The subscriber can go on from its last id; nothing is lost.
        .catch(() => subscriber.end())
        .finally(() => replaying--)
    }
    return {
      change(next) {
        member.wanted = next
        if (members.has(member)) takeInterest(member)
        else member.interest = interest(next, authorKeys)
      },
      close: () => leave(member),
    }
  }

  return {
    subscribe,
    position: () => position,
    counts: () => ({ subscribers: members.size + replaying, replaying, delivered, cut }),
    async run(signal) {
      let untilBreath = breath
      for await (const batch of journal.follow(position, signal)) {
        if (members.size > 0) {
          for (const record of batch.records()) {
            tell(record)
            position = record.position
            if (--untilBreath > 0) continue
            untilBreath = breath
            await breathe()
          }
        }
        position = Math.max(position, batch.last)
      }
      for (const member of members) {
        leave(member)
        member.subscriber.end()
      }
    },
  }
}
