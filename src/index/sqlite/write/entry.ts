// Owns how a line of the journal becomes something to store: its time, its terms and what is counted of it. Pure.
import { messageTerms } from '../../../message/text/terms.ts'
import type { Message } from '../../../message/schema.ts'
import { anyTerm } from '../files/partition.ts'
import type { Entry } from './partition-writer.ts'
import { valueNames } from '../files/values.ts'

/** An entry whose values are still names. */
export interface Draft extends Omit<Entry, 'columns'> {
  readonly columns: Omit<Entry['columns'], 'values'>
  readonly names: readonly string[]
}

/** Undefined where `created_at` names no instant. `text`: the message as JSON. */
export function draftOf(message: Message, text: string): Draft | undefined {
  const at = Date.parse(message.created_at)
  if (Number.isNaN(at)) return undefined
  const { words, meta } = messageTerms(message)
  return {
    at,
    id: message.id_str,
    message: text,
    terms: `${meta.join(' ')} ${anyTerm} ${words.join(' ')}`,
    author: message.user.user_id,
    names: valueNames(message),
    columns: { seen: Date.parse(message.timestamp) || 0, retweets: message.retweet_count, favourites: message.favourites_count },
  }
}

/** The entry of a draft, once its values have ids. */
export const entryOf = ({ names, columns, ...draft }: Draft, idOf: (name: string) => number): Entry => ({ ...draft, columns: { ...columns, values: names.map(idOf) } })
