// Owns telling every subscriber what it wants to hear, in the order of the journal, from any position on and without a gap or
// a repeat. Does not know wires: a subscriber is something that takes frames and says when it has too many.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Absence } from '../intake/absence.ts'
import type { Batch, Journal, Stretch } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import type { Message } from '../message/schema.ts'
import type { AuthorKeys } from '../query/tree.ts'
import { createLane, createLanes } from '../support/lane.ts'
import { createPace } from '../support/pace.ts'
import { wait } from '../support/timer.ts'
import { changesState } from './away.ts'
import { createFrames, type Frames } from './event.ts'
import type { Frame } from './frame.ts'
import { createHandles } from './handles.ts'
import type { StreamIds } from './id.ts'
import { createMatcher } from './matcher.ts'
import { nobody, type Member, type Start, type Subscriber } from './member.ts'
import { createRecipients } from './recipients.ts'
import { breath, networkOf, nothingTold, replay } from './replay.ts'
import { interest, passing, wantsNetwork, type Wanted } from './subscription.ts'

export interface Subscription {
  /** Everything up to here was sent: where to go on. */
  position(): Position
  /** Asks for something else from now on. */
  change(wanted: Wanted): void
  close(): void
}

export interface HubCounts {
  readonly subscribers: number
  readonly replaying: number
  readonly delivered: number
  /** Streams that were ended because their reader was too slow, or something failed in them. */
  readonly cut: number
}

export interface Hub {
  /** Follows the journal from now on until the signal aborts or the journal closes; then ends all streams. */
  run(signal: AbortSignal): Promise<void>
  /** Begins where it is told, or now. Nothing is sent before this returns. */
  subscribe(wanted: Wanted, start: Start | undefined, subscriber: Subscriber): Subscription
  /** What is told by the way, with the ids of this stream. */
  readonly frames: Frames
  /** Everything up to here was told. */
  position(): Position
  counts(): HubCounts
}

export interface HubOptions {
  readonly journal: Pick<Journal, 'follow' | 'last'>
  readonly ids: StreamIds
  /** Who ever had a handle. */
  readonly authorKeys: AuthorKeys
  /** Whether a message, or its author, is deleted or hidden by now: then nobody is told it. */
  readonly absence: (message: Message) => Absence | undefined
  /** Records a second that all replays together read. */
  readonly replayRate: number
  readonly now: () => number
  /** Told of what failed; the hub goes on. */
  readonly onFailure: (error: unknown) => void
  /** A named point of a crash test; does nothing otherwise. */
  readonly crashPoint?: (name: HubPoint) => void
}

/** Places where a process may die with something told to some and not to others; a test visits each of them. */
export const hubPoints = ['while telling', 'while replaying'] as const
export type HubPoint = (typeof hubPoints)[number]

/** Who was sent what is remembered so often, so that they hear of an edit or a delete. */
const remembered = 200_000
const retryAfter = 1_000
/** Replays that read and tell at a time: while one waits for the disk, another works. And of the same `who`, those that are not over. */
const replaysAtOnce = 2
const replaysEach = 8

/** Whether a line tells of an author who is to be remembered also while nobody listens. */
const isOfAuthor = (line: string): boolean => line.includes(',"$P":"A",') && !line.includes(',"$I":true,')

