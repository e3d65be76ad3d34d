// Owns how a query is written for FTS5. Knows the kinds of leaf that are terms of a message; the others have to be taken out
// of the query before.
import { authorTerms, lengthTerms, type AuthorKeys, type Leaf, type Query } from '../../../query/tree.ts'
import { anyTerm } from '../files/partition.ts'

/** Whether FTS5 can decide a leaf. */
export const isTerms = ({ kind }: Leaf): boolean => kind === 'words' || kind === 'term' || kind === 'length' || kind === 'author'

const quoted = (terms: readonly string[]): string => `"${terms.join(' ')}"`
const alternatives = (terms: readonly string[]): string => (terms.length === 1 ? quoted(terms) : `(${terms.map((term) => quoted([term])).join(' OR ')})`)
const all = quoted([anyTerm])

/** The expression of a query. Terms hold no quotes and no spaces, so nothing has to be escaped. */
export function expression(query: Query, authorKeys: AuthorKeys): string {
  switch (query.kind) {
    case 'everything':
      return all
    case 'and':
      return allOf(query.all, authorKeys)
    case 'or':
      return `(${query.any.map((child) => expression(child, authorKeys)).join(' OR ')})`
    case 'not':
      return allOf([query], authorKeys)
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

/** FTS5 knows NOT only between two operands. */
function allOf(queries: readonly Query[], authorKeys: AuthorKeys): string {
  const wanted = queries.filter(({ kind }) => kind !== 'not').map((child) => expression(child, authorKeys))
  const excluded = queries.flatMap((child) => (child.kind === 'not' ? [expression(child.none, authorKeys)] : []))
  const base = wanted.length === 0 ? all : wanted.length === 1 ? wanted.join('') : `(${wanted.join(' AND ')})`
  return excluded.length === 0 ? base : `(${base} NOT (${excluded.join(' OR ')}))`
}
