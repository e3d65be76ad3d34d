// Owns messages as answers show them, on their way from an index to an answer: each as JSON in UTF-8, so that what was stored
// can pass through without being read and written once more.
import type { ApiMessage } from '../enrich/fields.ts'
import { present } from '../enrich/present.ts'
import { derivedNames } from '../message/derived.ts'
import type { Message } from '../message/schema.ts'
import { isMessage, isObject } from './shape.ts'

const isShown = (value: unknown): value is ApiMessage => isObject(value) && isMessage(value) && derivedNames.every((name) => typeof value[name] === 'number')

/** A message as answers show it. */
export const writeShown = (message: Message): Uint8Array => Buffer.from(JSON.stringify(present(message)))

/** A message out of an answer of an index. */
export function readShown(json: Uint8Array): ApiMessage {
  const value: unknown = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString())
  if (!isShown(value)) throw new TypeError('an index answered with something else than a message')
  return value
}
