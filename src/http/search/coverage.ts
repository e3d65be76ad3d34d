// Owns what a search cannot know: the stretches of time in which the sources may have missed something. Where nothing is
// found there, that means nothing.
import type { Gap, SourceState } from '../../sources/source.ts'
import { isFollowing } from '../verdict.ts'

export interface SourceGap extends Gap {
  readonly source: string
}

/** Gaps that an answer tells one by one at most, the newest. */
const maxGaps = 100

/** What a source misses at the moment: everything since it last heard of its network, or since it began if it never did. */
function openGap(source: SourceState, now: number, began: number): Gap[] {
  const { state, reason, last_message_at } = source
  const from = last_message_at ?? new Date(began).toISOString()
  if (!isFollowing(source) || state === 'live' || Date.parse(from) >= now) return []
  return [{ from, to: new Date(now).toISOString(), reason: reason ?? `the source is ${state}` }]
}

/** When it is and when the sources began, in milliseconds. */
export interface CoverageClock {
  readonly now: number
  readonly began: number
}

/** The gaps that touch a time (milliseconds), oldest first. Of very many the older ones of a source are told as one. */
export function gapsWithin(sources: readonly SourceState[], { now, began }: CoverageClock, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY): SourceGap[] {
  const gaps = sources
    .flatMap((source) => [...source.gaps, ...openGap(source, now, began)].map((gap) => ({ source: source.name, ...gap })))
    .filter(({ from, to }) => Date.parse(from) < until && Date.parse(to) > since)
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
  const older = Map.groupBy(gaps.slice(0, -maxGaps), ({ source }) => source)
  return [...Array.from(older.values(), together), ...gaps.slice(-maxGaps)]
}

function together(gaps: readonly SourceGap[]): SourceGap {
  const { source = '', from = '' } = gaps[0] ?? {}
  const to = gaps.reduce((last, gap) => (Date.parse(gap.to) > Date.parse(last) ? gap.to : last), gaps[0]?.to ?? '')
  return { source, from, to, reason: `${gaps.length} older gaps in this time, of which only this is told` }
}
