// Owns reading a line of the journal for the index. Intake has checked all of it when it was written; here it is checked for
// what the index leans on, without loading the schema into the thread.
import type { Position } from '../../../message/line.ts'
import type { Author, Message } from '../../../message/schema.ts'

/** A record as far as it matters here. */
export type Line =
  | { readonly op: 'message'; readonly position: Position; readonly message: Message; /** The message as JSON. */ readonly text: string }
  | { readonly op: 'delete'; readonly position: Position; readonly id: string }
  | { readonly op: 'author'; readonly position: Position; readonly author: Author }

/** Why a line is not taken; the reasons of `BadLine`. */
export type Misread = 'json' | 'position' | 'operation' | 'shape'

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'

const texts = ['id_str', 'created_at', 'timestamp', 'screen_name', 'text', 'network', 'source_type', 'provider_type']
const optionalTexts = ['conversation_id', 'reply_to_id', 'place_name', 'place_context', 'place_country', 'location_source', 'language_detected']
const lists = ['hashtags', 'mentions', 'hosts', 'links', 'images', 'videos', 'audio']
const optionalLists = ['mention_ids', 'language_claimed']
const counts = ['retweet_count', 'favourites_count']

function areTexts(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  for (const item of value) if (typeof item !== 'string') return false
  return true
}

/** Plain loops: this looks at every message of the world. */
function isMessage(value: Fields): value is Fields & Message {
  for (const field of texts) if (typeof value[field] !== 'string') return false
  for (const field of optionalTexts) if (value[field] !== undefined && typeof value[field] !== 'string') return false
  for (const field of lists) if (!areTexts(value[field])) return false
  for (const field of optionalLists) if (value[field] !== undefined && !areTexts(value[field])) return false
  for (const field of counts) if (typeof value[field] !== 'number') return false
  return isUser(value['user']) && (value['location_point'] === undefined || isPoint(value['location_point']))
}

const isOptionalText = (value: unknown): boolean => value === undefined || isText(value)
const isUser = (user: unknown): boolean => isObject(user) && isOptionalText(user['user_id']) && isOptionalText(user['name'])
const isPoint = (point: unknown): boolean => Array.isArray(point) && point.length === 2 && point.every((degrees) => typeof degrees === 'number')

const authorTexts = ['handle', 'name', 'avatar', 'state', 'reason']
const isAuthor = (value: unknown): value is Author =>
  isObject(value) && isText(value['key']) && value['key'] !== '' && isText(value['network']) && authorTexts.every((field) => isOptionalText(value[field]))

/** Reads one line. */
export function readLine(line: string): Line | Misread {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'json'
  }
  if (!isObject(json)) return 'json'
  const { $T: position, $P: op } = json
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position <= 0) return 'position'
  switch (op) {
    case 'I':
    case 'U':
      return isMessage(json) ? { op: 'message', position, message: json, text: messageText(line, json) } : 'shape'
    case 'D':
      return isText(json['id_str']) && json['id_str'] !== '' ? { op: 'delete', position, id: json['id_str'] } : 'shape'
    case 'A':
      return isAuthor(json['author']) ? { op: 'author', position, author: json['author'] } : 'shape'
    default:
      return 'operation'
  }
}

const reserved = /^\{"\$T":\d+,"\$P":"[IU]",(?:"\$I":true,)?/

/** The message as it stands in a line, without the journal's own keys; written anew where the line is not as the journal writes it. */
function messageText(line: string, json: Fields): string {
  const head = reserved.exec(line)?.[0]
  return head === undefined ? JSON.stringify({ ...json, $T: undefined, $P: undefined, $I: undefined }) : `{${line.slice(head.length)}`
}