export function createHub({ journal, ids, authorKeys, absence, replayRate, now, onFailure, crashPoint = () => undefined }: HubOptions): Hub {
  const frames = createFrames(ids)
  const { authorFrame, deleteFrame, messageFrame, missingFrame, slowFrame } = frames
  const members = new Set<Member>()
  const replays = new Set<Member>()
  const handles = createHandles(authorKeys)
  const matcher = createMatcher<Member>(handles.keysOf)
  const recipients = createRecipients<Member>(remembered)
  const pace = createPace(replayRate, now)
  const lane = createLane(replaysAtOnce)
  const own = createLanes(replaysEach)
  let position = journal.last()
  let delivered = 0
  let cut = 0

  /** What fails in one stream ends that one and no other. */
  function deliver(member: Member, frame: Frame): void {
    if (frame.position <= member.floor || !members.has(member)) return
    const { subscriber } = member
    try {
      subscriber.send(frame)
      crashPoint('while telling')
      delivered++
      if (!subscriber.full()) return
      subscriber.send(slowFrame(frame.position))
    } catch (error) {
      onFailure(error)
    }
    cut++
    end(member)
  }

  function leave(member: Member): Subscriber {
    const { subscriber } = member
    // Whoever asks for its place after this is told the last one.
    if (members.delete(member)) member.floor = Math.max(member.floor, position)
    replays.delete(member)
    matcher.remove(member)
    member.stop.abort()
    member.subscriber = nobody
    return subscriber
  }

  function end(member: Member): void {
    try {
      leave(member).end()
    } catch (error) {
      onFailure(error)
    }
  }

  /**
   * Of what is hidden nobody is told; but who would have been can ask for it when its author is back, and so hears of its end as
   * if they had it.
   */
  function tellWanting(wanting: ReadonlySet<Member>, record: Extract<JournalRecord, { op: 'I' | 'U' }>): void {
    const { message } = record
    const { id_str, user: { user_id }, network } = message
    const away = absence(message)
    if (away === 'deleted') return
    const frame = messageFrame(record)
    const written = Date.parse(message.created_at)
    for (const member of wanting) {
      if (away === undefined) deliver(member, frame)
      if (wantsNetwork(member.interest, network)) continue
      recipients.add(id_str, written, member)
      if (user_id !== undefined) recipients.add(user_id, 0, member)
    }
  }

  function tellMessage(record: Extract<JournalRecord, { op: 'I' | 'U' }>): void {
    const { message, op, imported } = record
    const { id_str, screen_name, user: { user_id } } = message
    if (user_id !== undefined) learn(user_id, screen_name)
    if (imported) return
    const wanting = matcher.wanting(passing(message))
    if (wanting.size > 0) tellWanting(wanting, record)
    if (op === 'I') return
    // Who had the older version and does not want this one is told that it is gone.
    const written = Date.parse(message.created_at)
    for (const member of members) {
      if (wanting.has(member) || !recipients.mayHave(id_str, written, member)) continue
      recipients.forget(id_str, member)
      deliver(member, deleteFrame(record.position, id_str, 'no longer matches'))
    }
  }

  /** To those who were or may have been sent it, and to those who get everything of its network. */
  function tellEnd(key: string, network: string, written: number, frame: Frame): void {
    for (const member of members) if (recipients.mayHave(key, written, member) || wantsNetwork(member.interest, network)) deliver(member, frame)
  }

  /** A name that somebody has means them from now on, in queries that stand too. */
  function learn(key: string, handle: string): void {
    const changed = handles.learn(key, handle)
    if (changed !== undefined) matcher.renew(changed)
  }

  function tellAuthor(record: Extract<JournalRecord, { op: 'A' }>): void {
    const { key, network, handle } = record.author
    if (handle !== undefined) learn(key, handle)
    if (!record.imported && changesState(record)) tellEnd(key, network, 0, authorFrame(record))
  }

  function tell(record: JournalRecord): void {
    if (record.op === 'A') tellAuthor(record)
    else if (record.op !== 'D') tellMessage(record)
    // A delete of what was never here was kept, and is nobody's news.
    else if (!record.imported && record.created_at !== undefined) {
      tellEnd(record.id_str, networkOf(record.id_str), Date.parse(record.created_at), deleteFrame(record.position, record.id_str))
      recipients.forget(record.id_str)
    }
  }

  function tellMissing(missing: Stretch): void {
    onFailure(new Error(`dumps went before they were told: ${JSON.stringify(missing)}`))
    const frame = missingFrame(missing)
    for (const member of members) deliver(member, frame)
  }

  async function tellAll(batch: Batch): Promise<void> {
    if (batch.missing !== undefined) tellMissing(batch.missing)
    // Not in the turn in which it was synced: in that turn the intake learns from it who has which handle.
    await breathe()
    if (members.size === 0) handles.forget()
    if (members.size > 0 || batch.lines.some(isOfAuthor)) {
      let untilBreath = breath
      for (const record of batch.records()) {
        try {
          tell(record)
        } catch (error) {
          onFailure(error)
        }
        position = record.position
        if (--untilBreath > 0) continue
        untilBreath = breath
        await breathe()
      }
    }
    position = Math.max(position, batch.last)
  }

  function goLive(member: Member, floor: Position): void {
    member.floor = floor
    replays.delete(member)
    members.add(member)
    matcher.add(member, member.interest)
  }

  async function catchUp(member: Member, after: Position): Promise<void> {
    const told = nothingTold(after)
    function send(frame: Frame): void {
      member.subscriber.send(frame)
      crashPoint('while replaying')
      delivered++
    }
    function reached(at: Position): boolean {
      member.floor = at
      if (member.stop.signal.aborted || at < position) return false
      for (const [key, written] of told.sent) recipients.add(key, written, member)
      goLive(member, at)
      return true
    }
    replays.add(member)
    const leaveOwn = await own.enter(member.subscriber.who, member.stop.signal)
    try {
      await replay(after, member, told, { journal, frames, lane, pace, absence, send, reached })
    } catch (error) {
      onFailure(error)
    } finally {
      leaveOwn()
    }
    // It can go on from its last id; nothing is lost.
    if (!members.has(member)) end(member)
  }

  function subscribe(wanted: Wanted, start: Start | undefined, subscriber: Subscriber): Subscription {
    const after = start === undefined ? position : Math.min(start.after, journal.last())
    const member: Member = { subscriber, interest: interest(wanted, handles.keysOf), floor: after, unsure: start?.resumed === true ? Math.floor(after / 1000) : -1, stop: new AbortController() }
    if (start === undefined) goLive(member, after)
    else void catchUp(member, after)
    return {
      position: () => (members.has(member) ? Math.max(member.floor, position) : member.floor),
      change(next) {
        if (member.interest.networks.size > 0) member.unsure = Math.floor(Math.max(member.floor, position) / 1000)
        member.interest = interest(next, handles.keysOf)
        if (!members.has(member)) return
        matcher.remove(member)
        matcher.add(member, member.interest)
      },
      close: () => void leave(member),
    }
  }

  return {
    subscribe,
    frames,
    position: () => position,
    counts: () => ({ subscribers: members.size + replays.size, replaying: replays.size, delivered, cut }),
    async run(signal) {
      while (!signal.aborted) {
        try {
          for await (const batch of journal.follow(position, signal)) await tellAll(batch)
          break
        } catch (error) {
          onFailure(error)
          await wait(retryAfter, signal)
        }
      }
      for (const member of [...members, ...replays]) end(member)
    },
  }
}
