// Owns the posts that are searched for: what people write in many scripts, and what hangs on it, each by a name of its own.
import type { JsonObject } from '../../src/support/json.ts'
import type { Account, Written } from './account.ts'

/** Name of a post by the id that it has in loklak. */
export type Catalogue = ReadonlyMap<string, string>

export const idOf = ({ did }: Account, { rkey }: Written): string => `bluesky:${did}:${rkey}`

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** Marks a part of a text as a link, a tag or a mention, as clients do: by its place in bytes. */
function facet(text: string, part: string, feature: JsonObject): JsonObject {
  const byteStart = Buffer.byteLength(text.slice(0, text.indexOf(part)))
  return { index: { byteStart, byteEnd: byteStart + Buffer.byteLength(part) }, features: [feature] }
}

const tag = (text: string, name: string): JsonObject => facet(text, `#${name}`, { $type: 'app.bsky.richtext.facet#tag', tag: name })
const reference = ({ uri, cid }: Written): JsonObject => ({ uri, cid })

const umlauts = 'Grüße aus Köln: das Wetter ist heute wirklich schön hier #löklak'
const rain = 'don’t mix heavy rain and light wind #ulm #Regen'
const link = 'the whole story: example.org/story'
const mention = 'ask @anna.test about it'

/** Writes all of them, by Anna or by Boris. */
export async function writeCatalogue(anna: Account, boris: Account): Promise<Catalogue> {
  const catalogue = new Map<string, string>()
  async function write(author: Account, name: string, record: JsonObject): Promise<Written> {
    const written = await author.post(record)
    catalogue.set(idOf(author, written), name)
    return written
  }
  const root = await write(anna, 'umlauts', { text: umlauts, langs: ['de'], facets: [tag(umlauts, 'löklak')] })
  const quoted = await write(boris, 'emoji', { text: 'brew time ☕ with the family 👩‍👧 👍🏽', langs: ['en'] })
  await write(boris, 'japanese', { text: '東京都は雨です。', langs: ['ja'] })
  await write(anna, 'thai', { text: 'วันนี้อากาศดีมาก', langs: ['th'] })
  await write(boris, 'arabic', { text: 'مرحبا بالعالم العربي الجميل', langs: ['ar'] })
  await write(boris, 'rain', { text: rain, langs: ['en'], facets: [tag(rain, 'ulm'), tag(rain, 'Regen')] })
  await write(anna, 'outline', { text: 'nothing to see', tags: ['hidden-topic'] })
  await write(boris, 'link', { text: link, facets: [facet(link, 'example.org/story', { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.org/story?id=42&lang=de' })] })
  await write(anna, 'card', { text: '', embed: { $type: 'app.bsky.embed.external', external: { uri: 'https://news.example.net/a/b', title: 'T', description: 'D' } } })
  await write(anna, 'appointment', { text: 'meet at 12:30, Re: tickets, https://tickets.example.com/x?y=1' })
  await write(anna, 'picture', { text: 'a single pixel', embed: { $type: 'app.bsky.embed.images', images: [{ alt: 'blue', image: await anna.upload(pixel) }] } })
  await write(boris, 'mention', { text: mention, facets: [facet(mention, '@anna.test', { $type: 'app.bsky.richtext.facet#mention', did: anna.did })] })
  await write(boris, 'reply', { text: 'Fully agreed, neighbour!', reply: { root: reference(root), parent: reference(root) } })
  await write(anna, 'quote', { text: 'what they said', embed: { $type: 'app.bsky.embed.record', record: reference(quoted) } })
  await write(boris, 'old', { text: 'calling from long ago', createdAt: '2011-01-01T00:00:00.000Z' })
  return catalogue
}
