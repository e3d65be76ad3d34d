// Owns reading the hits of a search from a running server, page by page, and telling a person what is to be known of them.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { askApi, type Whereabouts } from '../http/visitor.ts'
import { WarningAnswer } from '../http/search/schema.ts'
import { missed } from '../http/search/told.ts'
import { withParameters } from '../http/urls.ts'
import { Message } from '../message/schema.ts'
import { LoklakError } from '../watch/errors.ts'

/** What of an answer is needed. */
const Answer = Type.Object({
  search_metadata: Type.Object({
    hits: Type.Integer(),
    hits_relation: Type.String(),
    query_understood: Type.String(),
    warnings: Type.Array(WarningAnswer),
    cursor: Type.Optional(Type.String()),
    partial_reason: Type.Optional(Type.String()),
    coverage: Type.Array(Type.Object({ source: Type.String(), from: Type.String(), to: Type.String(), reason: Type.String() })),
  }),
  statuses: Type.Array(Message),
})
const compiled = Compile(Answer)

export type Hits = Static<typeof Answer>

/** As search.json takes them. */
export type Asked = Readonly<Record<'q' | 'order' | 'count' | 'cursor' | 'exact', string | number | undefined>>

export async function askHits(where: Whereabouts, asked: Asked, signal: AbortSignal): Promise<Hits> {
  const answer = await askApi(where, withParameters('/api/search.json', { ...asked, minified: 'true', shortlink: 'false' }), signal)
  if (!compiled.Check(answer)) throw new LoklakError('SERVER_UNREACHABLE', 'What answers there is no loklak of this version.')
  return answer
}

/** What was doubtful, and what may be missing, a line each. */
export function doubts({ search_metadata: { warnings, coverage } }: Hits): string {
  const doubtful = warnings.map(({ column, message }) => `warning: ${column === 0 ? '' : `column ${column}: `}${message}\n`)
  const missing = coverage.slice(-3).map((gap) => `warning: ${missed(gap)}\n`)
  return [...doubtful, ...missing].join('')
}
