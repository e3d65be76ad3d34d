// Owns which topics a record is published under, and with what payload. Pure, but for remembering where a message went, so that
// its delete follows it.
import { present } from '../../enrich/present.ts'
import type { JournalRecord } from '../../message/record.ts'
import type { Message } from '../../message/schema.ts'
import { createCache } from '../../support/cache.ts'
import { channelName, channelsOf, type Family } from '../channels.ts'

export type TopicFamily = 'all' | 'network' | Family

export interface Publication {
  readonly topics: readonly string[]
  readonly payload: string
}

/** Messages whose topics are remembered for their delete; older ones are told to `all` and their network alone. */
const remembered = 50_000

/** What to publish for a record; undefined for what is not announced. */
export function createPublications(families: readonly TopicFamily[], prefix: string): (record: JournalRecord) => Publication | undefined {
  const named = families.filter((family) => family !== 'all' && family !== 'network')
  const withAll = families.includes('all')
  const withNetwork = families.includes('network')
  const went = createCache<string, readonly string[]>(remembered)

  const wanted = (channel: string): boolean => channel.includes('/') || (channel === 'all' ? withAll : withNetwork)
  const topics = (channels: readonly string[]): string[] => channels.filter(wanted).map((channel) => prefix + channel)
  const general = (network: string): string[] => topics(['all', network])

  function ofMessage(message: Message, op: 'I' | 'U', position: number): Publication {
    const before = op === 'U' ? (went.get(message.id_str) ?? []) : []
    // An edit also goes where the older version went: who heard that one must hear this.
    const now = topics(channelsOf(message, named))
    went.set(message.id_str, now)
    return { topics: [...new Set([...now, ...before])], payload: JSON.stringify({ $T: position, $P: op, ...present(message) }) }
  }

  return (record) => {
    if (record.imported) return undefined
    switch (record.op) {
      case 'I':
      case 'U':
        return ofMessage(record.message, record.op, record.position)
      case 'D': {
        const { id_str, created_at, position } = record
        if (created_at === undefined) return undefined
        return { topics: went.get(id_str) ?? general(id_str.split(':')[0] ?? ''), payload: JSON.stringify({ $T: position, $P: 'D', id_str }) }
      }
      default: {
        const { key, network, handle, state, reason } = record.author
        if (state === undefined) return undefined
        const own = named.includes('user') ? [key, ...(handle === undefined ? [] : [handle])].map((name) => `${network}/user/${channelName('user', name)}`) : []
        return { topics: [...general(network), ...topics(own)], payload: JSON.stringify({ $T: record.position, $P: 'A', author: { key, network, handle, state, reason } }) }
      }
    }
  }
}
