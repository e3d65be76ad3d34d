// Owns counting what follows from a message: how many links it has, how long it is without them. Loads no schema.
import type { Derived } from '../message/derived.ts'
import type { Message } from '../message/schema.ts'
import { readEntities } from './entities.ts'
import { codePoints } from './offsets.ts'
import type { Span } from './spans.ts'

type Lengths = Pick<Derived, 'text_length' | 'without_l_len' | 'without_lu_len' | 'without_luh_len'>

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

/** All that follows from a message. */
export function derive({ text, facets, hosts, links, images, audio, videos, mentions, hashtags }: Message): Derived {
  const { text_length, without_l_len, without_lu_len, without_luh_len } = lengthsOf(text, facets)
  return {
    text_length,
    hosts_count: hosts.length,
    links_count: links.length,
    images_count: images.length,
    audio_count: audio.length,
    videos_count: videos.length,
    mentions_count: mentions.length,
    hashtags_count: hashtags.length,
    without_l_len,
    without_lu_len,
    without_luh_len,
  }
}
