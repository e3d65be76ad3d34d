// Owns what a message can be found by: the words of its text and one term for each thing that a filter asks about. What
// is indexed, what a query becomes and what the live matcher compares are these same strings.
import { domainToASCII } from 'node:url'
import type { Message } from '../schema.ts'
import { fold } from './fold.ts'
import { words } from './tokens.ts'

/**
 * The first characters of a term say what it is about. `#` tag, `@` mentioned name or key, `a=` author's handle, `u=`
 * author's stable key, `l=` language, `s=` source type, `n=` network, `k=` host or a domain above it, `h=` has, `c=`
 * conversation, `r=` replies to, `p=` place context, `o=` origin of the location, `t=` length of the text.
 */
export type TermPrefix = '#' | '@' | 'a=' | 'u=' | 'l=' | 's=' | 'n=' | 'k=' | 'h=' | 'c=' | 'r=' | 'p=' | 'o=' | 't='

/** What a message can have, as `h=` terms. `pure`: no image, video, audio, link, mention or hashtag. */
export const possessions = ['image', 'video', 'audio', 'link', 'location', 'place', 'mention', 'hashtag', 'language', 'reply', 'pure'] as const
type Possession = (typeof possessions)[number]

/** The lengths that can be asked for. A message has the term of the smallest that its text fits into. */
export const textLengths = [25, 50, 75, 100] as const
export type TextLength = (typeof textLengths)[number]

const maxTermLength = 512
const unsafe = /[\p{ASCII}--[a-z0-9#@:\/._\-=]]/gv
const escape = (character: string): string => `~${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`

/**
 * A term as it is indexed: folded, bounded, and of ASCII only `a-z 0-9 # @ : / . _ - =`; any other ASCII character is
 * written as `~` and its code in hexadecimal.
 */
export function metaTerm(prefix: TermPrefix, value: string): string {
  const folded = fold(prefix === 'k=' ? asciiHost(value) : value)
  const escaped = folded.replace(unsafe, escape)
  return prefix + (escaped.length <= maxTermLength ? escaped : escaped.slice(0, maxTermLength).toWellFormed())
}

const asciiHost = (host: string): string => (/^\p{ASCII}*$/u.test(host) ? host : domainToASCII(host) || host)

/** `words` in the order of the text (positions matter for phrases), `meta` without repeats. */
export interface MessageTerms {
  readonly words: readonly string[]
  readonly meta: readonly string[]
}

/** Everything that an index keeps of a message for finding it by words and filters. */
export const messageTerms = (message: Message): MessageTerms => ({ words: words(message.text), meta: metaTerms(message) })

/** The language of a message: what was detected, or else what its author said first. ISO 639, lower case. */
export const messageLanguage = (message: Message): string | undefined =>
  message.language_detected ?? message.language_claimed?.[0]?.split(/[-_]/u, 1)[0]?.toLowerCase()

function metaTerms(message: Message): string[] {
  const terms = new Set<string>()
  const add = (prefix: TermPrefix, value: string | undefined): void => {
    if (value !== undefined && value !== '') terms.add(metaTerm(prefix, value))
  }
  add('a=', message.screen_name)
  add('u=', message.user.user_id)
  add('n=', message.network)
  add('s=', message.source_type)
  add('l=', messageLanguage(message))
  add('c=', message.conversation_id)
  add('r=', message.reply_to_id)
  add('p=', message.place_context)
  add('o=', message.location_source)
  for (const tag of message.hashtags) add('#', tag)
  for (const name of message.mentions) add('@', name)
  for (const key of message.mention_ids ?? []) add('@', key)
  for (const host of message.hosts) for (const domain of domains(asciiHost(host))) add('k=', domain)
  const length = textLengths.find((most) => isAtMost(message.text, most))
  if (length !== undefined) terms.add(`t=${length}`)
  for (const possession of possessionsOf(message)) terms.add(`h=${possession}`)
  return [...terms]
}

/** In code points, as `text_length` counts. Only a text that may be short is counted. */
const isAtMost = (text: string, most: number): boolean => text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most)

/** A host and the domains above it that still have a dot: `news.bbc.co.uk`, `bbc.co.uk`, `co.uk`. */
function domains(host: string): string[] {
  const all = [host]
  if (/^[\d.:[\]]*$/.test(host)) return all
  for (let dot = host.indexOf('.'); dot >= 0 && host.includes('.', dot + 1); dot = host.indexOf('.', dot + 1)) all.push(host.slice(dot + 1))
  return all
}

function possessionsOf(message: Message): Possession[] {
  const { images, videos, audio, links, mentions, hashtags } = message
  const has: Possession[] = []
  if (images.length > 0) has.push('image')
  if (videos.length > 0) has.push('video')
  if (audio.length > 0) has.push('audio')
  if (links.length > 0) has.push('link')
  if (mentions.length > 0) has.push('mention')
  if (hashtags.length > 0) has.push('hashtag')
  if (has.length === 0) has.push('pure')
  if (message.location_point !== undefined) has.push('location')
  if (message.place_name !== undefined && message.place_name !== '') has.push('place')
  if (messageLanguage(message) !== undefined) has.push('language')
  if (message.reply_to_id !== undefined && message.reply_to_id !== '') has.push('reply')
  return has
}
