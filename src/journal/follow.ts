// Owns following the journal from any position: first what lies on disk, then, without a gap, what is written. A reader
// that falls behind the part in memory goes back to the disk by itself.
import type { Position } from '../message/line.ts'
import { gap, nothing, together, trim } from './batch.ts'
import type { Batch, Segment } from './port.ts'
import { readSegment, type OnSegmentDamage } from './read.ts'
import type { Tail } from './tail.ts'

export interface Followed {
  readonly tail: Tail
  /** Oldest first, the open one with its synced length. */
  readonly segments: () => readonly Segment[]
  readonly onDamage: OnSegmentDamage
  /** Where it is kept what is known of sealed segments. */
  readonly seals: string
}

/** The segments that can have something after a position. */
export function segmentsAfter(segments: readonly Segment[], after: Position): readonly Segment[] {
  // A name bounds its segment from below, so the last one that begins at or before the position may still go on past it.
  const first = segments.findLastIndex(({ from }) => from <= after)
  return segments.slice(Math.max(first, 0))
}

/** What is missing where a reader who wants all from a position on can only begin at another. Who wants all there is misses nothing. */
function* missing(from: Position, to: Position): Generator<Batch> {
  if (from > 1 && from < to) yield gap({ from, to })
}

/** What lies on disk after a position, up to what was synced when each segment was reached. */
export async function* readBack({ tail, segments, onDamage, seals }: Followed, after: Position, signal: AbortSignal): AsyncGenerator<Batch> {
  let begun = -1
  /** Where the next segment begins, unless retention was faster. */
  let due = after + 1
  for (;;) {
    const [segment, next] = segmentsAfter(segments(), after).filter(({ from }) => from > begun)
    if (segment === undefined || signal.aborted) return
    yield* missing(due, segment.from)
    const readable = yield* readSegment(segment, after, onDamage, { before: next?.from, seals })
    if (readable !== undefined) yield* missing(readable + 1, next?.from ?? tail.floor() + 1)
    // The open one goes on: it may have been written to and have ended since, and what came to it then is not read yet.
    if (next === undefined) return
    begun = segment.from
    due = next.from
  }
}

export async function* follow(followed: Followed, after: Position, signal: AbortSignal): AsyncGenerator<Batch> {
  const oldest = followed.segments()[0]?.from ?? 0
  yield* missing(after + 1, oldest)
  let at = after > 0 ? Math.max(after, oldest - 1) : 0
  while (!signal.aborted) {
    const live = followed.tail.after(at)
    if (live === undefined) {
      const before = at
      for await (const batch of readBack(followed, at, signal)) {
        if (signal.aborted) return
        yield batch
        at = batch.last
        if (followed.tail.after(at) !== undefined) break
      }
      // Nothing lies between here and the part in memory: compaction took the last records before the start.
      if (at === before && followed.tail.after(at) === undefined) {
        at = followed.tail.floor()
        yield nothing(at)
      }
      continue
    }
    if (live.length === 0) {
      await followed.tail.changed(signal)
      continue
    }
    const batch = trim(together(live), at)
    yield batch
    at = batch.last
  }
}
