// Owns the histogram of a query: how many of its hits were written in each minute, hour or day.
import { LoklakError } from '../../../watch/errors.ts'
import type { Query } from '../../../query/tree.ts'
import { maxBuckets, type Histogram, type HistogramAsked, type Interval } from '../../port.ts'
import { countedHits } from './counted.ts'
import { partialAnswer } from './partial.ts'
import { scopeOf } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

const minute = 60_000
const lengths: Readonly<Record<Interval, number>> = { minute, hour: 60 * minute, day: 24 * 60 * minute }

export async function histogram(query: Query, asked: HistogramAsked, view: View, turn: Turn): Promise<Histogram> {
  const length = lengths[asked.interval]
  // Local time is UTC without the offset; buckets are whole in local time.
  const offset = asked.timezoneOffset * minute
  const bucketOf = (at: number): number => Math.floor((at - offset) / length)
  const first = asked.from === undefined ? undefined : bucketOf(asked.from)
  const last = asked.to === undefined ? undefined : bucketOf(asked.to - 1)
  if (first !== undefined && last !== undefined && last - first >= maxBuckets) {
    throw new LoklakError('BAD_PARAMETER', `interval=${asked.interval}: that would be more than ${maxBuckets} buckets. Ask for a longer interval or a shorter time.`)
  }
  const scope = scopeOf(query, view)
  const counts = new Map<number, number>()
  const unfinished = await countedHits(scope, view, turn, ({ columns, ordinals, length: hits }) => {
    for (let i = 0; i < hits; i++) {
      const bucket = bucketOf(columns.at[ordinals[i] ?? 0] ?? 0)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
  })
  const numbers = [...counts.keys()].sort((a, b) => a - b)
  const end = last ?? numbers.at(-1) ?? first
  const begin = first ?? numbers[0] ?? last
  if (begin === undefined || end === undefined) return { buckets: [], ...partialAnswer(unfinished, scope) }
  const from = Math.max(begin, end - maxBuckets + 1)
  const buckets = Array.from({ length: Math.max(end - from + 1, 0) }, (_, i) => ({ start: (from + i) * length + offset, count: counts.get(from + i) ?? 0 }))
  const isCut = (numbers[0] ?? from) < from
  return { buckets, ...partialAnswer(unfinished ?? (isCut ? 'overfull' : undefined), scope) }
}
