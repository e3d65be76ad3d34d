// Owns retention: which of the oldest sealed segments go, and in which order what they had goes, so that a death in between
// loses nothing: a remainder takes their place, what follows the journal drops their messages, then they go.
import type { Position } from '../message/line.ts'
import type { OpenJournal } from './journal.ts'
import type { Segment } from './port.ts'
import { readRemainder, type KeptId } from './remains.ts'
import type { CrashPoint } from './writer.ts'

export interface Retention {
  /** Milliseconds; 0 keeps for ever. */
  readonly age: number
  /** Bytes of all segments together; 0 for no limit. */
  readonly size: number
}

/** What follows the journal and keeps what it read. */
export interface Followers {
  /** Up to where all has been read. A segment that goes on past that stays, or it would be read when it is gone from here. */
  reached(): Position
  /** Messages go with their segment: what has no newer version elsewhere is to be dropped. */
  drop(messages: readonly KeptId[]): Promise<void>
}

/** The oldest sealed segments that retention removes. The newest segment always stays. */
export function overdue(segments: readonly Segment[], { age, size }: Retention, now: number): readonly Segment[] {
  let total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  const gone: Segment[] = []
  for (const [i, segment] of segments.slice(0, -1).entries()) {
    // A segment is over when the next one began.
    const ended = (segments[i + 1]?.from ?? 0) / 1000
    const tooOld = age > 0 && ended < now - age
    const tooMuch = size > 0 && total > size
    if (!segment.sealed || (!tooOld && !tooMuch)) break
    gone.push(segment)
    total -= segment.bytes
  }
  return gone
}

export interface RetainOptions {
  readonly journal: OpenJournal
  readonly followers: Followers
  readonly crashPoint: (name: CrashPoint) => void
  readonly signal: AbortSignal
}

/** Answers whether the segment is gone; one that the followers have not read stays for the next time. */
async function removeOne({ journal, followers, crashPoint, signal }: RetainOptions, segment: Segment): Promise<boolean> {
  const end = journal.segments().find(({ from }) => from > segment.from)?.from ?? Number.POSITIVE_INFINITY
  const isRead = (): boolean => followers.reached() >= end
  if (!isRead()) return false
  const left = await journal.leave(segment, signal)
  crashPoint('after remainder')
  for await (const remains of readRemainder(left.remainder, journal.damage.report)) {
    signal.throwIfAborted()
    const messages = remains.filter((remain) => remain.op === 'K')
    if (messages.length > 0) await followers.drop(messages)
  }
  crashPoint('after rows')
  signal.throwIfAborted()
  // What was begun anew meanwhile may be reading the segment again.
  if (!isRead()) return false
  await journal.remove(segment, left)
  crashPoint('after removed')
  return true
}

/** Removes what is overdue, the oldest first, up to one that has to stay. A stop leaves the rest for the next time. */
export async function retain(options: RetainOptions, retention: Retention, now: number): Promise<readonly Segment[]> {
  const { journal, signal } = options
  const gone: Segment[] = []
  try {
    for (const segment of overdue(journal.segments(), retention, now)) {
      // A removal waits for its turn behind what is being sealed; a stop does not wait for that.
      await journal.sealed(signal)
      signal.throwIfAborted()
      if (!(await removeOne(options, segment))) break
      gone.push(segment)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return gone
}
