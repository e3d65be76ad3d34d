// Owns how a query is written for FTS5. Knows the kinds of leaf that are terms of a message; the others have to be taken out
// of the query before.
import { allOf, anyOf, noneOf } from '../../../query/normal.ts'
import { authorTerms, lengthTerms, type AuthorKeys, type Leaf, type Query } from '../../../query/tree.ts'
import { anyTerm } from '../files/partition.ts'

/** Whether FTS5 can decide a leaf. */
export const isTerms = ({ kind }: Leaf): boolean => kind === 'words' || kind === 'term' || kind === 'length' || kind === 'author'

const quoted = (terms: readonly string[]): string => `"${terms.join(' ')}"`
const alternatives = (terms: readonly string[]): string => (terms.length === 1 ? quoted(terms) : `(${terms.map((term) => quoted([term])).join(' OR ')})`)
const all = quoted([anyTerm])

/**
 * The expression of a query. Terms hold no quotes and no spaces, so nothing has to be escaped. The parser of FTS5 has room for
 * a hundred things that are begun: so one exclusion never stands in another, and what is nested deepest is written first,
 * where nothing but parentheses is open before it.
 */
export const expression = (query: Query, authorKeys: AuthorKeys): string => write(spread(query), authorKeys)

/** The same query without exclusions in what is excluded. Those that are not nested stay whole: FTS5 is quicker with them. */
function spread(query: Query): Query {
  switch (query.kind) {
    case 'and':
      return allOf(query.all.map(spread))
    case 'or':
      return anyOf(query.any.map(spread))
    case 'not':
      return hasNot(query.none) ? opposite(query.none) : query
    default:
      return query
  }
}

function opposite(query: Query): Query {
  switch (query.kind) {
    case 'and':
      return anyOf(query.all.map(opposite))
    case 'or':
      return allOf(query.any.map(opposite))
    default:
      return spread(noneOf(query))
  }
}

const childrenOf = (query: Query): readonly Query[] => (query.kind === 'and' ? query.all : query.kind === 'or' ? query.any : query.kind === 'not' ? [query.none] : [])
const hasNot = (query: Query): boolean => query.kind === 'not' || childrenOf(query).some(hasNot)
const depth = (query: Query): number => childrenOf(query).reduce((most, child) => Math.max(most, 1 + depth(child)), 0)
const deepestFirst = (queries: readonly Query[]): Query[] => queries.map((query) => ({ query, depth: depth(query) })).sort((a, b) => b.depth - a.depth).map(({ query }) => query)

function write(query: Query, authorKeys: AuthorKeys): string {
  switch (query.kind) {
    case 'everything':
      return all
    case 'and':
      return writeAll(query.all, authorKeys)
    case 'or':
      return `(${writeEach(query.any, authorKeys).join(' OR ')})`
    case 'not':
      return writeAll([query], authorKeys)
    case 'words':
      return quoted(query.tokens) + (query.prefix ? ' *' : '')
    case 'term':
      return quoted([query.term])
    case 'length':
      return alternatives(lengthTerms(query))
    case 'author':
      return alternatives(authorTerms(query, authorKeys))
    default:
      throw new TypeError(`${query.kind} is no matter of terms`)
  }
}

const writeEach = (queries: readonly Query[], authorKeys: AuthorKeys): string[] => deepestFirst(queries).map((child) => write(child, authorKeys))

/** FTS5 knows NOT only between two operands. */
function writeAll(queries: readonly Query[], authorKeys: AuthorKeys): string {
  const wanted = writeEach(queries.filter(({ kind }) => kind !== 'not'), authorKeys)
  const excluded = writeEach(queries.flatMap((child) => (child.kind === 'not' ? [child.none] : [])), authorKeys)
  const base = wanted.length === 0 ? all : wanted.length === 1 ? wanted.join('') : `(${wanted.join(' AND ')})`
  return excluded.length === 0 ? base : `(${base} NOT (${excluded.join(' OR ')}))`
}
