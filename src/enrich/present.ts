// Owns how a message looks in an answer: with the counts and lengths that follow from it, in the order of the contract.
// Does not know HTTP.
import type { Message } from '../message/schema.ts'
import { readEntities } from './entities.ts'
import { carryUnknown, type ApiMessage } from './fields.ts'
import { codePoints } from './offsets.ts'
import type { Span } from './spans.ts'

type Lengths = Pick<ApiMessage, 'text_length' | 'without_l_len' | 'without_lu_len' | 'without_luh_len'>

/**
 * The length of a text: whole, without its links, also without its mentions, also without its hashtags. In code points,
 * as SQLite counts; the original counted UTF-16 units, by which an emoji is two letters.
 */
export function lengthsOf(text: string, facets: readonly unknown[] | undefined): Lengths {
  const { links, mentions, hashtags } = readEntities(text, facets, [])
  const without = (length: number, spans: readonly Span[]) =>
    spans.reduce((left, { start, end }) => left - codePoints(text, start, end), length)
  const text_length = codePoints(text)
  const without_l_len = without(text_length, links)
  const without_lu_len = without(without_l_len, mentions)
  return { text_length, without_l_len, without_lu_len, without_luh_len: without(without_lu_len, hashtags) }
}

/** A message with its derived fields, for JSON: fields that it does not have are there and undefined. */
export function present(message: Message): ApiMessage {
  const lengths = lengthsOf(message.text, message.facets)
  // Spelled out, because that costs a third of copying by name, for each hit of each answer.
  const shown: ApiMessage = {
    timestamp: message.timestamp,
    created_at: message.created_at,
    created_at_claimed: message.created_at_claimed,
    edited_at: message.edited_at,
    on: message.on,
    to: message.to,
    screen_name: message.screen_name,
    retweet_from: message.retweet_from,
    text: message.text,
    link: message.link,
    id_str: message.id_str,
    network: message.network,
    uri: message.uri,
    cid: message.cid,
    conversation_id: message.conversation_id,
    conversation_user: message.conversation_user,
    canonical_id: message.canonical_id,
    parent: message.parent,
    reply_to_id: message.reply_to_id,
    quote_id: message.quote_id,
    repost_id: message.repost_id,
    source_type: message.source_type,
    provider_type: message.provider_type,
    provider_hash: message.provider_hash,
    reply_count: message.reply_count,
    retweet_count: message.retweet_count,
    favourites_count: message.favourites_count,
    place_name: message.place_name,
    place_id: message.place_id,
    text_length: lengths.text_length,
    place_context: message.place_context,
    place_country: message.place_country,
    place_country_code: message.place_country_code,
    place_country_center: message.place_country_center,
    location_point: message.location_point,
    location_radius: message.location_radius,
    location_mark: message.location_mark,
    location_source: message.location_source,
    hosts: message.hosts,
    hosts_count: message.hosts.length,
    links: message.links,
    links_count: message.links.length,
    unshorten: message.unshorten,
    images: message.images,
    images_count: message.images.length,
    image_alts: message.image_alts,
    audio: message.audio,
    audio_count: message.audio.length,
    videos: message.videos,
    videos_count: message.videos.length,
    mentions: message.mentions,
    mentions_count: message.mentions.length,
    mention_ids: message.mention_ids,
    hashtags: message.hashtags,
    hashtags_count: message.hashtags.length,
    without_l_len: lengths.without_l_len,
    without_lu_len: lengths.without_lu_len,
    without_luh_len: lengths.without_luh_len,
    language_claimed: message.language_claimed,
    language_detected: message.language_detected,
    content_warning: message.content_warning,
    labels: message.labels,
    facets: message.facets,
    user: message.user,
  }
  carryUnknown(message, shown)
  return shown
}
