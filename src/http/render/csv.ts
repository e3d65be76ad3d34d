// Owns messages as CSV: which columns there are. Cells that a spreadsheet would run are made harmless.
import type { Message } from '../../message/schema.ts'
import { csvLine } from '../../support/csv.ts'

const list = (values: readonly string[]): string => values.join(' ')

export const messageColumns: Readonly<Record<string, (message: Message) => unknown>> = {
  id_str: (message) => message.id_str,
  created_at: (message) => message.created_at,
  edited_at: (message) => message.edited_at,
  network: (message) => message.network,
  screen_name: (message) => message.screen_name,
  name: (message) => message.user.name,
  user_id: (message) => message.user.user_id,
  text: (message) => message.text,
  language: (message) => message.language_detected ?? message.language_claimed?.[0],
  hashtags: (message) => list(message.hashtags),
  mentions: (message) => list(message.mentions),
  links: (message) => list(message.links),
  images: (message) => list(message.images),
  audio: (message) => list(message.audio),
  videos: (message) => list(message.videos),
  link: (message) => message.link,
  reply_to_id: (message) => message.reply_to_id,
  quote_id: (message) => message.quote_id,
  reply_count: (message) => message.reply_count,
  retweet_count: (message) => message.retweet_count,
  favourites_count: (message) => message.favourites_count,
  place_name: (message) => message.place_name,
  longitude: (message) => message.location_point?.[0],
  latitude: (message) => message.location_point?.[1],
}

const values = Object.values(messageColumns)

export const renderCsv = (messages: readonly Message[]): string =>
  csvLine(Object.keys(messageColumns)) + messages.map((message) => csvLine(values.map((value) => value(message)))).join('')
