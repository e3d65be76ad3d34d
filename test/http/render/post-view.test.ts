// Every view fits the lexicons of Bluesky, whatever the post: its clients refuse a page for one value that does not. What the
// lexicons ask is written down here a second time, as they say it; test/real asks the official client.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { postView, type PostView } from '../../../src/http/render/post-view.ts'
import { isInstant, isLanguage, isPostUri, isWithin } from '../../../src/http/render/lexicon.ts'
import type { Message } from '../../../src/message/schema.ts'
import { message } from '../../index/made.ts'
import { cid, hostilePost } from './hostile.ts'

const form = (pattern: RegExp, maxLength = 8192) => Type.String({ pattern: pattern.source, maxLength })
const Uri = form(/^\w+:(?:\/\/)?[^\s/][^\s]*$/)
const Did = form(/^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/, 2048)
const Handle = form(/^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, 253)
const Cid = form(/^b[a-z2-7]{58}$/)
const AtUri = form(/^at:\/\/did:[a-z]+:[a-zA-Z0-9._:%-]+\/app\.bsky\.feed\.post\/[a-zA-Z0-9._~:-]{1,512}$/)
const Instant = form(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:00)$/)
const Language = form(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
const Label = Type.Object({ src: Did, uri: AtUri, cid: Cid, val: Type.String(), cts: Instant })
const Images = Type.Object({ $type: Type.Literal('app.bsky.embed.images#view'), images: Type.Array(Type.Object({ thumb: Uri, fullsize: Uri, alt: Type.String() }), { minItems: 1, maxItems: 4 }) })
const Video = Type.Object({ $type: Type.Literal('app.bsky.embed.video#view'), cid: Cid, playlist: Uri })
const of = (name: string) => Type.Literal(`app.bsky.richtext.facet#${name}`)
const exact = { additionalProperties: false }
const Feature = Type.Union([Type.Object({ $type: of('mention'), did: Did }, exact), Type.Object({ $type: of('link'), uri: Uri }, exact), Type.Object({ $type: of('tag'), tag: Type.String() }, exact)])
const Place = Type.Integer({ minimum: 0 })
const Record = Type.Object({
  $type: Type.Literal('app.bsky.feed.post'),
  text: Type.String(),
  createdAt: Instant,
  langs: Type.Optional(Type.Array(Language, { maxItems: 3 })),
  facets: Type.Optional(Type.Array(Type.Object({ index: Type.Object({ byteStart: Place, byteEnd: Place }, exact), features: Type.Array(Feature) }, exact))),
  labels: Type.Optional(Type.Object({ $type: Type.Literal('com.atproto.label.defs#selfLabels'), values: Type.Array(Type.Object({ val: Type.String() }), { maxItems: 10 }) })),
}, exact)
const lexicon = Compile(Type.Object({
  uri: AtUri, cid: Cid, indexedAt: Instant, record: Record,
  author: Type.Object({ did: Did, handle: Handle, displayName: Type.Optional(Type.String()), avatar: Type.Optional(Uri) }, exact),
  embed: Type.Optional(Type.Union([Images, Video])),
  labels: Type.Optional(Type.Array(Label)),
}))

const graphemes = (text: string): number => [...new Intl.Segmenter().segment(text)].length
const isShort = (text: unknown, bytes: number, letters = Infinity): boolean => typeof text === 'string' && Buffer.byteLength(text) <= bytes && graphemes(text) <= letters

const did = 'did:plc:ann'
const uri = `at://${did}/app.bsky.feed.post/3kaaa`
const good = { id_str: 'x', uri, cid, text: 'rain', screen_name: 'ann.example.org', user: { screen_name: 'ann.example.org', user_id: did } }
const view = (fields: Partial<Message>): PostView | undefined => postView(message({ ...good, ...fields }))
const family = '👨‍👩‍👧‍👦'

describe('a view of a post', () => {
  test('fits the lexicons, whatever the post', () => {
    let shown = 0
    fc.assert(fc.property(hostilePost, (post) => {
      const view = postView(message({ ...post, id_str: 'x' }))
      if (view === undefined) return
      shown++
      assert.deepEqual(lexicon.Errors(view), [])
      assert.ok(isShort(view.record['text'], 3000, 300))
      assert.ok(isShort(view.author.displayName ?? '', 640, 64))
      for (const { val } of view.labels ?? []) assert.ok(isShort(val, 128))
    }), { numRuns: 400 })
    assert.ok(shown > 100, `only ${shown} had a view`)
  })

  for (const [what, fields] of [
    ['no address', { uri: undefined }],
    ['the address of another record', { uri: `at://${did}/app.bsky.feed.like/3kaaa` }],
    ['an address that stops short', { uri: `at://${did}/app.bsky.feed.post` }],
    ['an address with a space', { uri: `at://${did}/app.bsky.feed.post/3k aa` }],
    ['no hash', { cid: undefined }],
    ['a hash that is none', { cid: 'xyz' }],
    ['an author without a key', { user: { screen_name: 'x' } }],
    ['a key that ends wrongly', { user: { screen_name: 'x', user_id: 'did:plc:ann:' } }],
    ['a text of 301 letters', { text: 'x'.repeat(301) }],
    ['a text of 3,001 bytes', { text: `${family.repeat(120)}x` }],
  ] as const) test(`is not there for a post with ${what}`, () => {
    assert.notEqual(view({}), undefined)
    assert.equal(view(fields), undefined)
  })

  test('has the first four images, as many as its lexicon takes, each with its own description', () => {
    const image = (name: string): string => `https://cdn.bsky.app/img/feed_fullsize/plain/${did}/${name}@jpeg`
    const given = { images: [image('a b'), 'https://example.org/linked.png', ...['c', 'd', 'e', 'f', 'g'].map(image)], image_alts: ['A', 'B', 'C'] }
    assert.deepEqual(view(given)?.embed, { $type: 'app.bsky.embed.images#view', images: ['c', 'd', 'e', 'f'].map((name, at) => ({ thumb: image(name), fullsize: image(name), alt: at === 0 ? 'C' : '' })) })
  })

  const misfits: readonly (readonly [what: string, fields: Partial<Message>, at: 'author' | 'embed' | 'labels' | 'record'])[] = [
    ['a name of 65 letters', { user: { ...good.user, name: 'x'.repeat(65) } }, 'author'],
    ['a name of 641 bytes', { user: { ...good.user, name: `${family.repeat(25)}${'x'.repeat(16)}` } }, 'author'],
    ['a picture that is nowhere', { user: { ...good.user, profile_image_url_https: 'not an address' } }, 'author'],
    ['a video whose hash is none', { videos: [`https://video.bsky.app/watch/${did}/bafyv/playlist.m3u8`] }, 'embed'],
    ['a label of 129 bytes', { labels: [`${'ä'.repeat(64)}x`] }, 'labels'],
    ['a label of 129 bytes', { labels: [`${'ä'.repeat(64)}x`] }, 'record'],
    ['a claimed time that is none', { created_at_claimed: 'yesterday' }, 'record'],
    ['a claimed day that is none', { created_at_claimed: '2026-02-30T00:00:00Z' }, 'record'],
    ['a language that is none', { language_claimed: ['xx_yy'] }, 'record'],
    ['a facet without a place', { facets: [{ features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'x' }] }] }, 'record'],
    ['a facet that is nothing', { facets: [null, 1, { index: { byteStart: 0, byteEnd: 1 }, features: [{ $type: 'com.example#x', $link: 'x' }] }] }, 'record'],
  ]
  for (const [what, fields, at] of misfits) test(`leaves out of its ${at} ${what}`, () => {
    const shown = view(fields)
    const { [at]: part } = shown ?? {}
    const { [at]: bare } = view({}) ?? {}
    assert.deepEqual(part, bare)
    assert.notEqual(shown, undefined)
  })

  test('has no handle where there is none', () => {
    for (const screen_name of ['ann', 'a.-b', 'ann.example.1', did, `${'x'.repeat(250)}.org`]) assert.equal(view({ screen_name })?.author.handle, 'handle.invalid', screen_name)
  })

  test('has at most three languages, and of the labels ten in the record', () => {
    const labels = Array.from({ length: 12 }, (_, at) => `l${at}`)
    const shown = view({ language_claimed: ['en', 'no such', 'de', 'fr', 'es'], labels })
    assert.deepEqual(shown?.record['langs'], ['en', 'de', 'fr'])
    assert.deepEqual([shown?.record['labels'], shown?.labels?.length], [{ $type: 'com.atproto.label.defs#selfLabels', values: labels.slice(0, 10).map((val) => ({ val })) }, 12])
  })
})

