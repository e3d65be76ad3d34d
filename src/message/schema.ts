// Owns the noun of the house: what a message, its user and an author are. One TypeBox schema is the type, the
// validator and the OpenAPI description. Does not know where a message comes from or how it is kept.
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** An instant as the original writes it: ISO 8601, UTC, milliseconds. */
const Instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'ISO 8601, UTC, milliseconds',
})
const Count = Type.Integer({ minimum: 0 })
const Texts = Type.Array(Type.String())
const LonLat = Type.Tuple([Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })], {
  description: '[longitude, latitude]',
})

/** The enumeration of the original plus one name for each network that it did not know. Unknown names become GENERIC. */
export const sourceTypes = [
  'TWITTER', 'QUORA', 'GITHUB', 'FOSSASIA_API', 'OPENWIFIMAP', 'NODELIST', 'NETMON', 'FREIFUNK_NODE', 'NINUX', 'GEOJSON', 'GENERIC',
  'BLUESKY', 'MASTODON', 'NOSTR', 'RSS', 'HACKERNEWS', 'WIKIMEDIA', 'USGS', 'NWS', 'LEMMY', 'MISSKEY',
] as const
export type SourceType = (typeof sourceTypes)[number]
export const providerTypes = ['NOONE', 'USER', 'SCRAPED', 'IMPORT', 'REMOTE'] as const
export const locationSources = ['USER', 'REPORT', 'PLACE', 'ANNOTATION'] as const

const oneOf = <const T extends readonly string[]>(names: T) => Type.Enum(names)

/** Who wrote a message, as known when it was kept. `user_id` is the stable key (DID, account URL, pubkey). */
export const User = Type.Object({
  screen_name: Type.String(),
  user_id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  profile_image_url_http: Type.Optional(Type.String()),
  profile_image_url_https: Type.Optional(Type.String()),
  profile_image: Type.Optional(Type.String()),
  appearance_first: Type.Optional(Type.String()),
  appearance_latest: Type.Optional(Type.String()),
})
export type User = Static<typeof User>

/**
 * The fields that a dump line carries, in their order. Counts and lengths that follow from these are not kept: `present`
 * adds them to answers. Keys that are not named here are carried along untouched.
 */
const keptFields = {
  timestamp: Instant,
  created_at: Instant,
  created_at_claimed: Type.Optional(Type.String({ description: 'what the author claimed, verbatim (of more than 1,024 letters the first), where it had to be changed, or interpreted as UTC because it names no zone' })),
  edited_at: Type.Optional(Instant),
  on: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
  screen_name: Type.String(),
  retweet_from: Type.Optional(Type.String()),
  text: Type.String(),
  link: Type.Optional(Type.String({ description: 'permalink' })),
  id_str: Type.String({ minLength: 1, maxLength: 256, pattern: '^[A-Za-z0-9._:~-]+$' }),
  network: Type.String({ minLength: 1, maxLength: 32, pattern: '^[a-z0-9_]+$' }),
  uri: Type.Optional(Type.String({ description: 'the native address of the message on its network' })),
  cid: Type.Optional(Type.String({ description: 'hash of the content at its source' })),
  conversation_id: Type.Optional(Type.String({ description: 'id of the first message of the conversation' })),
  conversation_user: Type.Optional(Texts),
  canonical_id: Type.Optional(Type.String()),
  parent: Type.Optional(Type.String()),
  reply_to_id: Type.Optional(Type.String()),
  quote_id: Type.Optional(Type.String()),
  repost_id: Type.Optional(Type.String()),
  source_type: oneOf(sourceTypes),
  provider_type: oneOf(providerTypes),
  provider_hash: Type.Optional(Type.String()),
  reply_count: Count,
  retweet_count: Count,
  favourites_count: Count,
  place_name: Type.Optional(Type.String()),
  place_id: Type.Optional(Type.String()),
  place_context: Type.Optional(oneOf(['FROM', 'ABOUT'])),
  place_country: Type.Optional(Type.String()),
  place_country_code: Type.Optional(Type.String()),
  place_country_center: Type.Optional(LonLat),
  location_point: Type.Optional(LonLat),
  location_radius: Type.Optional(Type.Integer({ minimum: 0, description: 'metres' })),
  location_mark: Type.Optional(LonLat),
  location_source: Type.Optional(oneOf(locationSources)),
  hosts: Texts,
  links: Texts,
  unshorten: Type.Optional(Type.Record(Type.String(), Type.String())),
  images: Texts,
  image_alts: Type.Optional(Type.Array(Type.String(), { description: 'alternative text of each image, in the order of images' })),
  audio: Texts,
  videos: Texts,
  mentions: Type.Array(Type.String(), { description: 'names as written, without @' }),
  mention_ids: Type.Optional(Type.Array(Type.String(), { description: 'stable keys of the accounts that were mentioned' })),
  hashtags: Type.Array(Type.String(), { description: 'as written, without #' }),
  language_claimed: Type.Optional(Type.Array(Type.String(), { description: 'BCP 47, as the author or the client said' })),
  language_detected: Type.Optional(Type.String({ description: 'ISO 639-1, only where the detection is reliable' })),
  content_warning: Type.Optional(Type.String()),
  labels: Type.Optional(Type.Array(Type.String(), { description: 'labels that the author put on the message' })),
  facets: Type.Optional(Type.Array(Type.Unknown(), { description: 'rich text as given by the source' })),
  user: User,
}

