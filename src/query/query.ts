// Owns the query language: from the text that a person wrote to a frozen tree in normal form, with every doubt told.
// Does not know any index. Matching is in match.ts; what an index can use is in bounds.ts, required.ts and relax.ts.
import { BadQuery, type Warning } from './bad-query.ts'
import { timeRange } from './bounds.ts'
import { isNothing, normal, nothing } from './normal.ts'
import { parse } from './parse.ts'
import { printQuery } from './print.ts'
import { badQuery, warn, type Source } from './source.ts'
import { everything, type Query } from './tree.ts'

export const maxQueryBytes = 1024
const maxQueryNodes = 64

export interface ParsedQuery {
  readonly query: Query
  /** What was doubtful, and what was made of it; in the order of the text where it was read. */
  readonly warnings: readonly Warning[]
  /**
   * The query as it was understood: `parseQuery(text).query` is the same tree (a text may become longer than 1 kB by
   * being spelled out, and is then for reading only). Relative times are instants here.
   */
  readonly text: string
}

/** `now`: milliseconds since 1970. `timezoneOffset`: minutes, UTC = local time + offset, for dates without a zone. */
export interface QueryOptions {
  readonly now: number
  readonly timezoneOffset?: number
}

/** Parses a query of the language of docs/query.md. The empty text is everything. Throws BadQuery (status 400). */
export function parseQuery(text: string, options: QueryOptions): ParsedQuery {
  try {
    return understood(text, options)
  } catch (error) {
    throw error instanceof BadQuery ? helpful(error, options) : error
  }
}

/** With a suggestion that does not fail itself: what else was wrong is told by what that would be answered with. */
function helpful(error: BadQuery, options: QueryOptions): BadQuery {
  try {
    understood(error.suggestion, options)
    return error
  } catch (next) {
    return next instanceof BadQuery ? new BadQuery(error.code === 'FEATURE_MISSING' ? 'FEATURE_MISSING' : 'BAD_QUERY', { column: error.column, problem: error.problem, expected: error.expected, suggestion: next.suggestion }) : error
  }
}

function understood(text: string, { now, timezoneOffset = 0 }: QueryOptions): ParsedQuery {
  const source: Source = { text, clock: { now, timezoneOffset }, warnings: [] }
  const bytes = Buffer.byteLength(text)
  if (bytes > maxQueryBytes) {
    throw badQuery(source, 0, { problem: `the query has ${bytes} bytes`, expected: `at most ${maxQueryBytes} bytes`, suggestion: 'several shorter queries' })
  }
  const query = normal(parse(source) ?? (text.trim() === '' ? everything : nothing))
  if (isImpossible(query)) warn(source, 0, 'no message can match this')
  const nodes = countNodes(query)
  if (nodes > maxQueryNodes) {
    throw badQuery(source, 0, { problem: `the query has ${nodes} parts`, expected: `at most ${maxQueryNodes} parts`, suggestion: 'several shorter queries' })
  }
  return { query, warnings: source.warnings, text: printQuery(query) }
}

/** Where it can be seen without a message; a guess in the other direction. */
function isImpossible(query: Query): boolean {
  const { since, until } = timeRange(query)
  return isNothing(query) || (since !== undefined && until !== undefined && since >= until)
}

function countNodes(query: Query): number {
  switch (query.kind) {
    case 'and':
      return query.all.reduce((sum, child) => sum + countNodes(child), 1)
    case 'or':
      return query.any.reduce((sum, child) => sum + countNodes(child), 1)
    case 'not':
      return 1 + countNodes(query.none)
    default:
      return 1
  }
}
