// Owns a message as a view of a Bluesky post, by the lexicon app.bsky.feed.defs#postView. What was not kept is left out: the
// record is what of it is known, and a count of nothing may only mean that nobody told. So is what does not fit the lexicon.
import { Type, type Static } from 'typebox'
import type { Message } from '../../message/schema.ts'
import { facet, isCid, isDid, isHandle, isInstant, isLanguage, isPostUri, isWebUri, isWithin } from './lexicon.ts'

const Author = Type.Object({
  did: Type.String(),
  handle: Type.String({ description: 'handle.invalid where it is not known' }),
  displayName: Type.Optional(Type.String()),
  avatar: Type.Optional(Type.String()),
})

const Label = Type.Object({ src: Type.String(), uri: Type.String(), cid: Type.String(), val: Type.String(), cts: Type.String() })

export const PostView = Type.Object({
  uri: Type.String(),
  cid: Type.String(),
  author: Author,
  record: Type.Record(Type.String(), Type.Unknown()),
  embed: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  replyCount: Type.Optional(Type.Integer()),
  repostCount: Type.Optional(Type.Integer()),
  likeCount: Type.Optional(Type.Integer()),
  indexedAt: Type.String(),
  labels: Type.Optional(Type.Array(Label)),
})
export type PostView = Static<typeof PostView>

const hosted = 'https://cdn.bsky.app/img/'
const watch = /^https:\/\/video\.bsky\.app\/watch\/[^/]+\/([^/]+)\/playlist\.m3u8$/

/** What the lexicon takes at most. A gallery has more images, but asks for their proportions, which are not kept. */
const most = { images: 4, langs: 3, labels: 10 }
const limits = { text: { bytes: 3000, graphemes: 300 }, name: { bytes: 640, graphemes: 64 }, label: { bytes: 128 } }

function embed({ images, image_alts = [], videos }: Message): PostView['embed'] {
  const shown = images.flatMap((fullsize, at) => (fullsize.startsWith(hosted) && isWebUri(fullsize) ? [{ thumb: fullsize, fullsize, alt: image_alts[at] ?? '' }] : []))
  if (shown.length > 0) return { $type: 'app.bsky.embed.images#view', images: shown.slice(0, most.images) }
  const [playlist] = videos
  const [, cid] = watch.exec(playlist ?? '') ?? []
  return isCid(cid) && isWebUri(playlist) ? { $type: 'app.bsky.embed.video#view', cid, playlist } : undefined
}

const labelsOf = ({ labels = [] }: Message): string[] => labels.filter((label) => isWithin(label, limits.label))

function record(message: Message): PostView['record'] {
  const { text, created_at, created_at_claimed: claimed } = message
  const langs = (message.language_claimed ?? []).filter(isLanguage).slice(0, most.langs)
  const facets = (message.facets ?? []).flatMap(facet)
  const values = labelsOf(message).slice(0, most.labels).map((val) => ({ val }))
  return {
    $type: 'app.bsky.feed.post',
    text,
    createdAt: isInstant(claimed) ? claimed : created_at,
    ...(langs.length === 0 ? {} : { langs }),
    ...(facets.length === 0 ? {} : { facets }),
    ...(values.length === 0 ? {} : { labels: { $type: 'com.atproto.label.defs#selfLabels', values } }),
  }
}

function author({ screen_name, user: { name, profile_image_url_https: avatar } }: Message, did: string): PostView['author'] {
  const handle = isHandle(screen_name) ? screen_name : 'handle.invalid'
  return { did, handle, ...(name === undefined || !isWithin(name, limits.name) ? {} : { displayName: name }), ...(isWebUri(avatar) ? { avatar } : {}) }
}

/**
 * Undefined where what the lexicon asks for was not kept or does not fit it: the address and the hash of the record, its text,
 * the key of its author.
 */
export function postView(message: Message): PostView | undefined {
  const { uri, cid, text, user: { user_id: did }, created_at, timestamp, reply_count, retweet_count, favourites_count } = message
  if (!isPostUri(uri) || !isCid(cid) || !isDid(did) || !isWithin(text, limits.text)) return undefined
  const embedded = embed(message)
  const labels = labelsOf(message)
  return {
    uri,
    cid,
    author: author(message, did),
    record: record(message),
    ...(embedded === undefined ? {} : { embed: embedded }),
    ...(reply_count === 0 ? {} : { replyCount: reply_count }),
    ...(retweet_count === 0 ? {} : { repostCount: retweet_count }),
    ...(favourites_count === 0 ? {} : { likeCount: favourites_count }),
    indexedAt: timestamp,
    ...(labels.length === 0 ? {} : { labels: labels.map((val) => ({ src: did, uri, cid, val, cts: created_at })) }),
  }
}