/** A message as it is kept: complete, enriched, without what can be derived. */
export const Message = Type.Object(keptFields)
export type Message = Static<typeof Message>

/** What a source must give; intake and enrichment fill in the rest. */
const givenFields = {
  ...Type.Partial(Message).properties,
  id_str: keptFields.id_str,
  created_at: Type.Optional(Type.String({ description: 'the claim of the author: ISO 8601, or another form that names month and year; UTC where it names no zone' })),
  timestamp: Type.Optional(Type.String()),
  edited_at: Type.Optional(Type.String()),
  text: Type.String({ maxLength: 100_000 }),
  network: keptFields.network,
  source_type: Type.Optional(Type.String()),
  provider_type: Type.Optional(Type.String()),
  user: User,
}
export const MessageDraft = Type.Object(givenFields)
export type MessageDraft = Static<typeof MessageDraft>

/** State of an author: hidden (suspended, taken down, consent withdrawn) can be undone, deleted cannot. */
export const authorStates = ['active', 'hidden', 'deleted'] as const
export type AuthorState = (typeof authorStates)[number]

/** When the network told the newest of what is known, by what it was about; microseconds since 1970. */
const AsOf = Type.Object({ handle: Type.Optional(Count), profile: Type.Optional(Count), state: Type.Optional(Count) })
export type AsOf = Static<typeof AsOf>

/** An author as an `A` record carries it. `key` is stable (DID, account URL, pubkey); the rest is the newest known. */
export const Author = Type.Object({
  key: Type.String({ minLength: 1, maxLength: 512 }),
  network: Type.String({ minLength: 1, maxLength: 32, pattern: '^[a-z0-9_]+$' }),
  handle: Type.Optional(Type.String({ maxLength: 512 })),
  name: Type.Optional(Type.String({ maxLength: 2048 })),
  avatar: Type.Optional(Type.String({ maxLength: 2048 })),
  labels: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 64 })),
  state: Type.Optional(oneOf(authorStates)),
  reason: Type.Optional(Type.String({ maxLength: 256 })),
  state_since: Type.Optional(Type.Integer({ minimum: 0, description: 'position of the record that changed the state; 0 where it never did, absent where this one does' })),
  as_of: Type.Optional(AsOf),
})
export type Author = Static<typeof Author>

export const messageFields: readonly string[] = Object.keys(keptFields)

const compiledMessage = Compile(Message)
const compiledDraft = Compile(MessageDraft)
const compiledAuthor = Compile(Author)

export const isMessage = (value: unknown): value is Message => compiledMessage.Check(value)
export const isMessageDraft = (value: unknown): value is MessageDraft => compiledDraft.Check(value)
export const isAuthor = (value: unknown): value is Author => compiledAuthor.Check(value)

/** The first reason why `value` is not what `of` asks for, as `field: what is wrong`; undefined where it fits. */
export function misfit(of: 'message' | 'draft' | 'author', value: unknown): string | undefined {
  const compiled = of === 'message' ? compiledMessage : of === 'draft' ? compiledDraft : compiledAuthor
  if (compiled.Check(value)) return undefined
  const [first] = compiled.Errors(value)
  return first === undefined ? 'unknown misfit' : `${first.instancePath.slice(1).replaceAll('/', '.') || '(whole)'}: ${first.message}`
}
