// Owns what a subscriber asks for (channels, a query, or both: either is enough) and how that is decided for one message.
import type { Message } from '../message/schema.ts'
import { fold } from '../message/text/fold.ts'
import { compileQuery, subject, type Predicate, type Subject } from '../query/match.ts'
import { requiredTerms } from '../query/required.ts'
import type { AuthorKeys, Query } from '../query/tree.ts'
import { channelsOf, families, type Channel } from './channels.ts'

export interface Wanted {
  readonly channels: readonly Channel[]
  readonly query?: Query
}

/** A message on its way through the hub: what all subscribers' questions about it share is worked out once, when first asked. */
export interface Passing {
  readonly message: Message
  subject(): Subject
  channels(): ReadonlySet<string>
}

export function passing(message: Message): Passing {
  let prepared: Subject | undefined
  let channels: ReadonlySet<string> | undefined
  return {
    message,
    subject: () => (prepared ??= subject(message)),
    channels: () => (channels ??= new Set(channelsOf(message, families))),
  }
}

/** What is wanted, ready to be asked. */
export interface Interest {
  readonly channels: readonly string[]
  readonly patterns: readonly RegExp[]
  /** Terms of which every match of the query has one; undefined where there are none and each message must be looked at. */
  readonly terms: readonly string[] | undefined
  readonly predicate: Predicate | undefined
  /** Folded handles that the query names: when one changes hands, the query means somebody else. */
  readonly handles: readonly string[]
  /** Whether a message is wanted. */
  wants(passing: Passing): boolean
}

function handlesIn(query: Query | undefined): string[] {
  switch (query?.kind) {
    case 'author':
      return [fold(query.name)]
    case 'and':
      return query.all.flatMap(handlesIn)
    case 'or':
      return query.any.flatMap(handlesIn)
    case 'not':
      return handlesIn(query.none)
    default:
      return []
  }
}

export function interest({ channels, query }: Wanted, authorKeys: AuthorKeys): Interest {
  const plain = channels.filter(({ pattern }) => pattern === undefined).map(({ name }) => name)
  const patterns = channels.flatMap(({ pattern }) => pattern ?? [])
  const predicate = query === undefined ? undefined : compileQuery(query, authorKeys)
  return {
    channels: plain,
    patterns,
    predicate,
    terms: query === undefined ? undefined : requiredTerms(query, authorKeys),
    handles: handlesIn(query),
    wants: (passing) =>
      plain.some((name) => name === 'all' || (name === passing.message.network) || (name.includes('/') && passing.channels().has(name))) ||
      (patterns.length > 0 && [...passing.channels()].some((name) => patterns.some((pattern) => pattern.test(name)))) ||
      (predicate?.(passing.subject()) ?? false),
  }
}

/** Whether everything about some network reaches this subscriber, so that it is not remembered what it was sent. */
export const wantsNetworks = ({ channels, patterns }: Interest): boolean => patterns.length > 0 || channels.some((name) => !name.includes('/'))

/** Whether everything about a network reaches this subscriber, deletes of messages it never saw included. */
export const wantsNetwork = ({ channels, patterns }: Interest, network: string): boolean => channels.includes('all') || channels.includes(network) || patterns.some((pattern) => pattern.test(network) || pattern.test('all'))
