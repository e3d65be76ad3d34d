// Owns posts of Bluesky as nobody should write them, and as somebody will: beside what fits its lexicons, what does not, by
// little and by much.
import fc from 'fast-check'
import type { Message } from '../../../src/message/schema.ts'
import { character } from '../../support/characters.ts'

const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** What a view cannot do without is mostly right, so that the rest is looked at. */
const needed = (good: string, bad: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> => fc.oneof({ weight: 8, arbitrary: pick(good) }, { weight: 1, arbitrary: maybe(bad) })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 8 })
/** Mostly one of these, sometimes one of these with a letter more or less, sometimes anything. */
const like = (...values: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: pick(...values) },
    { weight: 3, arbitrary: fc.tuple(pick(...values), fc.nat(), pick('', ' ', '/', '.', '-', '%', 'A', '0', ':', '\n', 'é', '?x', '#/y')).map(([text, place, more]) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + more + text.slice(at + (place % 2))
    }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 20, unit: character }) },
  )

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
export const cid = 'bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqcsgz7soitae'
const blob = 'bafkreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqcsgz7soitae'
const family = '👨‍👩‍👧‍👦'
const image = `https://cdn.bsky.app/img/feed_fullsize/plain/${did}/${blob}@jpeg`

const facet = fc.oneof(
  { weight: 1, arbitrary: pick<unknown>(null, 1, 'x', [], {}, { index: 1 }, { index: { byteStart: 0, byteEnd: 1 } }, { $type: 'app.bsky.richtext.facet', index: { byteStart: 0, byteEnd: 1 }, features: 1 }) },
  { weight: 4, arbitrary: fc.record({
    index: fc.record({ byteStart: pick<unknown>(0, 1, -1, 1.5, '0', null, 2 ** 53), byteEnd: pick<unknown>(4, 0, undefined) }),
    features: fc.array(fc.oneof(
      pick<unknown>(null, 1, {}, { $type: 1 }, { $type: 'com.example.other#thing', blob: { $link: 'x' } }, { $type: 'app.bsky.richtext.facet#tag', tag: { $bytes: 7 } }, { did }),
      like(did, 'did:web:example.org').map((did): unknown => ({ $type: 'app.bsky.richtext.facet#mention', did })),
      like('https://example.org/a?b', 'mailto:ann@example.org', 'example.org').map((uri): unknown => ({ $type: 'app.bsky.richtext.facet#link', uri, more: { $link: 1 } })),
      pick('rain', '', 'ä'.repeat(400), family.repeat(64)).map((tag): unknown => ({ $type: 'app.bsky.richtext.facet#tag', tag })),
    ), { maxLength: 3 }),
  }) },
)

const fields: fc.Arbitrary<Partial<Message>> = fc.record({
  uri: needed(`at://${did}/app.bsky.feed.post/3kaaaaaaaaaa2`, like(`at://${did}/app.bsky.feed.post/self`, `at://${did}/app.bsky.feed.post/..`, 'at://ann.example.org/app.bsky.feed.post/x', `at://${did}`)),
  cid: needed(cid, like(blob, 'QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR')),
  text: fc.oneof({ weight: 6, arbitrary: pick('rain', 'rain 🌧', 'rain \uD83C') }, { weight: 1, arbitrary: pick('x'.repeat(300), 'x'.repeat(301), family.repeat(100), family.repeat(300), 'ä'.repeat(1501)) }),
  screen_name: like('ann.example.org', 'ANN.Example.org', 'ann', 'xn--mnchen-3ya.de', did, 'handle.invalid'),
  created_at_claimed: maybe(like('2031-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T23:59:60Z', '1985-04-12T23:20:50.123456789+01:45', '2026-01-01T00:00:00-00:00', '0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-23:59', 'yesterday', '2026-01-01')),
  language_claimed: maybe(fc.array(like('en', 'de-AT', 'zh-Hant-TW', 'zh-cmn-Hans', 'ca-valencia', 'de-1996', 'x-klingon', 'english', 'xx_yy'), { maxLength: 6 })),
  labels: maybe(fc.array(pick('graphic-media', '', 'l'.repeat(128), 'l'.repeat(129), 'ä'.repeat(65)), { maxLength: 12 })),
  facets: maybe(fc.array(facet, { maxLength: 3 })),
  images: fc.array(like(image, image, 'https://example.org/linked.png'), { maxLength: 8 }),
  image_alts: maybe(fc.array(pick('', 'a cloud'), { maxLength: 8 })),
  videos: fc.array(like(`https://video.bsky.app/watch/${did}/${blob}/playlist.m3u8`, `https://video.bsky.app/watch/${did}/bafyv/playlist.m3u8`), { maxLength: 1 }),
  reply_count: pick(0, 1),
  retweet_count: pick(0, 2),
  favourites_count: pick(0, 4_294_967_295),
  user: fc.record({
    screen_name: pick('ann.example.org'),
    user_id: needed(did, like('did:web:example.org')),
    name: maybe(pick('Ann', '', family.repeat(64), 'x'.repeat(65), 'ä'.repeat(400), 'x'.repeat(64), family.repeat(20))),
    profile_image_url_https: maybe(like('https://cdn.bsky.app/a.jpeg', 'http://example.org/b c', '//x', '')),
  }),
})

/** A post that is found by the word rain, whatever else there is of it. */
export const hostilePost = fields.map((fields): Partial<Message> => ({ network: 'bluesky', ...fields }))
