// Owns reading back what this index has stored as JSON. It was looked at when it was stored; the schema, which takes a thread
// half a second and thirty megabytes to load, is not asked again.
import type { Author, Message } from '../../../message/schema.ts'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isStoredMessage = (value: unknown): value is Message => isObject(value) && 'id_str' in value
const isStoredAuthor = (value: unknown): value is Author => isObject(value) && 'key' in value

function read<T>(text: string, is: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(text)
  if (!is(value)) throw new TypeError(`stored otherwise: ${text.slice(0, 100)}`)
  return value
}

export const readMessage = (text: string): Message => read(text, isStoredMessage)
export const readAuthor = (text: string): Author => read(text, isStoredAuthor)
