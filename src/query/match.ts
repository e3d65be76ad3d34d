// Owns the live predicate: whether a message is what a query asks for, decided from the same terms that are indexed.
import type { Message } from '../message/schema.ts'
import { fold } from '../message/text/fold.ts'
import { messageTerms, metaTerm } from '../message/text/terms.ts'
import { matchesGlob } from './glob.ts'
import { distanceKm } from './places.ts'
import { authorTerms, lengthTerms, type AuthorKeys, type Box, type Leaf, type Query, type Words } from './tree.ts'

/** A message made ready to be matched against many queries. `words` are in the order of the text, `terms` are all words and meta terms. */
export interface Subject {
  readonly message: Message
  readonly words: readonly string[]
  readonly terms: ReadonlySet<string>
}

export type Predicate = (subject: Subject) => boolean

/** Does the work on a message that all queries share. */
export function subject(message: Message): Subject {
  const { words, meta } = messageTerms(message)
  // Words have no ASCII punctuation and every meta term has some, so both fit into one set.
  return { message, words, terms: new Set([...words, ...meta]) }
}

/** The predicate of a query. `authorKeys` is asked whenever an author is compared, so that a handle learned later counts. */
export function compileQuery(query: Query, authorKeys: AuthorKeys): Predicate {
  switch (query.kind) {
    case 'and': {
      const all = query.all.map((child) => compileQuery(child, authorKeys))
      return (subject) => all.every((matches) => matches(subject))
    }
    case 'or': {
      const any = query.any.map((child) => compileQuery(child, authorKeys))
      return (subject) => any.some((matches) => matches(subject))
    }
    case 'not': {
      const none = compileQuery(query.none, authorKeys)
      return (subject) => !none(subject)
    }
    default:
      return compileLeaf(query, authorKeys)
  }
}

/** Whether a message matches. To match many, use `subject` and `compileQuery`. */
export const match = (query: Query, message: Message, authorKeys: AuthorKeys = () => []): boolean => compileQuery(query, authorKeys)(subject(message))

function compileLeaf(leaf: Leaf, authorKeys: AuthorKeys): Predicate {
  switch (leaf.kind) {
    case 'everything':
      return () => true
    case 'words':
      return compileWords(leaf)
    case 'term':
      return ({ terms }) => terms.has(leaf.term)
    case 'length': {
      const any = lengthTerms(leaf)
      return ({ terms }) => any.some((term) => terms.has(term))
    }
    case 'author': {
      const named = authorTerms(leaf, () => [])
      const handle = fold(leaf.name)
      return ({ terms }) => named.some((term) => terms.has(term)) || authorKeys(handle).some((key) => terms.has(metaTerm('u=', key)))
    }
    case 'id':
      return ({ message }) => message.id_str === leaf.id
    case 'time': {
      const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = leaf
      return ({ message }) => {
        const at = Date.parse(message.created_at)
        return since <= at && at < until
      }
    }
    case 'box':
      return ({ message: { location_point: point } }) => point !== undefined && isInBox(leaf, point[0], point[1])
    case 'circle':
      return ({ message: { location_point: point } }) => point !== undefined && distanceKm(leaf.lat, leaf.lon, point[1], point[0]) <= leaf.km
    default:
      return ({ message }) => message.links.some((link) => matchesGlob(leaf.glob, link.toLowerCase()))
  }
}

function compileWords({ tokens, prefix }: Words): Predicate {
  const [first = ''] = tokens
  if (tokens.length === 1) return prefix ? ({ words }) => words.some((word) => word.startsWith(first)) : ({ terms }) => terms.has(first)
  const whole = prefix ? tokens.slice(0, -1) : tokens
  const last = tokens.at(-1) ?? ''
  const startsAt = (words: readonly string[], at: number): boolean =>
    tokens.every((token, place) => (prefix && place === tokens.length - 1 ? (words[at + place]?.startsWith(last) ?? false) : words[at + place] === token))
  return ({ terms, words }) => whole.every((token) => terms.has(token)) && words.some((word, at) => word === first && startsAt(words, at))
}

function isInBox({ west, south, east, north }: Box, lon: number, lat: number): boolean {
  return south <= lat && lat <= north && (west <= east ? west <= lon && lon <= east : west <= lon || lon <= east)
}
