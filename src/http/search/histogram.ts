// Owns the `created_at` aggregation of a search: how wide its buckets are, from where to where they reach, and how they are
// labelled.
import type { Histogram, HistogramAsked } from '../../index/port.ts'
import { earliest } from '../../message/identity.ts'
import { timeRange } from '../../query/bounds.ts'
import type { Query } from '../../query/tree.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/**
 * Days where the query reaches further back than seven days, hours where further than three hours, else minutes. A query
 * that says where it begins gets buckets for all of its time up to now, others from the first hit to the last.
 */
export function histogramAsked(query: Query, timezoneOffset: number, now: number): Omit<HistogramAsked, 'timeout'> {
  const { since, until = now } = timeRange(query)
  const span = since === undefined ? Number.POSITIVE_INFINITY : until - since
  const interval = span > 7 * day ? 'day' : span > 3 * hour ? 'hour' : 'minute'
  const from = Math.max(since ?? 0, earliest)
  const to = Math.min(until, now)
  return { interval, timezoneOffset, ...(since === undefined || from >= to ? {} : { from, to }) }
}

/** `2026-06-01` for days, otherwise `2026-06-01 12:00`, in the local time of who asked. */
export function labelled({ buckets }: Histogram, { interval, timezoneOffset }: Omit<HistogramAsked, 'timeout'>): Record<string, number> {
  const label = (start: number): string => new Date(start - timezoneOffset * minute).toISOString().slice(0, interval === 'day' ? 10 : 16).replace('T', ' ')
  return Object.fromEntries(buckets.map(({ start, count }) => [label(start), count]))
}
