// Owns one page of hits: from a query and a place to messages with their count, within a time.
import type { Query } from '../../../query/tree.ts'
import { beginning, readCursor, writeCursor, type Mark } from '../../cursor.ts'
import { countCap, type Page } from '../../port.ts'
import type { Stored } from '../files/layout.ts'
import { countHits } from './count.ts'
import type { Unfinished } from './counted.ts'
import { markOf, newestFirst, type Hit } from './newest.ts'
import { partialAnswer } from './partial.ts'
import { rankedHits } from './ranked.ts'
import { scopeOf, type Scope } from './scope.ts'
import type { PackedMessages } from './faces.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'
import type { Hits } from '../../port.ts'

/** As `Hits`, with the messages as they cross from a reading thread. */
export interface PackedHits extends Omit<Hits, 'messages'> {
  readonly messages: PackedMessages
}

interface Found {
  readonly hits: readonly Hit[]
  /** The place to go on from; undefined where there is no more. */
  readonly next: Mark | undefined
  readonly unfinished: Unfinished | undefined
}

export async function search(query: Query, page: Page, view: View, turn: Turn): Promise<PackedHits> {
  const after = page.cursor === undefined ? undefined : readCursor(page.order, page.cursor)
  const scope = scopeOf(query, view)
  const { hits, next, unfinished } = page.order === 'created_at' ? await findNewest(scope, page, after, view, turn) : await findRanked(scope, page, after, view, turn)
  const counted = page.count === 'none' ? undefined : await count(scope, page, view, turn)
  return {
    messages: view.faces.pack(storedOf(hits, view)),
    ...(counted === undefined ? {} : { hits: counted.hits, hits_relation: counted.relation }),
    ...(next === undefined ? {} : { cursor: writeCursor(page.order, next) }),
    ...partialAnswer(unfinished ?? counted?.unfinished, scope),
  }
}

async function findNewest({ parts }: Scope, { limit, offset = 0 }: Page, after: Mark | undefined, view: View, turn: Turn): Promise<Found> {
  const wanted = offset + limit
  const found: Hit[] = []
  for await (const { hits, reached, late } of newestFirst(parts, view, after, wanted + 1, turn)) {
    found.push(...hits)
    if (late) return { hits: found.slice(offset, wanted), next: found.length > wanted ? markAt(found, wanted) : reached, unfinished: 'deadline' }
    if (found.length > wanted) break
  }
  return { hits: found.slice(offset, wanted), next: found.length > wanted ? markAt(found, wanted) : undefined, unfinished: undefined }
}

/** Where a page of `wanted` ends. A page of nothing goes on from where it began. */
const markAt = (found: readonly Hit[], wanted: number): Mark | undefined => {
  const last = found[wanted - 1]
  return last === undefined ? undefined : markOf(last)
}

async function findRanked(scope: Scope, { order, limit, offset = 0 }: Page, after: Mark | undefined, view: View, turn: Turn): Promise<Found> {
  if (order === 'created_at') throw new TypeError('that is no ranking')
  const wanted = offset + limit
  const { hits, unfinished } = await rankedHits(scope, view, order, after, wanted + 1, turn)
  // What was not looked at may come before what was found: nothing leads past it but the same page once more.
  const next = unfinished === 'deadline' ? (after ?? beginning) : hits.length > wanted ? hits[wanted - 1]?.mark : undefined
  return { hits: hits.slice(offset, wanted).map(({ hit }) => hit), next, unfinished }
}

interface Count {
  readonly hits: number
  readonly relation: 'eq' | 'gte'
  readonly unfinished: Unfinished | undefined
}

async function count(scope: Scope, { count }: Page, view: View, turn: Turn): Promise<Count> {
  const cap = count === 'exact' ? Number.MAX_SAFE_INTEGER : countCap
  // One more tells whether there are more.
  const counted = await countHits(scope, view, count === 'exact' ? cap : cap + 1, turn)
  const isMore = counted.count > cap
  return { hits: Math.min(counted.count, cap), relation: isMore || !counted.whole ? 'gte' : 'eq', unfinished: counted.whole ? undefined : 'deadline' }
}

/** The messages of hits, in their order. */
function storedOf(hits: readonly Hit[], view: View): Stored[] {
  const byPart = Map.groupBy(hits.filter(({ stored }) => stored === undefined), ({ part }) => part)
  const read = new Map(Array.from(byPart, ([part, some]) => [part, view.ask(part.partition, (reader) => reader.documents(some.map(({ rid }) => rid)))]))
  return hits.flatMap(({ part, rid, stored }) => stored ?? read.get(part)?.get(rid) ?? [])
}
