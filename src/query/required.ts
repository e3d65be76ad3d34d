// Owns which terms a query cannot do without, so that thousands of standing queries need not be asked about each message.
import { authorTerms, lengthTerms, type AuthorKeys, type Query } from './tree.ts'

/** More alternatives than this are not worth being listed. */
const maxAlternatives = 32

/**
 * Terms of which every match has at least one (in `subject().terms`), chosen to be rare; undefined where there is no
 * such choice. For an author it holds as long as `authorKeys` answers the same.
 */
export function requiredTerms(query: Query, authorKeys: AuthorKeys): readonly string[] | undefined {
  switch (query.kind) {
    case 'and':
      return rarest(query.all.map((child) => requiredTerms(child, authorKeys)))
    case 'or': {
      const each = query.any.map((child) => requiredTerms(child, authorKeys))
      const known = each.filter((terms) => terms !== undefined)
      const terms = [...new Set(known.flat())]
      return known.length === each.length && terms.length <= maxAlternatives ? terms : undefined
    }
    case 'words':
      return rarest((query.prefix ? query.tokens.slice(0, -1) : query.tokens).map((token) => [token]))
    case 'term':
      return [query.term]
    case 'length':
      return lengthTerms(query)
    case 'author':
      return authorTerms(query, authorKeys)
    default:
      return undefined
  }
}

function rarest(choices: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const known = choices.filter((terms) => terms !== undefined)
  return known.reduce<readonly string[] | undefined>((best, terms) => (best === undefined || rarity(terms) > rarity(best) ? terms : best), undefined)
}

const broad = /^[lnshpot]=/u
const narrow = /^(?:[#@]|[aukcr]=)/u

/** A guess: names and tags are rarer than words, long words rarer than short ones; a language or network is on most messages. */
const rarity = (terms: readonly string[]): number => Math.min(...terms.map((term) => (broad.test(term) ? 0 : narrow.test(term) ? 20 : Math.min(term.length, 19)))) - terms.length / 100
