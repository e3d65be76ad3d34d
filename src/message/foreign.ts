// Owns which message and which author a line names that somebody else wrote: the id under which an import takes it in. Pure.
// Does not know what else must be right with it.
import { messageId } from './identity.ts'
import { sourceTypes } from './schema.ts'
import type { JsonObject } from '../support/json.ts'

const twitterId = /^\d{1,20}$/
export const plainId = /^[A-Za-z0-9._:~-]{1,256}$/

/** The network of a message that does not name one: from its type, which the original always wrote. */
export function networkOf({ network, source_type, id_str }: JsonObject): string {
  if (typeof network === 'string' && network !== '') return network
  const type = typeof source_type === 'string' ? source_type.toUpperCase() : ''
  if (type === 'TWITTER' || (type === '' && typeof id_str === 'string' && twitterId.test(id_str))) return 'twitter'
  const known: readonly string[] = sourceTypes
  return known.includes(type) ? type.toLowerCase() : 'generic'
}

/** The id of a message by what its line says; undefined where it says none. */
export function idOf(message: JsonObject): string | undefined {
  const { id_str } = message
  if (typeof id_str !== 'string' || id_str === '') return undefined
  return plainId.test(id_str) ? id_str : messageId(networkOf(message), id_str)
}
