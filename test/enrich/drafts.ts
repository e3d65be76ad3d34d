// Owns drafts for the tests of this room: by hand, from recorded frames, and arbitrary ones.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { messageFields, type MessageDraft } from '../../src/message/schema.ts'
import { character } from '../support/characters.ts'

export const seen = Date.UTC(2026, 10, 22, 18)

/** The least that a source must give. */
export const draftOf = (text: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  id_str: 'bluesky:did:plc:ann:3k',
  network: 'bluesky',
  text,
  user: { screen_name: 'ann' },
  ...more,
})

const bytes = (text: string) => Buffer.byteLength(text)
type Feature = { readonly uri: string } | { readonly did: string } | { readonly tag: string }
const kindOf = (feature: Feature) => ('uri' in feature ? 'link' : 'did' in feature ? 'mention' : 'tag')

/** A facet from byte to byte. */
export const facet = (byteStart: number, byteEnd: number, ...features: readonly Feature[]) => ({
  index: { byteStart, byteEnd },
  features: features.map((feature) => ({ $type: `app.bsky.richtext.facet#${kindOf(feature)}`, ...feature })),
})

/** A facet over the first place where `covered` stands, counted as AT Protocol wants it or by another measure. */
export function facetOver(text: string, covered: string, feature: Feature, measure: (text: string) => number = bytes) {
  const start = measure(text.slice(0, text.indexOf(covered)))
  return facet(start, start + measure(covered), feature)
}

/** Text and facets of the posts in a file of recorded Jetstream v1 frames. */
export function recordedPosts(path: string): { readonly text: string; readonly facets: readonly unknown[] }[] {
  return readFileSync(path, 'utf8').trim().split('\n')
    .map((line) => JSON.parse(line)?.commit?.record)
    .filter((record) => record?.$type === 'app.bsky.feed.post')
    .map((record) => ({ text: String(record.text), facets: record.facets ?? [] }))
}

/** Texts made of what enrichment looks for, of other scripts, and of broken characters. */
export const anyText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('@ann', '@ann.bsky.social', '@a@b.social', '#Tag', '#tag', '#größe', '#1', 'https://Example.org/a.png', 'http://müller.de/ä', 'www.ted.com/x', 'https://youtu.be/x', 'http://', '://', '@', '#', '...', '…', '.', ' ', ' ', '\n') },
    { weight: 2, arbitrary: fc.constantFrom('Grüße', 'こんにちは', '中文', '🚀', '👨‍👩‍👧', '\ud83d', '\ude80', '\u0000', '\u202a', 'ا', 'word') },
    fc.string({ unit: character, maxLength: 8 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(''))

const anyOffset = fc.oneof(fc.integer({ min: -2, max: 60 }), fc.constantFrom(Number.NaN, Infinity, 1.5, 2 ** 31, 1e300))
const anyFeature = fc.oneof(
  fc.constantFrom({ uri: 'https://example.org/a.png' }, { did: 'did:plc:bob' }, { tag: 'Tag' }, { uri: 'javascript:alert(1)' }, { tag: '#' }, { did: '' }),
)
/** Facets as the protocol wants them, with any offsets, and anything at all. */
export const anyFacets: fc.Arbitrary<unknown[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(anyOffset, anyOffset, fc.array(anyFeature, { maxLength: 3 })).map(([from, to, features]) => facet(from, to, ...features)) },
    fc.anything(),
  ),
  { maxLength: 5 },
)

const names = fc.array(fc.constantFrom('Ann', 'ann', 'bob', 'Tag', 'tag', 'größe', ''), { maxLength: 4 })
const addresses = fc.array(fc.constantFrom('https://example.org/a.png', 'https://youtu.be/x', 'http://soundcloud.com/x', 'no link', ''), { maxLength: 4 })
const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-07-04T14:38:02+00:00', 'yesterday', '', '2199-01-01', '1970-01-01T00:00:00Z'),
)

/** Valid drafts with any subset of what can be given, and with keys that nobody knows. */
export const anyDraft: fc.Arbitrary<MessageDraft> = fc.tuple(
  fc.dictionary(fc.oneof(fc.string().filter((key) => !messageFields.includes(key)), fc.constantFrom('__proto__', 'constructor', 'timestamp_id')), fc.jsonValue({ depthSize: 'small' }), { maxKeys: 3 }),
  fc.record({
    text: anyText,
    facets: anyFacets,
    timestamp: anyTime, created_at: anyTime, edited_at: anyTime, created_at_claimed: fc.string(),
    source_type: fc.constantFrom('BLUESKY', 'TWITTER', 'USER', ''), provider_type: fc.constantFrom('SCRAPED', 'x'),
    reply_count: fc.nat(), retweet_count: fc.constantFrom(0, 1e300),
    links: addresses, hosts: addresses, images: addresses, image_alts: names, audio: addresses, videos: addresses,
    mentions: names, mention_ids: names, hashtags: names,
    language_claimed: names, language_detected: fc.constantFrom('en', ''), labels: names,
    place_name: fc.string(), place_id: fc.constantFrom('', 'x'), conversation_user: names, unshorten: fc.dictionary(fc.string(), fc.string()),
    location_point: fc.constant<[number, number]>([9.99, 48.39]), quote_id: fc.string(),
  }, { requiredKeys: ['text'] }),
).map(([unknown, { text, ...more }]) => ({ ...unknown, ...draftOf(text, more) }))
