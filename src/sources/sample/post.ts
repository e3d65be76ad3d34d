// Owns how a generated message is written down: its id, its times, its place in a conversation.
import { messageId } from '../../message/identity.ts'
import type { Message } from '../../message/schema.ts'
import type { Content } from './content.ts'
import type { Place } from './language.ts'
import { authorOf, label, network, type Person } from './people.ts'
import type { Random } from './random.ts'

/** What stays the same when a message is edited. Times in milliseconds. */
export interface Post {
  readonly id: string
  readonly link: string
  readonly person: Person
  readonly created: number
  readonly seen: number
  /** The first message of the conversation, the one that is answered, the one that is quoted. */
  readonly root: string | undefined
  readonly parent: string | undefined
  readonly quoted: string | undefined
  readonly place: Place | undefined
  /** [longitude, latitude], somewhere in the place. */
  readonly point: [number, number] | undefined
  readonly popularity: number
}

const letters = Array.from('234567abcdefghijklmnopqrstuvwxyz')
const pairs = letters.flatMap((first) => letters.map((second) => first + second))

/** A TID, as AT Protocol has them: microseconds and 10 bits, as 13 letters in the order of time. */
function tid(microseconds: number, clock: number): string {
  let text = pairs[clock % 1024] ?? ''
  let rest = microseconds
  for (let i = 0; i < 5; i++) {
    text = (pairs[rest % 1024] ?? '') + text
    rest = Math.floor(rest / 1024)
  }
  return (letters[rest % 32] ?? '') + text
}

const scatter = (random: Random, degrees: number): number => Math.round((degrees + (random() - 0.5) * 0.1) * 1e4) / 1e4

/** `serial` counts all messages and makes ids of the same millisecond different. */
export function newPost(random: Random, serial: number, post: Omit<Post, 'id' | 'link' | 'point' | 'popularity'>): Post {
  const key = tid(post.created * 1000 + (serial % 1000), Math.floor(serial / 1000))
  const { person: { root }, place } = post
  const point: Post['point'] = place === undefined ? undefined : [scatter(random, place.lon), scatter(random, place.lat)]
  const popularity = Math.floor(Math.exp(8 * random() ** 3)) - 1
  return { ...post, id: messageId(network, `${root}:${key}`), link: `https://posts.example/${root}/${key}`, point, popularity }
}

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** The complete message; the fields in the order of a dump line. */
export function messageOf(post: Post, content: Content, edited: number | undefined): Message {
  const { person, place, popularity } = post
  return {
    timestamp: instant(post.seen),
    created_at: instant(post.created),
    edited_at: edited === undefined ? undefined : instant(edited),
    screen_name: person.handle,
    text: content.text,
    link: post.link,
    id_str: post.id,
    network,
    conversation_id: post.root,
    reply_to_id: post.parent,
    quote_id: post.quoted,
    source_type: 'GENERIC',
    provider_type: 'NOONE',
    reply_count: popularity >> 4,
    retweet_count: popularity >> 2,
    favourites_count: popularity,
    place_name: place?.name,
    place_context: place === undefined ? undefined : 'FROM',
    place_country: place?.country,
    place_country_code: place?.code,
    location_point: post.point,
    location_source: place === undefined ? undefined : 'USER',
    hosts: content.hosts,
    links: content.links,
    images: content.images,
    image_alts: content.image_alts,
    audio: content.audio,
    videos: content.videos,
    mentions: content.mentions,
    mention_ids: content.mention_ids,
    hashtags: content.hashtags,
    language_claimed: content.language_claimed,
    language_detected: content.language_detected,
    content_warning: content.content_warning,
    labels: [label],
    user: { screen_name: person.handle, user_id: person.key, name: person.name, profile_image_url_https: authorOf(person).avatar },
  }
}
