// Owns the nearest query that an index can answer by itself, for those that know fewer kinds of leaf than the language.
import { allOf, anyOf, noneOf, nothing } from './normal.ts'
import { everything, type Leaf, type Query } from './tree.ts'

/** `query` matches all that the original matches; `exact`: and nothing else. Otherwise its hits need to be matched. */
export interface Relaxed {
  readonly query: Query
  readonly exact: boolean
}

/** Leaves out what an index does not know, in the way that loses no match. `knows` is not asked about everything. */
export function relax(query: Query, knows: (leaf: Leaf) => boolean): Relaxed {
  let exact = true
  const widen = (query: Query, wider: boolean): Query => {
    switch (query.kind) {
      case 'and':
        return allOf(query.all.map((child) => widen(child, wider)))
      case 'or':
        return anyOf(query.any.map((child) => widen(child, wider)))
      case 'not':
        return noneOf(widen(query.none, !wider))
      default:
        if (query.kind === 'everything' || knows(query)) return query
        exact = false
        return wider ? everything : nothing
    }
  }
  return { query: widen(query, true), exact }
}
