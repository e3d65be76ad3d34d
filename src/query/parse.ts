// Owns the grammar: from pieces to a tree. OR binds tighter than AND, which is what stands side by side.
import { readItem } from './item.ts'
import { lex } from './lex.ts'
import { allOf, anyOf, noneOf } from './normal.ts'
import { warn, type Source } from './source.ts'
import { words, type Query } from './tree.ts'

/** Parses a query; undefined where there is nothing to search for. Not yet in normal form. Throws BadQuery. */
export function parse(source: Source): Query | undefined {
  const pieces = lex(source)
  let place = 0

  /** What stands side by side, up to the end or the ) of the group. AND may stand between, and says nothing more. */
  function readAll(): Query | undefined {
    const all = [readAny()]
    while (!atEnd()) {
      if (joins('and')) place += 1
      all.push(readAny())
    }
    return some(all, allOf)
  }

  function readAny(): Query | undefined {
    const any = [readOne()]
    while (joins('or')) {
      place += 1
      any.push(readOne())
    }
    return some(any, anyOf)
  }

  function readOne(): Query | undefined {
    const piece = pieces[place]
    if (piece === undefined || piece.kind === 'close') return undefined
    place += 1
    switch (piece.kind) {
      case 'item':
        return negated(piece.negated, readItem(piece, source))
      case 'open': {
        const group = readAll()
        place += 1
        if (group === undefined) warn(source, piece.at, 'there is nothing in these parentheses, which are passed over')
        return negated(piece.negated, group)
      }
      default:
        warn(source, piece.at, `${piece.kind.toUpperCase()} joins nothing here and is searched as a word`)
        return words(piece.kind.toUpperCase(), { quoted: true })
    }
  }

  const atEnd = (): boolean => place >= pieces.length || pieces[place]?.kind === 'close'
  /** Whether an OR or AND stands here with something after it (before it there always is something). */
  const joins = (kind: 'or' | 'and'): boolean => {
    const next = pieces[place + 1]?.kind
    return pieces[place]?.kind === kind && (next === 'item' || next === 'open')
  }

  return readAll()
}

const negated = (isNegated: boolean, query: Query | undefined): Query | undefined => (isNegated && query !== undefined ? noneOf(query) : query)

function some(queries: readonly (Query | undefined)[], join: (queries: readonly Query[]) => Query): Query | undefined {
  const given = queries.filter((query) => query !== undefined)
  return given.length === 0 ? undefined : join(given)
}
