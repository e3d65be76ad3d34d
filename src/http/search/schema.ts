// Owns the shape of a search's answer: the original's names, and ours beside them.
import { Type, type Static } from 'typebox'
import { ApiMessage } from '../../enrich/fields.ts'

const Count = Type.Integer({ minimum: 0 })
const Instant = Type.String({ description: 'ISO 8601' })

export const WarningAnswer = Type.Object({ column: Type.Integer({ description: 'place in the query, from 1; 0 where it is about something else' }), message: Type.String() })

const GapAnswer = Type.Object({ source: Type.String(), from: Instant, to: Instant, reason: Type.String() })

const SearchMetadata = Type.Object({
  startRecord: Type.Integer({ minimum: 1 }),
  maximumRecords: Count,
  count: Type.Integer({ minimum: 0, description: 'messages in this answer' }),
  hits: Type.Integer({ minimum: 0, description: 'messages that match; see hits_relation' }),
  hits_relation: Type.Enum(['eq', 'gte'], { description: 'whether there are as many hits, or at least as many' }),
  period: Type.Optional(Type.Integer({ minimum: 0, description: 'mean milliseconds between the messages, where they are ordered by created_at; 9007199254740991 where there are less than two' })),
  query: Type.String({ description: 'as it came' }),
  query_understood: Type.String({ description: 'as it was understood, with relative times as instants' }),
  warnings: Type.Array(WarningAnswer, { description: 'what was doubtful, and what was made of it' }),
  filter: Type.String(),
  client: Type.String(),
  time: Type.Integer({ minimum: 0, description: 'milliseconds' }),
  servicereduction: Type.Enum(['true', 'false'], { description: 'whether less was given because many ask at the moment' }),
  count_twitter_all: Count,
  count_twitter_new: Count,
  count_backend: Count,
  cache_hits: Count,
  scraperInfo: Type.Literal('local'),
  index: Type.Literal('messages'),
  cursor: Type.Optional(Type.String({ description: 'where to go on; absent on the last page' })),
  partial: Type.Optional(Type.Literal(true, { description: 'the answer is not whole' })),
  partial_reason: Type.Optional(Type.Enum(['deadline', 'rebuilding', 'overfull', 'overloaded', 'crowded'])),
  coverage: Type.Array(GapAnswer, { description: 'stretches of the time that was searched in which a source may have missed something' }),
})

export const SearchAnswer = Type.Object({
  readme_0: Type.Optional(Type.String()),
  readme_1: Type.Optional(Type.String()),
  readme_2: Type.Optional(Type.String()),
  readme_3: Type.Optional(Type.String()),
  search_metadata: SearchMetadata,
  statuses: Type.Array(ApiMessage),
  aggregations: Type.Record(Type.String(), Type.Record(Type.String(), Count)),
})
export type SearchMetadata = Static<typeof SearchMetadata>
