// Owns the three rules of the original that look at a whole group: what stands side by side, joined by AND or by OR.
import { author, not, term, type Query, type Words } from './tree.ts'

const about = term('/about')
const isAbout = (query: Query): boolean => query.kind === 'term' && query.operator === '/about'
const tellsContext = (query: Query): boolean => isAbout(query) || (query.kind === 'not' && isAbout(query.none))

/**
 * 1. The only plain word of a group also finds the author of that name.
 * 2. A box means where a message was written from, unless /about or -/about beside it, or around it, says otherwise.
 * 3. Several id: side by side are alternatives.
 */
export function applyGroupRules(query: Query): Query {
  return inGroup(query, [query], false)
}

function inGroup(query: Query, group: readonly Query[], contextTold: boolean): Query {
  switch (query.kind) {
    case 'words':
      return isPlain(query) && group.filter(isPlain).length === 1 && handle.test(query.text) ? { kind: 'or', any: [query, author(query.text)] } : query
    case 'box':
      return contextTold ? query : { kind: 'and', all: [query, not(about)] }
    case 'and': {
      const told = contextTold || query.all.some(tellsContext)
      return { kind: 'and', all: joinIds(query.all).map((child) => inGroup(child, query.all, told)) }
    }
    case 'or':
      return { kind: 'or', any: query.any.map((child) => inGroup(child, query.any, contextTold)) }
    case 'not':
      return not(inGroup(query.none, [], contextTold))
    default:
      return query
  }
}

/** What a handle may look like: `ann`, `ann.example.org`, `ann@example.org`. */
const handle = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*(?:@[\p{L}\p{N}.-]+)?$/u
const isPlain = (query: Query): query is Words => query.kind === 'words' && !query.quoted && !query.prefix

function joinIds(all: readonly Query[]): readonly Query[] {
  const ids = all.filter((query) => query.kind === 'id')
  if (ids.length < 2) return all
  return all.flatMap((query) => (query.kind !== 'id' ? [query] : query === ids[0] ? [{ kind: 'or' as const, any: ids }] : []))
}
