// Owns what a query is once it is understood: a frozen tree of few kinds, the same for the live matcher and for every
// index. Does not know how a query is written, matched or stored.
import { fold } from '../message/text/fold.ts'
import { metaTerm, textLengths, type TermPrefix, type TextLength } from '../message/text/terms.ts'
import { phrase } from '../message/text/tokens.ts'

/** Matches every message. Only ever the whole tree, or the child of a Not (then nothing matches). */
export interface Everything {
  readonly kind: 'everything'
}

/**
 * The tokens stand next to each other, in this order, among the words of the message (`messageTerms().words`). With
 * `prefix` the last token is only the beginning of one. `text` and `quoted` say how it was written.
 */
export interface Words {
  readonly kind: 'words'
  readonly text: string
  readonly quoted: boolean
  readonly tokens: readonly string[]
  readonly prefix: boolean
}

/** `messageTerms().meta` contains `term`. Written as `operator` and `value`. */
export interface Term {
  readonly kind: 'term'
  readonly operator: Operator
  readonly value: string
  readonly term: string
}

/** The text is at most this long. `lengthTerms(most)` are the terms, one of which such a message has. */
export interface Length {
  readonly kind: 'length'
  readonly most: TextLength
}

/** Written by someone who has, or ever had, this handle, or whose stable key it is. `authorTerms()` are the terms, one of which such a message has. */
export interface Author {
  readonly kind: 'author'
  readonly name: string
}

/** `id_str` is exactly this. */
export interface Id {
  readonly kind: 'id'
  readonly id: string
}

/** `since <= created_at < until`, milliseconds since 1970; at least one is given. */
export interface Time {
  readonly kind: 'time'
  readonly since?: number
  readonly until?: number
}

/** `location_point` lies in the box, edges included. Where west > east the box crosses the 180th meridian. Degrees. */
export interface Box {
  readonly kind: 'box'
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

/** `location_point` is at most `km` away (great circle). Degrees. */
export interface Circle {
  readonly kind: 'circle'
  readonly lat: number
  readonly lon: number
  readonly km: number
}

/** One of `links`, in lower case, fits the glob as a whole: `*` is any run of characters, `?` any one. The glob is in lower case. */
export interface Link {
  readonly kind: 'link'
  readonly glob: string
}

interface And {
  readonly kind: 'and'
  readonly all: readonly Query[]
}
interface Or {
  readonly kind: 'or'
  readonly any: readonly Query[]
}
export interface Not {
  readonly kind: 'not'
  readonly none: Query
}

export type Leaf = Everything | Words | Term | Length | Author | Id | Time | Box | Circle | Link
export type Query = Leaf | And | Or | Not

/** How each kind of term is written, and with which prefix a message has it. */
const prefixes = {
  '#': '#',
  '@': '@',
  'lang:': 'l=',
  'source:': 'n=',
  'host:': 'k=',
  'has:': 'h=',
  'is:': 'h=',
  'reply:': 'r=',
  'conversation:': 'c=',
  '/source_type=': 's=',
  '/location=': 'o=',
  '/pure': 'h=',
  '/about': 'p=',
} as const satisfies Readonly<Record<string, TermPrefix>>
export type Operator = keyof typeof prefixes

export const everything: Everything = Object.freeze({ kind: 'everything' })

/** A word or phrase of the text, as written; undefined where there is nothing to search for (`"?!"`). */
export function words(text: string, { quoted = false, prefix = false } = {}): Words | undefined {
  const { tokens, prefix: open } = phrase(text, prefix)
  return tokens.length === 0 ? undefined : Object.freeze({ kind: 'words', text, quoted, tokens: Object.freeze(tokens), prefix: open })
}

/** `term('#', 'Köln')`, `term('lang:', 'de')`, `term('has:', 'image')`, `term('/pure')`. */
export const term = (operator: Operator, value = ''): Term =>
  Object.freeze({ kind: 'term', operator, value, term: metaTerm(prefixes[operator], value === '' ? operator.slice(1) : value) })

export const textLength = (most: TextLength): Length => Object.freeze({ kind: 'length', most })
export const author = (name: string): Author => Object.freeze({ kind: 'author', name })
export const id = (id: string): Id => Object.freeze({ kind: 'id', id })
export const time = (range: { readonly since?: number; readonly until?: number }): Time => Object.freeze({ kind: 'time', ...range })
export const box = (west: number, south: number, east: number, north: number): Box => Object.freeze({ kind: 'box', west, south, east, north })
export const circle = (lat: number, lon: number, km: number): Circle => Object.freeze({ kind: 'circle', lat, lon, km })
export const link = (glob: string): Link => Object.freeze({ kind: 'link', glob: glob.toLowerCase() })
export const not = (none: Query): Not => Object.freeze({ kind: 'not', none })

/** One name may be that of any number of accounts: a query asks for so many of them, those whose keys come first. */
export const mostKeys = 200

/** The stable keys of all authors who have, or ever had, a folded handle; in order, at most `mostKeys`. */
export type AuthorKeys = (handle: string) => readonly string[]

/** A message matches an Author if it has one of these terms: the handle, the name taken as a key, and every key that the handle ever had. */
export function authorTerms({ name }: Author, authorKeys: AuthorKeys): string[] {
  const keys = [name, ...authorKeys(fold(name))]
  return [metaTerm('a=', name), ...new Set(keys.map((key) => metaTerm('u=', key)))]
}

/** A message matches a Length if it has one of these terms. */
export const lengthTerms = ({ most }: Length): string[] => textLengths.filter((length) => length <= most).map((length) => `t=${length}`)