describe('what may stand in a view', () => {
  test('lets through what is right', () => {
    for (const text of ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.123456Z', '2026-11-22T12:00:00+02:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2024-02-29T00:00:00Z']) assert.ok(isInstant(text), text)
    for (const text of ['en', 'de-AT', 'zh-Hant-TW', 'es-419', 'ca-valencia']) assert.ok(isLanguage(text), text)
    for (const key of ['self', '3kaaa', '...', 'a.b~c:d-e']) assert.ok(isPostUri(`at://${did}/app.bsky.feed.post/${key}`), key)
    assert.ok(isWithin(family.repeat(25), { bytes: 640, graphemes: 64 }))
  })

  test('and nothing else', () => {
    for (const text of ['', '2026-11-22', '2026-11-22T12:00:00', '2026-11-22 12:00:00Z', '2026-11-22T24:00:00Z', '2026-11-22T12:00:60Z', '2026-11-22T12:00:00-00:00', '0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z']) assert.ok(!isInstant(text), text)
    for (const text of ['', 'e', 'en_US', 'en-', '1-en', 'a-b']) assert.ok(!isLanguage(text), text)
    for (const key of ['', '.', '..', 'a/b', 'a?b', 'a#b', 'x'.repeat(513)]) assert.ok(!isPostUri(`at://${did}/app.bsky.feed.post/${key}`), key)
  })
})
