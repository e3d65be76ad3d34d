// Owns following the journal from any position: first what lies on disk, then, without a gap, what is written. A reader
// that falls behind the part in memory goes back to the disk by itself.
import type { Position } from '../message/line.ts'
import { together, trim } from './batch.ts'
import type { Batch, Segment } from './port.ts'
import { readSegment, type OnSegmentDamage } from './read.ts'
import type { Tail } from './tail.ts'

export interface Followed {
  readonly tail: Tail
  /** Oldest first, the open one with its synced length. */
  readonly segments: () => readonly Segment[]
  readonly onDamage: OnSegmentDamage
}

/** The segments that can have something after a position. */
export function segmentsAfter(segments: readonly Segment[], after: Position): readonly Segment[] {
  // A name bounds its segment from below, so the last one that begins at or before the position may still go on past it.
  const first = segments.findLastIndex(({ from }) => from <= after)
  return segments.slice(Math.max(first, 0))
}

/** What lies on disk after a position, up to what was synced when each segment was reached. */
export async function* readBack({ segments, onDamage }: Followed, after: Position, signal: AbortSignal): AsyncGenerator<Batch> {
  let at = after
  let begun = -1
  for (;;) {
    const [segment, next] = segmentsAfter(segments(), at).filter(({ from }) => from > begun)
    if (segment === undefined || signal.aborted) return
    for await (const batch of readSegment(segment, at, onDamage, next?.from)) {
      at = batch.last
      yield batch
    }
    // The open one goes on: it may have been written to and have ended since, and what came to it then is not read yet.
    if (next === undefined) return
    begun = segment.from
  }
}

export async function* follow(followed: Followed, after: Position, signal: AbortSignal): AsyncGenerator<Batch> {
  let at = after
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
      // Nothing readable lies between here and the part in memory (a segment is gone or damaged): go on from there.
      if (at === before && followed.tail.after(at) === undefined) at = followed.tail.floor()
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
