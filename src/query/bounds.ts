// Owns what a query says about time as a whole, so that an index looks only where something can match.
import { allOf } from './normal.ts'
import { everything, type Query } from './tree.ts'

/** `since <= created_at < until` in milliseconds; a bound that is absent is open. */
export interface TimeRange {
  readonly since?: number
  readonly until?: number
}

/** A span that holds every match of the query. A bound is given only where the query implies it. */
export const timeRange = (query: Query): TimeRange => {
  const { since, until } = span(query, false)
  return { ...(since > Number.NEGATIVE_INFINITY ? { since } : {}), ...(until < Number.POSITIVE_INFINITY ? { until } : {}) }
}

interface Span {
  readonly since: number
  readonly until: number
}
const always: Span = { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
const within = (spans: readonly Span[]): Span => ({ since: Math.max(...spans.map((span) => span.since)), until: Math.min(...spans.map((span) => span.until)) })
const around = (spans: readonly Span[]): Span => ({ since: Math.min(...spans.map((span) => span.since)), until: Math.max(...spans.map((span) => span.until)) })

/** The span of what matches, or with `excluded` of what does not. */
function span(query: Query, excluded: boolean): Span {
  switch (query.kind) {
    case 'and':
      return (excluded ? around : within)(query.all.map((child) => span(child, excluded)))
    case 'or':
      return (excluded ? within : around)(query.any.map((child) => span(child, excluded)))
    case 'not':
      return span(query.none, !excluded)
    case 'time': {
      const { since = always.since, until = always.until } = query
      if (!excluded) return { since, until }
      if (query.since === undefined) return { since: until, until: always.until }
      return query.until === undefined ? { since: always.since, until: since } : always
    }
    default:
      return always
  }
}

/** A query as a span and the rest: a message matches the query if, and only if, it lies in the span and matches the rest. */
export function splitTime(query: Query): { readonly range: TimeRange; readonly rest: Query } {
  if (query.kind === 'time') return { range: timeRange(query), rest: everything }
  if (query.kind !== 'and') return { range: {}, rest: query }
  const times = query.all.filter((child) => child.kind === 'time')
  return { range: timeRange(allOf(times)), rest: allOf(query.all.filter((child) => child.kind !== 'time')) }
}
