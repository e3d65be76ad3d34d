// Owns how a line of the journal becomes something to store: its time, its terms and what is counted of it. Pure.
import { messageTerms } from '../../../message/text/terms.ts'
import type { Message } from '../../../message/schema.ts'
import { anyTerm } from '../files/partition.ts'
import type { Entry } from './change.ts'
import { rowOf } from './row.ts'
import { classNames, hashOf, valueNames } from '../files/values.ts'

/** The entry of a message; undefined where `created_at` names no instant. `text`: the message as JSON; `seed`: of the hashes of values. */
export function entryOf(message: Message, text: string, seed: number): Entry | undefined {
  const at = Date.parse(message.created_at)
  if (Number.isNaN(at)) return undefined
  const { words, meta } = messageTerms(message)
  return {
    at,
    id: message.id_str,
    row: rowOf(message, text),
    terms: `${meta.join(' ')} ${anyTerm} ${words.join(' ')}`,
    author: message.user.user_id,
    classNames: classNames(message),
    columns: {
      seen: Date.parse(message.timestamp) || 0,
      retweets: message.retweet_count,
      favourites: message.favourites_count,
      values: hashes(message, seed),
    },
  }
}

function hashes(message: Message, seed: number): number[] {
  const hashes: number[] = []
  for (const name of valueNames(message)) hashes.push(...hashOf(name, seed))
  return hashes
}
