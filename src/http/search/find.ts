// Owns answering a search: the page, its count and its aggregations, asked of the index side by side, and what is to be known
// about them. What was found is answered, also where an aggregation was refused. Does not know in which form it is sent.
import type { Page, PartialReason } from '../../index/port.ts'
import { readShown, writeShown } from '../../index/shown.ts'
import { timeRange } from '../../query/bounds.ts'
import { LoklakError } from '../../watch/errors.ts'
import type { Asked } from './asked.ts'
import { counted } from './counted.ts'
import type { SourceGap } from './coverage.ts'
import { histogramAsked, labelled } from './histogram.ts'
import type { SearchLimits } from './limits.ts'
import { onward } from './onward.ts'
import { shortened, type Shortening } from './shortlinks.ts'
import type { Visit } from './visit.ts'

/** By name of the aggregation: counts by value. */
export type Aggregations = Record<string, Record<string, number>>

export interface Found {
  /** Each as JSON in UTF-8. */
  readonly messages: readonly Uint8Array[]
  /** The most that the page could have. */
  readonly limit: number
  /** At least none, where it was not asked how many. */
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

/** An aggregation; undefined where there was no place for it. Throws what else went wrong. */
function aggregated<T>(outcome: PromiseSettledResult<T>): T | undefined {
  if (outcome.status === 'fulfilled') return outcome.value
  const { reason }: { readonly reason: unknown } = outcome
  if (reason instanceof LoklakError && reason.code === 'OVERLOADED') return undefined
  throw reason
}

/** A message with its over-long links replaced. What is no longer itself has none, and is not read for it. */
function shortenedIn(bytes: Uint8Array, shortening: Shortening): Uint8Array {
  return bytes.length <= shortening.longerThan ? bytes : writeShown(shortened(readShown(bytes), shortening))
}

export async function find(asked: Asked, { index, timeout, signal, crowded }: Visit, finding: Finding): Promise<Found> {
  const { query, startRecord, cursor, order, count, fields, histogram, values, timezoneOffset, shortlink } = asked
  const limit = crowded ? Math.min(asked.limit, finding.limits.hits.low) : asked.limit
  const page: Page = { order, limit, timeout, count, ...(cursor === undefined ? { offset: startRecord - 1 } : { cursor }) }
  const buckets = histogramAsked(query, timezoneOffset, finding.now)
  const searching = index.search(query, page, signal)
  const aggregating = Promise.allSettled([
    fields.length === 0 ? undefined : index.facets(query, { fields, limit: values, timeout }, signal),
    histogram ? index.histogram(query, { ...buckets, timeout }, signal) : undefined,
  ])
  const hits = await searching
  const outcomes = await aggregating
  const [facets, histogramFound] = [aggregated(outcomes[0]), aggregated(outcomes[1])]
  const refused = outcomes.some(({ status }) => status === 'rejected') ? 'overloaded' : undefined
  const byValue = Object.entries(facets?.fields ?? {}).map(([name, values]) => [name, Object.fromEntries(values.map(({ value, count }) => [value, count]))] as const)
  const partial = (hits.partial ?? facets?.partial ?? histogramFound?.partial)?.reason ?? refused
  const { since, until } = timeRange(query)
  const shortening = { longerThan: finding.limits.shortlink.longerThan, stub: finding.stub }
  return {
    messages: shortlink ? hits.messages.map((bytes) => shortenedIn(bytes, shortening)) : hits.messages,
    limit,
    ...counted(hits, page.offset),
    aggregations: { ...Object.fromEntries(byValue), ...(histogramFound === undefined ? {} : { created_at: labelled(histogramFound, buckets) }) },
    partial,
    cursor: onward(hits, asked),
    coverage: [...finding.coverage(since, until)],
    crowded,
  }
}
