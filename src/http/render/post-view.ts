// Owns a message as a view of a Bluesky post, by the lexicon app.bsky.feed.defs#postView. What was not kept is left out: the
// record is what of it is known, and a count of nothing may only mean that nobody told.
import { Type, type Static } from 'typebox'
import type { Message } from '../../message/schema.ts'
import { isDid, isHandle } from '../../sources/bluesky/decode.ts'

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

function embed({ images, image_alts = [], videos }: Message): PostView['embed'] {
  const shown = images.flatMap((fullsize, at) => (fullsize.startsWith(hosted) ? [{ thumb: fullsize, fullsize, alt: image_alts[at] ?? '' }] : []))
  if (shown.length > 0) return { $type: 'app.bsky.embed.images#view', images: shown }
  const [playlist = ''] = videos
  const [, cid] = watch.exec(playlist) ?? []
  return cid === undefined ? undefined : { $type: 'app.bsky.embed.video#view', cid, playlist }
}

function record({ text, created_at, created_at_claimed, language_claimed, facets, labels }: Message): PostView['record'] {
  return {
    $type: 'app.bsky.feed.post',
    text,
    createdAt: created_at_claimed ?? created_at,
    ...(language_claimed === undefined ? {} : { langs: language_claimed }),
    ...(facets === undefined ? {} : { facets }),
    ...(labels === undefined || labels.length === 0 ? {} : { labels: { $type: 'com.atproto.label.defs#selfLabels', values: labels.map((val) => ({ val })) } }),
  }
}

function author({ screen_name, user: { name, profile_image_url_https: avatar } }: Message, did: string): PostView['author'] {
  const handle = isHandle(screen_name) ? screen_name : 'handle.invalid'
  return { did, handle, ...(name === undefined ? {} : { displayName: name }), ...(avatar === undefined ? {} : { avatar }) }
}

/** Undefined where the lexicon asks for what was not kept: the address or the hash of the record, the key of its author. */
export function postView(message: Message): PostView | undefined {
  const { uri, cid, user: { user_id: did }, created_at, timestamp, labels = [], reply_count, retweet_count, favourites_count } = message
  if (uri === undefined || !uri.startsWith('at://') || cid === undefined || !isDid(did)) return undefined
  const embedded = embed(message)
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
