// Owns what a Bluesky post is as a message. Pure; trusts nothing in the record: a field that does not fit is left out
// and named, a post without text is none.
import { messageId, mostClaim } from '../../message/identity.ts'
import type { MessageDraft } from '../../message/schema.ts'
import { isModest, isObject, type JsonObject } from '../../support/json.ts'
import { addEmbed, posts, referredPost, type Ignored } from './embed.ts'
import type { Commit } from './event.ts'

/** Far above what the network allows (3,000 bytes), below what a message may have. */
const mostText = 50_000
const facetWeight = 65_536
const facetDepth = 12

/** The texts of a list that are neither empty nor longer than `length`, at most `most`; undefined where it is no list. */
function texts(value: unknown, most: number, length: number): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.slice(0, most).filter((item): item is string => typeof item === 'string' && item !== '' && item.length <= length)
}

/** The values of `labels.values[].val`: what authors say of their own records. */
export function selfLabels(labels: unknown): string[] | undefined {
  const values = isObject(labels) ? labels['values'] : undefined
  if (!Array.isArray(values)) return undefined
  return texts(values.slice(0, 64).map((value: unknown) => (isObject(value) ? value['val'] : undefined)), 64, 128)
}

function addLists(message: MessageDraft, record: JsonObject, ignored: Ignored): void {
  const { tags, langs, labels, facets } = record
  const hashtags = texts(tags, 64, 640)
  // Some clients write the sign into the tag.
  if (hashtags !== undefined) message.hashtags = hashtags.map((tag) => tag.replace(/^[#＃]+/u, '')).filter((tag) => tag !== '')
  else if (tags !== undefined) ignored('tags')
  const languages = texts(langs, 16, 64)
  if (languages !== undefined) message.language_claimed = languages
  else if (langs !== undefined) ignored('langs')
  const own = selfLabels(labels)
  if (own !== undefined) message.labels = own
  else if (labels !== undefined) ignored('labels')
  if (Array.isArray(facets) && isModest(facets, facetWeight, facetDepth)) message.facets = facets
  else if (facets !== undefined) ignored('facets')
}

function addThread(message: MessageDraft, reply: unknown, ignored: Ignored): void {
  const root = isObject(reply) ? referredPost(reply['root']) : undefined
  const parent = isObject(reply) ? referredPost(reply['parent']) : undefined
  if (root !== undefined) message.conversation_id = root
  if (parent !== undefined) message.reply_to_id = parent
  if (root === undefined || parent === undefined) ignored('reply')
}

/** The id of the message that a post is. */
export const idOf = (commit: Commit): string => messageId('bluesky', `${commit.did}:${commit.rkey}`)

/** The message that a post record says; undefined where it has no text that can be kept. */
export function postDraft(commit: Commit, record: JsonObject, ignored: Ignored): MessageDraft | undefined {
  const { did, rkey, cid } = commit
  const { text, createdAt, reply, embed } = record
  if (typeof text !== 'string' || text.length > mostText) return undefined
  const message: MessageDraft = {
    // Without a claim, the time at which the server saw it is the best that is known.
    created_at: typeof createdAt === 'string' ? createdAt.slice(0, mostClaim) : new Date(commit.time / 1000).toISOString(),
    text,
    link: `https://bsky.app/profile/${did}/post/${rkey}`,
    id_str: idOf(commit),
    network: 'bluesky',
    uri: `at://${did}/${posts}/${rkey}`,
    source_type: 'BLUESKY',
    provider_type: 'SCRAPED',
    user: { screen_name: did, user_id: did },
  }
  if (typeof createdAt !== 'string') ignored('createdAt')
  if (cid !== undefined) message.cid = cid
  if (reply !== undefined) addThread(message, reply, ignored)
  if (embed !== undefined) addEmbed(message, did, embed, ignored)
  addLists(message, record, ignored)
  return message
}
