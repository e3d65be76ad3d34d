// Owns what a search cannot know: the stretches of time in which the sources may have missed something. Where nothing is
// found there, that means nothing.
import type { Gap, SourceState } from '../../sources/source.ts'
import { isFollowing } from '../verdict.ts'

export interface SourceGap extends Gap {
  readonly source: string
}

/** Gaps that an answer tells at most, the newest. */
const maxGaps = 100

/** What a source misses at the moment: everything since it last heard of its network. */
function openGap(source: SourceState, now: number): Gap[] {
  const { state, reason, last_message_at } = source
  if (!isFollowing(source) || state === 'live' || last_message_at === null || Date.parse(last_message_at) >= now) return []
  return [{ from: last_message_at, to: new Date(now).toISOString(), reason: reason ?? `the source is ${state}` }]
}

/** The gaps that touch a time (milliseconds), oldest first. */
export function gapsWithin(sources: readonly SourceState[], now: number, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY): SourceGap[] {
  return sources
    .flatMap((source) => [...source.gaps, ...openGap(source, now)].map((gap) => ({ source: source.name, ...gap })))
    .filter(({ from, to }) => Date.parse(from) < until && Date.parse(to) > since)
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
    .slice(-maxGaps)
}
