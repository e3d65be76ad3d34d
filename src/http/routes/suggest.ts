// Owns /api/suggest.json: what could be searched for, in the shape of the original's recorded queries. Nobody's searches are
// recorded here: what is suggested was posted, so what the original counts of searches is nothing, and dates of them are absent.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Suggestion } from '../../index/port.ts'
import { LoklakError } from '../../watch/errors.ts'
import { addEndpoint } from '../endpoint.ts'
import type { Room } from '../room.ts'
import { mostHits } from '../search/limits.ts'
import { WarningAnswer } from '../search/schema.ts'
import { typed } from '../search/understand.ts'
import { visit } from '../search/visit.ts'

const Count = Type.Integer({ minimum: 0 })

const QueryEntry = Type.Object({
  query: Type.String({ description: 'what to search for' }),
  query_length: Count,
  kind: Type.Enum(['hashtag', 'name', 'word']),
  source_type: Type.Literal('GENERIC'),
  timezoneOffset: Type.Integer(),
  messages_count: Type.Integer({ minimum: 0, description: 'messages with it, among the newest where there are very many' }),
  query_count: Type.Literal(0, { description: 'searches are not recorded' }),
  retrieval_count: Type.Literal(0),
  score_retrieval: Type.Literal(0),
  score_suggest: Count,
})
type QueryEntry = Static<typeof QueryEntry>

export const SuggestAnswer = Type.Object({
  search_metadata: Type.Object({
    count: Type.String({ description: 'a number, as text' }),
    hits: Count,
    query: Type.String(),
    order: Type.Enum(['ASC', 'DESC']),
    orderby: Type.String({ description: 'as they are ordered' }),
    warnings: Type.Array(WarningAnswer, { description: 'what was asked and cannot be done' }),
    client: Type.String(),
    partial: Type.Optional(Type.Literal(true)),
    partial_reason: Type.Optional(Type.String()),
  }),
  queries: Type.Array(QueryEntry),
})

const sortable = ['score_suggest', 'messages_count', 'query', 'query_length'] as const
type Sortable = (typeof sortable)[number]

/** What the original takes and cannot be done here: why is told to who asks for it. */
const noDates = 'dates of searches are not recorded'
const undone = { since: noDates, until: noDates, selectby: noDates, random: 'the best are given', delete: 'searches are not recorded, so there are none to delete' } as const
const undoneNames = ['since', 'until', 'selectby', 'random', 'delete'] as const
const noEffect = (why: string) => Type.Optional(Type.String({ description: `no effect: ${why}` }))

const parameters = {
  q: Type.Optional(Type.String({ maxLength: 1024, description: 'what was written so far; # and @ say what is meant; empty suggests tags' })),
  query: Type.Optional(Type.String({ maxLength: 1024, description: 'the same as q, which wins' })),
  count: Type.Integer({ default: 10, minimum: 0, description: 'suggestions; more than the server gives are cut to what it gives' }),
  source: Type.Enum(['all', 'query', 'geo'], { default: 'all', description: 'geo: names of places, which are not there yet' }),
  order: Type.Optional(Type.Enum(['asc', 'desc', 'ASC', 'DESC'], { description: 'the best first where nothing is said' })),
  orderby: Type.String({ default: 'score_suggest', description: `${sortable.join(', ')}; what else the original has is nothing or absent here, and is answered with a warning` }),
  timezoneOffset: Type.Integer({ default: 0, minimum: -1440, maximum: 1440 }),
  since: noEffect(undone.since),
  until: noEffect(undone.until),
  selectby: noEffect(undone.selectby),
  random: noEffect(undone.random),
  delete: noEffect(undone.delete),
}

type Asked = Static<ReturnType<typeof Type.Object<typeof parameters>>>

const written = ({ kind, text }: Suggestion): string => (kind === 'hashtag' ? `#${text}` : text)

function entry(suggestion: Suggestion, timezoneOffset: number): QueryEntry {
  const query = written(suggestion)
  const { kind, count } = suggestion
  return {
    query,
    query_length: query.length,
    kind,
    source_type: 'GENERIC',
    timezoneOffset,
    messages_count: count,
    query_count: 0,
    retrieval_count: 0,
    score_retrieval: 0,
    score_suggest: count,
  }
}

/** In the order asked for; the index gives the best first, and where nothing is said that is how they stay. */
function ordered(entries: readonly QueryEntry[], field: Sortable, order: 'ASC' | 'DESC' | undefined): readonly QueryEntry[] {
  if (field === 'score_suggest' && order === undefined) return entries
  const sorted = entries.toSorted((a, b) => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : 0))
  return order === 'ASC' ? sorted : sorted.reverse()
}

/** Values that ask for nothing. */
const idle: ReadonlySet<string> = new Set(['', 'false', '0', '-1'])

/** What was written so far. A star at its end says what goes without saying: that it goes on. */
const begun = (query: string): string => typed(query).trimEnd().replace(/\*+$/, '')

/** What was asked and cannot be done. */
function doubts(asked: Asked, beginning: string): Static<typeof WarningAnswer>[] {
  const passedOver = undoneNames.filter((name) => !idle.has(asked[name] ?? '')).map((name) => `${name} has no effect: ${undone[name]}`)
  const isSortable = sortable.some((name) => name === asked.orderby)
  const wildcards = /[*?]/.test(beginning) ? ['q: * and ? stand for nothing else here, but for a * at the end; what begins as written is suggested, and what is spelled nearly so'] : []
  return [...wildcards, ...(isSortable ? [] : [`orderby: ${JSON.stringify(asked.orderby.slice(0, 64))} is none of ${sortable.join(', ')}; ordered by score_suggest, the best first`]), ...passedOver].map((message) => ({ column: 0, message }))
}

export function addSuggest(app: FastifyInstance, room: Room): void {
  addEndpoint(app, {
    url: '/api/suggest.json',
    tag: 'search',
    summary: 'What could be searched for: tags, names and words that were posted',
    parameters,
    answer: SuggestAnswer,
    keep: 5,
    async handle(asked, request, reply) {
      const { q, query: alias, count, source, order, orderby, timezoneOffset } = asked
      if (source === 'geo') throw new LoklakError('FEATURE_MISSING', 'source: names of places are not there yet; use source=query.')
      const query = q ?? alias ?? ''
      const beginning = begun(query)
      const limit = Math.min(count, mostHits(room.parts.search.limits, request.caller))
      const found = await visit(room, request, reply, undefined, ({ index, timeout, signal }) => index.suggest(beginning, { limit, timeout }, signal))
      const field = sortable.find((name) => name === orderby)
      // What cannot be ordered by is not turned round either: the best first.
      const direction = field === undefined ? undefined : order?.toUpperCase() === 'ASC' ? 'ASC' as const : order === undefined ? undefined : 'DESC' as const
      const queries = [...ordered(found.suggestions.map((suggestion) => entry(suggestion, timezoneOffset)), field ?? 'score_suggest', direction)]
      return {
        search_metadata: {
          count: String(queries.length),
          hits: queries.length,
          query,
          order: direction ?? 'DESC',
          orderby: field ?? 'score_suggest',
          warnings: doubts(asked, beginning),
          client: request.caller.address,
          ...(found.partial === undefined ? {} : { partial: true as const, partial_reason: found.partial.reason }),
        },
        queries,
      }
    },
  })
}
