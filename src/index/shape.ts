// Owns what the index leans on in a message and an author, checked without the schema, which takes a thread half a second and
// thirty megabytes to load. Intake has checked all of it when it was written.
import type { Author, Message, User } from '../message/schema.ts'

export type Fields = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isText = (value: unknown): value is string => typeof value === 'string'

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
export function isMessage(value: Fields): value is Fields & Message {
  for (const field of texts) if (typeof value[field] !== 'string') return false
  for (const field of optionalTexts) if (value[field] !== undefined && typeof value[field] !== 'string') return false
  for (const field of lists) if (!areTexts(value[field])) return false
  for (const field of optionalLists) if (value[field] !== undefined && !areTexts(value[field])) return false
  for (const field of counts) if (!Number.isFinite(value[field])) return false
  return isUser(value['user']) && (value['location_point'] === undefined || isPoint(value['location_point']))
}

const isOptionalText = (value: unknown): boolean => value === undefined || isText(value)
export const isUser = (user: unknown): user is User => isObject(user) && isOptionalText(user['user_id']) && isOptionalText(user['name'])
const isPoint = (point: unknown): boolean => Array.isArray(point) && point.length === 2 && point.every((degrees) => Number.isFinite(degrees))

const authorTexts = ['handle', 'name', 'avatar', 'state', 'reason']
export const isAuthor = (value: unknown): value is Author =>
  isObject(value) && isText(value['key']) && value['key'] !== '' && isText(value['network']) && authorTexts.every((field) => isOptionalText(value[field]))
