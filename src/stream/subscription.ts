// Owns what a subscriber asks for (channels, a query, or both: either is enough) and how that is decided for one message.
import type { Message } from '../message/schema.ts'
import { fold } from '../message/text/fold.ts'
import { compileQuery, subject, type Predicate, type Subject } from '../query/match.ts'
import { printQuery } from '../query/print.ts'
import type { AuthorKeys, Query } from '../query/tree.ts'
import { channelsOf, families, opened, openLevels } from './channels.ts'

export interface Wanted {
  /** As `readChannel` answers them. */
  readonly channels: readonly string[]
  readonly query?: Query
}

/** A message on its way through the hub: what all subscribers' questions about it share is worked out once, when first asked. */
export interface Passing {
  readonly message: Message
  subject(): Subject
  /** Its channels below a network, with these levels open: a pattern with the same levels open is looked up, not tried. */
  channels(levels: number): ReadonlySet<string>
}

export function passing(message: Message): Passing {
  let prepared: Subject | undefined
  const channels = new Map<number, ReadonlySet<string>>()

  function withOpen(levels: number): ReadonlySet<string> {
    const known = channels.get(levels)
    if (known !== undefined) return known
    const made = levels === 0 ? channelsOf(message, families).filter(isDeep) : [...withOpen(0)].map((name) => opened(name, levels))
    const names = new Set(made)
    channels.set(levels, names)
    return names
  }

  return { message, subject: () => (prepared ??= subject(message)), channels: withOpen }
}

/** Whether a channel is below a network. */
const isDeep = (channel: string): boolean => channel.includes('/')

/** A query that stands: `text` is the same for all that are the same. */
export interface Standing {
  readonly text: string
  readonly query: Query
  readonly predicate: Predicate
  /** Folded handles that the query names: when one changes hands, the query means somebody else. */
  readonly handles: readonly string[]
}

/** What is wanted, ready to be asked. */
export interface Interest {
  /** Networks of which everything is wanted, `all` being all of them. */
  readonly networks: ReadonlySet<string>
  /** Channels below a network, with the levels of each that are open. */
  readonly channels: readonly { readonly name: string; readonly levels: number }[]
  readonly standing: Standing | undefined
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

const stand = (query: Query, authorKeys: AuthorKeys): Standing => ({ text: printQuery(query), query, predicate: compileQuery(query, authorKeys), handles: [...new Set(handlesIn(query))] })

export function interest(wanted: Wanted, authorKeys: AuthorKeys): Interest {
  const { query } = wanted
  const networks = new Set(wanted.channels.filter((name) => !isDeep(name)))
  const channels = [...new Set(wanted.channels)].filter(isDeep).map((name) => ({ name, levels: openLevels(name) }))
  const standing = query === undefined ? undefined : stand(query, authorKeys)
  return {
    networks,
    channels,
    standing,
    wants: (passing) =>
      networks.has('all') || networks.has(passing.message.network) ||
      channels.some(({ name, levels }) => passing.channels(levels).has(name)) ||
      (standing?.predicate(passing.subject()) ?? false),
  }
}

/** Whether everything about a network reaches this subscriber, deletes of messages it never saw included; so it is not remembered what it was sent. */
export const wantsNetwork = ({ networks }: Interest, network: string): boolean => networks.has('all') || networks.has(network)
