// Owns reading a line of any dump, the original's or ours, as a draft. Pure. What can be derived again is dropped, what is
// not known is carried along, what cannot be right is refused with the reason.
import { derivedNames } from '../../message/derived.ts'
import { idOf, networkOf, plainId } from '../../message/foreign.ts'
import { isAuthor, isMessageDraft, messageFields, misfit, User } from '../../message/schema.ts'
import type { Draft } from '../../intake/port.ts'

/** Fields that older dumps carry and that follow from others, or that only ever had a meaning in the original's memory. */
const derived = new Set<string>(['timestamp_id', ...derivedNames])
const isCount = (key: string): boolean => key === 'reply_count' || key === 'retweet_count' || key === 'favourites_count'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export type Decoded = { readonly draft: Draft } | { readonly bad: string }

const userFields = new Set(Object.keys(User.properties))
const fields = new Set([...messageFields, 'conversationid_str'])

/** Drops what is derived or empty (a known field that is `null`), mends what the original wrote under a wrong name or as text. */
function mended(line: Json, known: ReadonlySet<string>): Json {
  const kept = Object.entries(line).filter(([key, value]) => !(value === null && known.has(key)) && !key.startsWith('$') && !derived.has(key))
  // Also a key that an object has by itself, as __proto__, is one of the message.
  return Object.fromEntries(kept.map(([key, value]) => [key === 'conversationid_str' ? 'conversation_id' : key, isCount(key) && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value]))
}

function decodeMessage(line: Json, kind: 'message' | 'edit'): Decoded {
  const message = mended(line, fields)
  const { user } = message
  if (!isObject(user)) return { bad: 'has no user' }
  const id_str = idOf(message)
  if (id_str === undefined) return { bad: 'has no id_str' }
  const network = networkOf(message)
  const name = typeof user['screen_name'] === 'string' ? user['screen_name'] : message['screen_name']
  const draft = { ...message, id_str, network, user: { ...mended(user, userFields), screen_name: name } }
  return isMessageDraft(draft) ? { draft: { kind, message: draft } } : { bad: misfit('draft', draft) ?? 'does not fit' }
}

/** Reads one line of a dump. Lines without `$P` are messages, as the original wrote them. */
export function decodeDumpLine(text: string): Decoded {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch (error) {
    return { bad: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (!isObject(line)) return { bad: 'is not a JSON object' }
  switch (line['$P']) {
    case undefined:
    case 'I':
      return decodeMessage(line, 'message')
    case 'U':
      return decodeMessage(line, 'edit')
    case 'D': {
      const { id_str, created_at } = line
      if (typeof id_str !== 'string' || !plainId.test(id_str)) return { bad: 'deletes without an id_str' }
      return { draft: { kind: 'delete', id_str, ...(typeof created_at === 'string' ? { created_at } : {}) } }
    }
    case 'A': {
      const { author } = line
      if (!isAuthor(author)) return { bad: `author.${misfit('author', author) ?? ''}` }
      return { draft: { kind: 'author', author, ...(author.as_of === undefined ? {} : { time: author.as_of }) } }
    }
    default:
      return { bad: `has an unknown operation $P ${typeof line['$P'] === 'string' ? JSON.stringify(line['$P'].slice(0, 32)) : typeof line['$P']}` }
  }
}
