// Owns the order of fields, and those that follow from a message: answers have them, dumps do not.
import { Type, type Static } from 'typebox'
import { derivedNames, type Derived } from '../message/derived.ts'
import { Message, messageFields } from '../message/schema.ts'

const Count = Type.Integer({ minimum: 0 })

const derivedFields: Record<keyof Derived, typeof Count> = {
  text_length: Type.Integer({ minimum: 0, description: 'in code points' }),
  hosts_count: Count,
  links_count: Count,
  images_count: Count,
  audio_count: Count,
  videos_count: Count,
  mentions_count: Count,
  hashtags_count: Count,
  without_l_len: Type.Integer({ minimum: 0, description: 'length of the text without its links' }),
  without_lu_len: Type.Integer({ minimum: 0, description: 'the same without the mentions' }),
  without_luh_len: Type.Integer({ minimum: 0, description: 'the same without the hashtags' }),
}

/** A message as answers show it. */
export const ApiMessage = Type.Object({ ...Message.properties, ...derivedFields })
export type ApiMessage = Static<typeof ApiMessage>

/** What a line of a dump says beside the message. A draft does not decide it. */
const reserved = ['$T', '$P', '$I']
const known = new Set([...messageFields, ...derivedNames, ...reserved])

type Fields = Readonly<Record<string, unknown>>

/**
 * Carries along the keys that neither a message nor an answer has. Derived fields that a draft brings (dumps of the
 * original have them) are not among these: answers count anew. Nor are the keys of a line.
 */
export function carryUnknown(from: Fields, to: object): void {
  for (const key of Object.keys(from)) {
    if (known.has(key) || from[key] === undefined) continue
    // Not by assignment, because the key may be `__proto__`.
    Object.defineProperty(to, key, { value: from[key], enumerable: true, writable: true, configurable: true })
  }
}

/** The fields of a message in their order, as decided or else as given, without those that are neither; then the unknown keys. */
export function inOrder(decided: Fields, given: Fields): Fields {
  const ordered: Record<string, unknown> = {}
  for (const field of messageFields) {
    const value = decided[field] ?? given[field]
    if (value !== undefined) ordered[field] = value
  }
  carryUnknown(given, ordered)
  return ordered
}
