// Owns how a query is cut into pieces: quotes, parentheses, OR and AND, and items with their head (`-`, `#`, `key:`,
// `/name=`). Does not know which heads mean something.
import { isQuote } from './quotes.ts'
import { badQuery, warn, type Source } from './source.ts'

/** Something to search for. `at` is where it begins, `valueAt` where its value does (UTF-16 units). */
export interface Item {
  readonly kind: 'item'
  readonly at: number
  readonly valueAt: number
  readonly negated: boolean
  /** `#`, `@`, `from:`, `/location=`, `/image` or nothing; as written. */
  readonly head: string
  /** What follows the head; without its quotes where it was quoted. */
  readonly value: string
  readonly quoted: boolean
  /** A quoted value with `*` after it. */
  readonly star: boolean
  /** All of it but the minus, as it stands in the query. */
  readonly written: string
}

export type Piece = Item | { readonly kind: 'open'; readonly at: number; readonly negated: boolean } | { readonly kind: 'close' | 'or' | 'and'; readonly at: number }

const space = /\s/u
const head = /^(?:[A-Za-z][A-Za-z_]*:|[#＃@＠]|\/[A-Za-z][A-Za-z0-9_]*=?)/u

/** Cuts a query into pieces. Parentheses that have no partner are passed over with a warning. Throws BadQuery for a quote without an end. */
export function lex(source: Source): Piece[] {
  const { text } = source
  const pieces: Piece[] = []
  const open: number[] = []
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    const negated = isMinus(text, at)
    if (space.test(character)) at += 1
    else if (text.charAt(at + (negated ? 1 : 0)) === '(') {
      open.push(pieces.length)
      pieces.push({ kind: 'open', at, negated })
      at += negated ? 2 : 1
    } else if (character === ')') {
      if (open.pop() === undefined) warn(source, at, 'this ) closes nothing and is passed over')
      else pieces.push({ kind: 'close', at })
      at += 1
    } else {
      const [piece, end] = readItem(source, at, negated, open.length > 0)
      pieces.push(piece)
      at = end
    }
  }
  for (const place of open) warn(source, pieces[place]?.at ?? 0, 'this ( is not closed and is passed over')
  return pieces.filter((_, place) => !open.includes(place))
}

/** A minus right before something excludes it; two of them, or one alone, are text. */
const isMinus = (text: string, at: number): boolean => text.charAt(at) === '-' && /[^\s-]/u.test(text.charAt(at + 1))

function readItem(source: Source, at: number, negated: boolean, inGroup: boolean): [Piece, number] {
  const { text } = source
  const start = negated ? at + 1 : at
  const found = isQuote(text.charAt(start)) ? '' : (head.exec(text.slice(start))?.[0] ?? '')
  const valueAt = start + found.length
  const item = (value: string, quoted: boolean, star: boolean, end: number): [Item, number] => [
    { kind: 'item', at, valueAt, negated, head: found, value, quoted, star, written: text.slice(start, end) },
    end,
  ]
  if (isQuote(text.charAt(valueAt))) {
    const end = closingQuote(source, valueAt)
    const star = text.charAt(end + 1) === '*'
    return item(text.slice(valueAt + 1, end), true, star, end + (star ? 2 : 1))
  }
  const end = bareEnd(text, valueAt, inGroup)
  const run = text.slice(at, end)
  if (run === 'OR') return [{ kind: 'or', at }, end]
  if (run === 'AND') return [{ kind: 'and', at }, end]
  const value = text.slice(valueAt, end)
  return found === '' && /^'[^']+'$/u.test(value) ? item(value.slice(1, -1), true, false, end) : item(value, false, false, end)
}

function closingQuote(source: Source, at: number): number {
  const { text } = source
  for (let end = at + 1; end < text.length; end++) if (isQuote(text.charAt(end))) return end
  throw badQuery(source, at, { problem: 'the quote is not closed', expected: 'a second " after the phrase', suggestion: closed(text, at) })
}

/** The text with the quote closed at its end; without the quote where there is nothing in it to be closed. */
const closed = (text: string, at: number): string => (text.slice(at + 1).trim() === '' ? text.slice(0, at).trim() || '"heavy rain"' : `${text.trimEnd()}"`)

/** A run without quotes ends at white space, or at the ) of the group around it; parentheses of its own belong to it. */
function bareEnd(text: string, at: number, inGroup: boolean): number {
  let own = 0
  let end = at
  for (; end < text.length; end++) {
    const character = text.charAt(end)
    if (space.test(character)) break
    if (character === '(') own += 1
    else if (character === ')' && own > 0) own -= 1
    else if (character === ')' && inGroup) break
  }
  return end
}
