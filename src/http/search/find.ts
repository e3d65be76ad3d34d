// Owns answering a search: the page, its count and its aggregations, asked of the index side by side, and what is to be known
// about them. Does not know in which form they are sent.
import type { ApiMessage } from '../../enrich/fields.ts'
import { present } from '../../enrich/present.ts'
import { writeCursor } from '../../index/cursor.ts'
import type { Hits, Order, Page, PartialReason } from '../../index/port.ts'
import { timeRange } from '../../query/bounds.ts'
import type { Message } from '../../message/schema.ts'
import type { Asked } from './asked.ts'
import type { SourceGap } from './coverage.ts'
import { histogramAsked, labelled } from './histogram.ts'
import type { SearchLimits } from './limits.ts'
import { shortened } from './shortlinks.ts'
import type { Visit } from './visit.ts'

/** By name of the aggregation: counts by value. */
export type Aggregations = Record<string, Record<string, number>>

export interface Found {
  readonly statuses: ApiMessage[]
  /** The most that the page could have. */
  readonly limit: number
  readonly hits: number
  readonly relation: 'eq' | 'gte'
  readonly aggregations: Aggregations
  /** Why it is not whole. */
  readonly partial: PartialReason | undefined
  /** Where to go on; absent where there is no more. */
  readonly cursor: string | undefined
  readonly coverage: SourceGap[]
  readonly crowded: boolean
}

/** What finding needs beside the index. */
export interface Finding {
  readonly limits: SearchLimits
  coverage(since?: number, until?: number): readonly SourceGap[]
  /** What short links begin with. */
  readonly stub: string
  readonly now: number
}

export async function find(asked: Asked, { index, timeout, signal, crowded }: Visit, finding: Finding): Promise<Found> {
  const { query, startRecord, cursor, order, exact, fields, histogram, values, timezoneOffset, shortlink } = asked
  const limit = crowded ? Math.min(asked.limit, finding.limits.hits.low) : asked.limit
  const page: Page = { order, limit, timeout, count: exact ? 'exact' : 'capped', ...(cursor === undefined ? { offset: startRecord - 1 } : { cursor }) }
  const buckets = histogramAsked(query, timezoneOffset, finding.now)
  const [hits, facets, histogramFound] = await Promise.all([
    index.search(query, page, signal),
    fields.length === 0 ? undefined : index.facets(query, { fields, limit: values, timeout }, signal),
    histogram ? index.histogram(query, { ...buckets, timeout }, signal) : undefined,
  ])
  const counted = Object.entries(facets?.fields ?? {}).map(([name, values]) => [name, Object.fromEntries(values.map(({ value, count }) => [value, count]))] as const)
  const partial = (hits.partial ?? facets?.partial ?? histogramFound?.partial)?.reason
  const { since, until } = timeRange(query)
  const shortening = { longerThan: finding.limits.shortlink.longerThan, stub: finding.stub }
  return {
    statuses: hits.messages.map((message) => present(shortlink ? shortened(message, shortening) : message)),
    limit,
    hits: hits.hits ?? hits.messages.length,
    relation: hits.hits_relation ?? 'gte',
    aggregations: { ...Object.fromEntries(counted), ...(histogramFound === undefined ? {} : { created_at: labelled(histogramFound, buckets) }) },
    partial,
    cursor: hits.cursor ?? (hits.partial === undefined ? undefined : resumption(hits, asked)),
    coverage: [...finding.coverage(since, until)],
    crowded,
  }
}

/** Where to go on after a page that is not whole and knows of no more: there may be more later. */
function resumption({ messages }: Hits, { order, cursor }: Asked): string {
  const last = messages.at(-1)
  if (last !== undefined) return writeCursor(order, { key: keyOf(last, order), at: Date.parse(last.created_at), id: last.id_str })
  return cursor ?? writeCursor(order, { key: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER, id: '' })
}

const keyOf = (message: Message, order: Order): number =>
  order === 'created_at' || order === 'timestamp' ? Date.parse(message[order]) : message[order]
