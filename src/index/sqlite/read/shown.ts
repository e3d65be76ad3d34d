// Owns messages as their authors are known now, and how they cross from a reading thread: as they are stored, which is much
// faster than to read and write them there.
import type { Author, Message } from '../../../message/schema.ts'
import { readAuthor, readMessage } from '../files/stored.ts'

/** Messages as JSON, and who wrote them. */
export interface PackedMessages {
  readonly texts: readonly string[]
  readonly authors: readonly string[]
}

const authorKey = /"user_id"\s*:\s*("(?:[^"\\]|\\.)*")/g

/** The stable keys of those who wrote messages, found without reading all of the JSON; there may be others among them. */
export function authorKeysIn(texts: readonly string[]): string[] {
  const quoted = new Set<string>()
  for (const text of texts) for (const [, key = ''] of text.matchAll(authorKey)) quoted.add(key)
  return [...quoted]
}

export function unpackMessages({ texts, authors }: PackedMessages): Message[] {
  const byKey = new Map(authors.map(readAuthor).map((author) => [author.key, author]))
  return texts.map((text) => {
    const message = readMessage(text)
    const author = byKey.get(message.user.user_id ?? '')
    return author === undefined ? message : writtenBy(author, message)
  })
}

/** A message under the newest handle, name and avatar of its author. */
export function writtenBy({ handle = '', name, avatar }: Author, message: Message): Message {
  const screen_name = handle === '' ? message.screen_name : handle
  return { ...message, screen_name, user: { ...message.user, screen_name, ...(name === undefined ? {} : { name }), ...picture(avatar) } }
}

const picture = (avatar: string | undefined): Partial<Message['user']> =>
  avatar === undefined ? {} : avatar.startsWith('http:') ? { profile_image_url_http: avatar } : { profile_image_url_https: avatar }
