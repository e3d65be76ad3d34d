// Owns messages for the tests of the query room: complete ones from the few fields that a test is about.
import { sourceTypes, type Message } from '../../src/message/schema.ts'

/** A message with everything required; `fields` say what it is about. */
export function message(fields: Partial<Message> & { readonly text: string }): Message {
  const { screen_name = 'nobody', network = 'bluesky' } = fields
  return {
    timestamp: '2026-06-15T12:00:00.000Z',
    created_at: '2026-06-15T12:00:00.000Z',
    screen_name,
    id_str: '0',
    network,
    source_type: sourceTypes.find((type) => type === network.toUpperCase()) ?? 'GENERIC',
    provider_type: 'SCRAPED',
    reply_count: 0,
    retweet_count: 0,
    favourites_count: 0,
    hosts: [],
    links: [],
    images: [],
    audio: [],
    videos: [],
    mentions: [],
    hashtags: [],
    user: { screen_name },
    ...fields,
  }
}
