// Owns reading back what this index has stored, and telling where that is no longer what it was.
import type { Author, Message, User } from '../../../message/schema.ts'
import { isAuthor, isMessage, isObject, isUser } from '../../shape.ts'

/** What was stored cannot be read: whoever knows in which file it was sets that aside. */
export class Unreadable extends Error {}

const isStoredMessage = (value: unknown): value is Message => isObject(value) && isMessage(value)

function read<T>(text: string, is: (value: unknown) => value is T): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Unreadable(`no JSON: ${text.slice(0, 100)}`, { cause })
  }
  if (!is(value)) throw new Unreadable(`stored otherwise: ${text.slice(0, 100)}`)
  return value
}

export const readMessage = (text: string): Message => read(text, isStoredMessage)
export const readUser = (text: string): User => read(text, isUser)
export const readAuthor = (text: string): Author => read(text, isAuthor)

const areNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every((item) => typeof item === 'number')
/** Numbers with commas between. */
export const readNumbers = (text: string): readonly number[] => read(`[${text}]`, areNumbers)

const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')
export const readTexts = (text: string): readonly string[] => read(text, areTexts)
