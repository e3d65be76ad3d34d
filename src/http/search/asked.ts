// Owns what can be asked of a search, by the names of the original, and reading it. Does not know how it is answered.
import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { facetFields, maxOffset, orders, type FacetField, type Order, type Page } from '../../index/port.ts'
import type { Warning } from '../../query/bad-query.ts'
import { term, type Query } from '../../query/tree.ts'
import { LoklakError } from '../../watch/errors.ts'
import type { Caller } from '../access.ts'
import { mostHits, type SearchLimits } from './limits.ts'
import { understand } from './understand.ts'

/** Values of an aggregation at most. */
const maxValues = 1_000
const filters = ['image', 'video'] as const
const histogramField = 'created_at'

const hits = 'hits on a page; more than the server gives are cut to what it gives'

const common = {
  q: Type.Optional(Type.String({ description: 'the query, in the language of docs/query.md; empty is everything' })),
  query: Type.Optional(Type.String({ description: 'the same as q, which wins' })),
  count: Type.Optional(Type.Integer({ minimum: 0, description: hits })),
  maximumRecords: Type.Optional(Type.Integer({ minimum: 0, description: 'the same as count, which wins' })),
  startRecord: Type.Integer({ default: 1, minimum: 1, maximum: maxOffset, description: 'the first hit by number, which moves when messages arrive; further on and for stable pages, use cursor' }),
  cursor: Type.Optional(Type.String({ maxLength: 1024, description: 'from an earlier answer to the same query and order: goes on after it' })),
  source: Type.Enum(['all', 'cache', 'backend', 'twitter'], { default: 'all', description: 'all of them answer from what is kept here' }),
  order: Type.String({ default: 'created_at', description: `${orders.join(', ')}; always descending` }),
  timezoneOffset: Type.Integer({ default: 0, minimum: -1440, maximum: 1440, description: 'minutes: UTC = local time + offset, so -120 in Berlin in summer' }),
  filter: Type.String({ default: '', description: `only messages with media: ${filters.join(', ')} or both` }),
  timeout: Type.Optional(Type.Integer({ minimum: 1, description: 'milliseconds; then the answer is what was found so far' })),
  shortlink: Type.Boolean({ default: true, description: 'replace over-long links in texts by short ones' }),
}
const counting = {
  exact: Type.Boolean({ default: false, description: 'count all hits; otherwise counting stops at 10,000' }),
}
const aggregating = {
  fields: Type.String({ default: '', description: `aggregations, with commas between: ${histogramField} is a histogram; ${facetFields.join(', ')}` }),
  limit: Type.Integer({ default: 10, minimum: 0, description: `values of an aggregation; at most ${maxValues} are given` }),
}

/** What can be asked, by what an answer shows. */
export const searchParameters = {
  everything: { ...common, ...counting, ...aggregating },
  count: { ...common, ...counting },
  messages: common,
}
type Read<P extends TProperties> = Static<TObject<P>>
export type SearchParameters = Read<typeof common> & Partial<Read<typeof counting> & Read<typeof aggregating>>

export interface Asked {
  /** As it came. */
  readonly given: string
  readonly query: Query
  /** As it was understood. */
  readonly understood: string
  readonly warnings: readonly Warning[]
  readonly limit: number
  readonly startRecord: number
  readonly cursor: string | undefined
  readonly order: Order
  readonly count: Page['count']
  readonly fields: readonly FacetField[]
  readonly histogram: boolean
  /** Most values of an aggregation. */
  readonly values: number
  readonly timezoneOffset: number
  readonly filter: string
  readonly timeout: number | undefined
  readonly shortlink: boolean
}

const bad = (detail: string): never => {
  throw new LoklakError('BAD_PARAMETER', detail)
}

const listed = (text: string): string[] => text.split(',').map((name) => name.trim()).filter((name) => name !== '')

const isFacet = (name: string): name is FacetField => facetFields.some((field) => field === name)
const isOrder = (name: string): name is Order => orders.some((order) => order === name)
const isFilter = (name: string): name is (typeof filters)[number] => filters.some((filter) => filter === name)

function readFields(text: string): { fields: FacetField[]; histogram: boolean } {
  const names = new Set(listed(text))
  const histogram = names.delete(histogramField)
  const fields = [...names].map((name) => (isFacet(name) ? name : bad(`fields: there is no aggregation ${JSON.stringify(name.slice(0, 64))}; one of ${[histogramField, ...facetFields].join(', ')} was expected`)))
  return { fields, histogram }
}

const readFilter = (text: string): Query[] =>
  listed(text).map((name) => (isFilter(name) ? term('has:', name) : bad(`filter: ${JSON.stringify(name.slice(0, 64))} is none of ${filters.join(', ')}`)))

/** An order that there is none of is the default, as in the original, but not in silence. */
function readOrder(name: string): { order: Order; warnings: Warning[] } {
  if (isOrder(name) || name === '') return { order: isOrder(name) ? name : 'created_at', warnings: [] }
  return { order: 'created_at', warnings: [{ column: 0, message: `order: ${JSON.stringify(name.slice(0, 64))} is none of ${orders.join(', ')}; ordered by created_at` }] }
}

/** Reads what is asked, joined with `also`. Throws BadQuery or BAD_PARAMETER. */
export function readAsked(parameters: SearchParameters, caller: Caller, limits: SearchLimits, now: number, also: readonly Query[] = []): Asked {
  const { startRecord, cursor, timezoneOffset, filter, timeout, shortlink, exact, fields = '', limit = 0 } = parameters
  if (cursor !== undefined && startRecord > 1) bad('cursor and startRecord: only one of them can say where the page begins')
  const given = parameters.q ?? parameters.query ?? ''
  const { query, text: understood, warnings } = understand(given, [...readFilter(filter), ...also], { now, timezoneOffset })
  const { order, warnings: doubts } = readOrder(parameters.order)
  const count = parameters.count ?? parameters.maximumRecords ?? limits.hits.usual
  return {
    given,
    query,
    understood,
    warnings: [...warnings, ...doubts],
    limit: Math.min(count, mostHits(limits, caller)),
    startRecord,
    cursor: cursor === '' ? undefined : cursor,
    order,
    count: exact === undefined ? 'none' : exact ? 'exact' : 'capped',
    ...readFields(fields),
    values: Math.min(limit, maxValues),
    timezoneOffset,
    filter,
    timeout,
    shortlink,
  }
}
