// Owns a post that has one of everything, and the message that it must become.
import type { JsonObject } from '../../src/support/json.ts'
import type { Account, Written } from './account.ts'
import { textAt } from './listener.ts'

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const text = 'Grüße 👩‍👧 @boris.test #löklak example.org/b'

/** Where a part of the text stands, in bytes. */
function at(part: string): JsonObject {
  const byteStart = Buffer.byteLength(text.slice(0, text.indexOf(part)))
  return { byteStart, byteEnd: byteStart + Buffer.byteLength(part) }
}

export interface RichPost {
  readonly written: Written
  /** The blob of its picture. */
  readonly picture: string
  /** What a message of it has at least. */
  readonly message: JsonObject
}

/** Writes it as an answer to a post of somebody else, whom it mentions. */
export async function writeRichPost(author: Account, other: Account, root: Written): Promise<RichPost> {
  const image = await author.upload(pixel)
  const written = await author.post({
    text,
    langs: ['de'],
    createdAt: '2026-01-02T03:04:05.678Z',
    reply: { root: { uri: root.uri, cid: root.cid }, parent: { uri: root.uri, cid: root.cid } },
    labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'graphic-media' }] },
    facets: [
      { index: at('@boris.test'), features: [{ $type: 'app.bsky.richtext.facet#mention', did: other.did }] },
      { index: at('#löklak'), features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'löklak' }] },
      { index: at('example.org/b'), features: [{ $type: 'app.bsky.richtext.facet#link', uri: 'https://example.org/b?whole=address' }] },
    ],
    embed: { $type: 'app.bsky.embed.images', images: [{ alt: 'a pixel', image }] },
  })
  const message = {
    id_str: `bluesky:${author.did}:${written.rkey}`,
    network: 'bluesky',
    source_type: 'BLUESKY',
    uri: written.uri,
    cid: written.cid,
    text,
    created_at: '2026-01-02T03:04:05.678Z',
    link: `https://bsky.app/profile/${author.did}/post/${written.rkey}`,
    language_claimed: ['de'],
    labels: ['graphic-media'],
    reply_to_id: `bluesky:${other.did}:${root.rkey}`,
    conversation_id: `bluesky:${other.did}:${root.rkey}`,
    hashtags: ['löklak'],
    links: ['https://example.org/b?whole=address'],
    hosts: ['example.org'],
    mention_ids: [other.did],
    image_alts: ['a pixel'],
    user: { user_id: author.did },
  }
  return { written, picture: textAt(image, 'ref', '$link'), message }
}
