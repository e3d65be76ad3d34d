// Owns what hangs on a post: images, videos, a link card, a quoted post. Pure; trusts nothing in the record.
import { messageId } from '../../message/identity.ts'
import type { MessageDraft } from '../../message/schema.ts'
import { isObject } from '../../support/json.ts'
import { isDid, isRkey } from './decode.ts'

export const posts = 'app.bsky.feed.post'

/** Told the name of each field that does not fit and is therefore left out. */
export type Ignored = (field: string) => void

const cidForm = /^[A-Za-z0-9]{8,128}$/
const mostMedia = 64
const mostAlt = 20_000
const mostUrl = 8192

/** The id of the post that an at:// address names; undefined where it names something else. */
function postId(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || !uri.startsWith('at://') || uri.length > mostUrl) return undefined
  const [did, collection, rkey, ...more] = uri.slice('at://'.length).split('/')
  return collection === posts && isDid(did) && isRkey(rkey) && more.length === 0 ? messageId('bluesky', `${did}:${rkey}`) : undefined
}

/** The id of the post that a strong reference `{uri, cid}` names. */
export const referredPost = (reference: unknown): string | undefined => (isObject(reference) ? postId(reference['uri']) : undefined)

/** The hash by which a blob is fetched. */
function blobCid(blob: unknown): string | undefined {
  if (!isObject(blob) || !isObject(blob['ref'])) return undefined
  const cid = blob['ref']['$link']
  return typeof cid === 'string' && cidForm.test(cid) ? cid : undefined
}

/** Where the picture of an account is shown. */
export function avatarUrl(did: string, blob: unknown): string | undefined {
  const cid = blobCid(blob)
  return cid === undefined ? undefined : `https://cdn.bsky.app/img/avatar/plain/${did}/${cid}@jpeg`
}

function addImages(message: MessageDraft, did: string, items: unknown, ignored: Ignored): void {
  if (!Array.isArray(items) || items.length > mostMedia) return ignored('embed.images')
  const images: string[] = []
  const alts: string[] = []
  for (const item of items as readonly unknown[]) {
    const cid = isObject(item) ? blobCid(item['image']) : undefined
    if (!isObject(item) || cid === undefined) {
      ignored('embed.images')
      continue
    }
    images.push(`https://cdn.bsky.app/img/feed_fullsize/plain/${did}/${cid}@jpeg`)
    alts.push(typeof item['alt'] === 'string' ? item['alt'].slice(0, mostAlt) : '')
  }
  if (images.length === 0) return
  message.images = images
  message.image_alts = alts
}

function addCard(message: MessageDraft, card: unknown, ignored: Ignored): void {
  const uri = isObject(card) ? card['uri'] : undefined
  if (typeof uri === 'string' && uri.length <= mostUrl && /^https?:\/\//i.test(uri)) message.links = [uri]
  else ignored('embed.external')
}

function addVideo(message: MessageDraft, did: string, blob: unknown, ignored: Ignored): void {
  const cid = blobCid(blob)
  if (cid === undefined) ignored('embed.video')
  else message.videos = [`https://video.bsky.app/watch/${did}/${cid}/playlist.m3u8`]
}

function addMedia(message: MessageDraft, did: string, embed: unknown, ignored: Ignored): void {
  if (!isObject(embed)) return ignored('embed')
  switch (embed['$type']) {
    case 'app.bsky.embed.images':
      return addImages(message, did, embed['images'], ignored)
    case 'app.bsky.embed.gallery':
      // Its first published form named the list `media`.
      return addImages(message, did, embed['items'] ?? embed['media'], ignored)
    case 'app.bsky.embed.video':
      return addVideo(message, did, embed['video'], ignored)
    case 'app.bsky.embed.external':
      return addCard(message, embed['external'], ignored)
    default:
      return ignored('embed')
  }
}

/** A quoted list, feed or starter pack is no message and adds nothing. */
function addQuote(message: MessageDraft, reference: unknown): void {
  const quoted = referredPost(reference)
  if (quoted !== undefined) message.quote_id = quoted
}

/** Adds to a message what is embedded in it. */
export function addEmbed(message: MessageDraft, did: string, embed: unknown, ignored: Ignored): void {
  const type = isObject(embed) ? embed['$type'] : undefined
  if (!isObject(embed) || (type !== 'app.bsky.embed.record' && type !== 'app.bsky.embed.recordWithMedia')) return addMedia(message, did, embed, ignored)
  const { record, media } = embed
  if (type === 'app.bsky.embed.record') return addQuote(message, record)
  addQuote(message, isObject(record) ? record['record'] : undefined)
  addMedia(message, did, media, ignored)
}
