// Owns which topics a record is published under, and with what payload. Pure, but for remembering where a message went, so that
// its delete follows it.
import { present } from '../../enrich/present.ts'
import type { JournalRecord } from '../../message/line.ts'
import type { Author, Message } from '../../message/schema.ts'
import { changesState } from '../away.ts'
import { channelName, channelsOf, type Family } from '../channels.ts'
import { createWent } from './went.ts'

export type TopicFamily = 'all' | 'network' | Family

export interface Publication {
  readonly topics: readonly string[]
  /** Encoded once, however many topics there are. */
  readonly payload: Buffer
}

/** Bytes of what is remembered of where messages went: some 50,000 with the families of the default. */
const remembered = 64 * 1024 * 1024
/** Channels of a message that was edited again and again: beyond these, older ones are forgotten. */
const mostChannels = 2_000

const encode = (payload: object): Buffer => Buffer.from(JSON.stringify(payload))

/** None for ids of the original, which are digits alone. */
const networkOf = (id_str: string): readonly string[] => (id_str.includes(':') ? id_str.split(':', 1) : [])

/**
 * What to publish for a record; undefined for what is not announced. Records come in order, and after a break some of them
 * again; then the answer is the same, but for messages that are gone by then: of these nothing is published any more but the delete.
 */
export function createPublications(families: readonly TopicFamily[], prefix: string, isGone: (message: Message) => boolean = () => false): (record: JournalRecord) => Publication | undefined {
  const named = families.filter((family) => family !== 'all' && family !== 'network')
  const withAll = families.includes('all')
  const withNetwork = families.includes('network')
  const went = createWent(remembered)

  const wanted = (channel: string): boolean => channel.includes('/') || (channel === 'all' ? withAll : withNetwork)
  const publication = (channels: readonly string[], payload: object): Publication => ({ topics: channels.filter(wanted).map((channel) => prefix + channel), payload: encode(payload) })

  function ofMessage(message: Message, op: 'I' | 'U', position: number): Publication | undefined {
    const now = channelsOf(message, named)
    // An edit also goes where the older versions went, and so does the delete after it: who heard those must hear this.
    const before = op === 'U' ? (went.get(message.id_str) ?? []) : []
    const all = [...new Set([...now, ...before])]
    went.set(message.id_str, all.length > mostChannels ? now : all)
    return isGone(message) ? undefined : publication(all, { $T: position, $P: op, ...present(message) })
  }

  function ofAuthor(author: Author, position: number): Publication {
    const { key, network, handle, state, reason } = author
    const names = named.includes('user') ? [key, ...(handle === undefined ? [] : [handle])] : []
    const own = names.flatMap((name) => [network, 'any'].map((where) => `${where}/user/${channelName('user', name)}`))
    return publication(['all', network, ...new Set(own)], { $T: position, $P: 'A', author: { key, network, handle, state, reason } })
  }

  return (record) => {
    const { position } = record
    if (record.imported) return undefined
    switch (record.op) {
      case 'I':
      case 'U':
        return ofMessage(record.message, record.op, position)
      case 'D': {
        const { id_str, created_at } = record
        if (created_at === undefined) return undefined
        return publication(went.get(id_str) ?? ['all', ...networkOf(id_str)], { $T: position, $P: 'D', id_str })
      }
      default:
        return changesState(record) ? ofAuthor(record.author, position) : undefined
    }
  }
}
