import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Draft } from '../../../src/intake/port.ts'
import { misfit } from '../../../src/message/schema.ts'
import { decodeFrame } from '../../../src/sources/bluesky/decode.ts'
import { draftOf, type Nothing } from '../../../src/sources/bluesky/draft.ts'
import { anna, boris, cid, lines, recorded, second, v1 } from './frames.ts'

interface Read {
  readonly draft: Draft | Nothing
  readonly ignored: readonly string[]
}

function read(frame: string): Read {
  const event = decodeFrame(frame)
  assert.ok(event.kind === 'commit' || event.kind === 'identity' || event.kind === 'account', event.kind)
  const ignored: string[] = []
  return { draft: draftOf(event, (field) => ignored.push(field)), ignored }
}

const time = second(0)
const post = (record: unknown, operation = 'create'): Read => read(v1.commit({ time, rkey: '3n2w6veh3ks2k', operation, record }))
const profile = (record: unknown, operation = 'create'): Read => read(v1.commit({ time, rkey: 'self', operation, collection: 'app.bsky.actor.profile', record }))

/** The message of a post that has just this beside its text. */
function message(rest: object, ignored: readonly string[] = []) {
  const { draft, ...read } = post({ text: 'hi', createdAt: '2026-11-22T11:59:59.000Z', ...rest })
  assert.deepEqual(read.ignored, ignored)
  assert.ok(typeof draft === 'object' && draft.kind === 'message')
  return draft.message
}

const image = { $type: 'blob', mimeType: 'image/png', ref: { $link: 'bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a' }, size: 70 }
const imageUrl = `https://cdn.bsky.app/img/feed_fullsize/plain/${anna}/${image.ref.$link}@jpeg`
const strongRef = (rkey: string, collection = 'app.bsky.feed.post') => ({ cid, uri: `at://${boris}/${collection}/${rkey}` })
const id = (rkey: string): string => `bluesky:${boris}:${rkey}`

describe('a post is a message', () => {
  test('with everything that a plain post says', () => {
    assert.deepEqual(post({ text: 'hello', createdAt: '2026-11-22T11:59:59.000Z' }), {
      ignored: [],
      draft: {
        kind: 'message',
        message: {
          created_at: '2026-11-22T11:59:59.000Z',
          text: 'hello',
          link: `https://bsky.app/profile/${anna}/post/3n2w6veh3ks2k`,
          id_str: `bluesky:${anna}:3n2w6veh3ks2k`,
          network: 'bluesky',
          uri: `at://${anna}/app.bsky.feed.post/3n2w6veh3ks2k`,
          source_type: 'BLUESKY',
          provider_type: 'SCRAPED',
          user: { screen_name: anna, user_id: anna },
          cid,
        },
      },
    })
  })

  test('with the time that its author claims, however absurd: the intake puts it right', () => {
    assert.equal(message({ createdAt: '2099-01-01T00:00:00.000Z' }).created_at, '2099-01-01T00:00:00.000Z')
    assert.equal(message({ createdAt: 'tomorrow' }).created_at, 'tomorrow')
    assert.equal(message({ createdAt: undefined }, ['createdAt']).created_at, '2026-11-22T12:00:00.000Z')
  })

  test('with tags, languages, labels and facets as given', () => {
    const facets = [{ features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'loklak' }], index: { byteEnd: 7, byteStart: 0 } }]
    const { hashtags, language_claimed, labels, ...rest } = message({ tags: ['extra'], langs: ['de', 'ja'], labels: { values: [{ val: 'nudity' }] }, facets })
    assert.deepEqual([hashtags, language_claimed, labels, rest.facets], [['extra'], ['de', 'ja'], ['nudity'], facets])
  })

  test('in a conversation', () => {
    const { conversation_id, reply_to_id } = message({ reply: { root: strongRef('a'), parent: strongRef('b') } })
    assert.deepEqual([conversation_id, reply_to_id], [id('a'), id('b')])
  })

  test('with pictures and their descriptions, of both kinds of list', () => {
    const items = [{ alt: 'a pixel', image }, { alt: '', image }]
    const embeds = [{ $type: 'app.bsky.embed.images', images: items }, { $type: 'app.bsky.embed.gallery', items }, { $type: 'app.bsky.embed.gallery', media: items }]
    for (const embed of embeds) {
      const { images, image_alts } = message({ embed })
      assert.deepEqual([images, image_alts], [[imageUrl, imageUrl], ['a pixel', '']], embed.$type)
    }
  })

  test('with a video', () => {
    assert.deepEqual(message({ embed: { $type: 'app.bsky.embed.video', video: image } }).videos, [`https://video.bsky.app/watch/${anna}/${image.ref.$link}/playlist.m3u8`])
  })

  test('with the link of a card', () => {
    assert.deepEqual(message({ embed: { $type: 'app.bsky.embed.external', external: { uri: 'https://example.org/a', title: 'T' } } }).links, ['https://example.org/a'])
  })

  test('that quotes a post, with or without media', () => {
    assert.equal(message({ embed: { $type: 'app.bsky.embed.record', record: strongRef('q') } }).quote_id, id('q'))
    const both = message({ embed: { $type: 'app.bsky.embed.recordWithMedia', record: { record: strongRef('q') }, media: { $type: 'app.bsky.embed.images', images: [{ image }] } } })
    assert.deepEqual([both.quote_id, both.images, both.image_alts], [id('q'), [imageUrl], ['']])
  })

  test('that shows a feed or a list quotes nothing', () => {
    assert.equal('quote_id' in message({ embed: { $type: 'app.bsky.embed.record', record: strongRef('f', 'app.bsky.feed.generator') } }), false)
  })

  test('of a did:web with a port gets a hashed id that fits everywhere', () => {
    const { draft } = read(v1.commit({ time, did: 'did:web:localhost%3A1234', rkey: 'x', record: { text: 'hi', createdAt: '2026-11-22T11:59:59.000Z' } }))
    assert.ok(typeof draft === 'object' && draft.kind === 'message')
    assert.match(draft.message.id_str, /^bluesky:h-[0-9a-f]{32}$/)
    assert.equal(misfit('draft', draft.message), undefined)
  })
})

describe('what happens to a post', () => {
  test('an update is an edit with the complete new message', () => {
    const { draft } = post({ text: 'edited', createdAt: '2026-11-22T11:00:00.000Z' }, 'update')
    assert.ok(typeof draft === 'object' && draft.kind === 'edit')
    assert.deepEqual([draft.message.text, draft.message.edited_at], ['edited', '2026-11-22T12:00:00.000Z'])
  })

  test('a delete names the id', () => {
    assert.deepEqual(post(undefined, 'delete').draft, { kind: 'delete', id_str: `bluesky:${anna}:3n2w6veh3ks2k` })
  })

  test('without a text it is none', () => {
    for (const text of [undefined, null, 5, ['a'], {}, 'x'.repeat(50_001)]) assert.equal(post({ text, createdAt: '2026-11-22T11:59:59.000Z' }).draft, 'post without text')
    assert.equal(message({ text: '' }).text, '', 'an empty text is one')
  })
})

describe('authors', () => {
  const author = (rest: object) => ({ kind: 'author', author: { network: 'bluesky', key: anna, ...rest }, time })

  test('a profile tells name, picture and labels', () => {
    assert.deepEqual(profile({ displayName: 'Anna Ä.', avatar: image, labels: { values: [{ val: '!no-unauthenticated' }] } }).draft,
      author({ name: 'Anna Ä.', avatar: `https://cdn.bsky.app/img/avatar/plain/${anna}/${image.ref.$link}@jpeg`, labels: ['!no-unauthenticated'] }))
  })

  test('what a new profile leaves out is gone; so is all of a deleted one', () => {
    const nothing = author({ name: '', avatar: '', labels: [] })
    assert.deepEqual(profile({ description: 'only this' }, 'update').draft, nothing)
    assert.deepEqual(profile(undefined, 'delete').draft, nothing)
  })

  test('labels that make no sense do not withdraw a wish', () => {
    const { draft, ignored } = profile({ labels: 'none' })
    assert.deepEqual(draft, author({ name: '', avatar: '' }))
    assert.deepEqual(ignored, ['profile.labels'])
    assert.deepEqual(profile({ labels: { values: [5, { val: 'x'.repeat(500) }, { val: '!no-unauthenticated' }] } }).draft, author({ name: '', avatar: '', labels: ['!no-unauthenticated'] }))
  })

  test('an identity tells the handle, or nothing', () => {
    assert.deepEqual(read(v1.identity({ time }, 'anna.test')).draft, author({ handle: 'anna.test' }))
    assert.equal(read(v1.identity({ time })).draft, 'no handle')
  })

  test('an account is active, hidden with a reason, or deleted for ever', () => {
    const account = (active: boolean, status?: string) => read(v1.account({ time }, active, status)).draft
    assert.deepEqual(account(true), author({ state: 'active' }))
    for (const status of ['suspended', 'takendown', 'deactivated', 'something new']) assert.deepEqual(account(false, status), author({ state: 'hidden', reason: status }))
    assert.deepEqual(account(false), author({ state: 'hidden', reason: 'inactive' }))
    assert.deepEqual(account(false, 'deleted'), author({ state: 'deleted', reason: 'deleted' }))
  })

  test('other collections say nothing', () => {
    assert.equal(read(v1.commit({ time, collection: 'app.bsky.feed.like' })).draft, 'other collection')
    assert.equal(read(v1.commit({ time, collection: 'app.bsky.actor.profile', rkey: 'other' })).draft, 'other collection')
  })
})

describe('a field that does not fit is left out and named; the post is kept', () => {
  const cases: [string, object, string[]][] = [
    ['tags as text', { tags: 'a b' }, ['tags']],
    ['langs as an object', { langs: { 0: 'en' } }, ['langs']],
    ['labels without values', { labels: {} }, ['labels']],
    ['facets as an object', { facets: {} }, ['facets']],
    ['facets of a hundred thousand', { facets: Array.from({ length: 100_000 }, () => 1) }, ['facets']],
    ['facets with a long text', { facets: [{ features: ['x'.repeat(70_000)] }] }, ['facets']],
    ['a reply to nothing', { reply: null }, ['reply']],
    ['a reply to a file', { reply: { root: { uri: 'file:///etc/passwd' }, parent: { uri: 5 } } }, ['reply']],
    ['an embed that is text', { embed: 'x' }, ['embed']],
    ['an embed of another kind', { embed: { $type: 'com.example.hologram' } }, ['embed']],
    ['a quote with media that is none', { embed: { $type: 'app.bsky.embed.recordWithMedia', record: 1, media: 2 } }, ['embed']],
    ['pictures that are no list', { embed: { $type: 'app.bsky.embed.images', images: 7 } }, ['embed.images']],
    ['a thousand pictures', { embed: { $type: 'app.bsky.embed.images', images: Array.from({ length: 1000 }, () => ({ image })) } }, ['embed.images']],
    ['a picture whose hash leads elsewhere', { embed: { $type: 'app.bsky.embed.images', images: [{ image: { ref: { $link: '../../evil?x=' } } }] } }, ['embed.images']],
    ['a video without a hash', { embed: { $type: 'app.bsky.embed.video', video: {} } }, ['embed.video']],
    ['a card that is a script', { embed: { $type: 'app.bsky.embed.external', external: { uri: 'javascript:alert(1)' } } }, ['embed.external']],
    ['a card without address', { embed: { $type: 'app.bsky.embed.external' } }, ['embed.external']],
  ]
  for (const [what, rest, ignored] of cases) {
    test(what, () => {
      const plain = message({})
      assert.deepEqual(message(rest, ignored), plain)
    })
  }

  test('facets so deep that they could never be written again', () => {
    const frame = v1.commit({ time, record: { text: 'hi', createdAt: '2026-11-22T11:59:59.000Z', facets: ['HERE'] } })
    const { draft, ignored } = read(frame.replace('"HERE"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`))
    assert.deepEqual(ignored, ['facets'])
    assert.ok(JSON.stringify(draft).length < 1000)
  })

  test('of a list, what fits is kept', () => {
    const { hashtags, language_claimed } = message({ tags: ['ok', 5, '', 'x'.repeat(1000), '#fine', '＃also', '#'], langs: Array.from({ length: 100 }, () => 'en') })
    assert.deepEqual([hashtags, language_claimed?.length], [['ok', 'fine', 'also'], 16])
  })
})

describe('whatever was recorded or made up, drafts fit the intake', () => {
  function fits(draft: Draft | Nothing): void {
    if (typeof draft === 'string' || draft.kind === 'delete') return
    if (draft.kind === 'author') assert.equal(misfit('author', draft.author), undefined)
    else assert.equal(misfit('draft', draft.message), undefined)
    assert.ok(JSON.stringify(draft).length < 1_000_000)
  }

  function countDrafts(path: string): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { draft, ignored } of lines(path).map(read)) {
      assert.deepEqual(ignored, [])
      fits(draft)
      const what = typeof draft === 'string' ? draft : draft.kind
      counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }

  test('the frames of production', { skip: recorded.production.skip }, () => {
    assert.deepEqual(countDrafts(recorded.production.path), { message: 17, delete: 1, author: 1, 'no handle': 1, 'other collection': 132 })
  })

  test('the frames of every kind', { skip: recorded.golden.skip }, () => {
    assert.deepEqual(countDrafts(recorded.golden.path), { message: 1, author: 2, 'no handle': 1, 'other collection': 6 })
  })

  test('the frames of one run on a real server', { skip: recorded.localV2.skip }, () => {
    assert.deepEqual(countDrafts(recorded.localV2.path), { message: 11, edit: 1, delete: 1, author: 11, 'other collection': 6 })
  })

  test('any record', () => {
    const field = fc.constantFrom('text', 'createdAt', 'langs', 'tags', 'labels', 'facets', 'reply', 'embed', 'displayName', 'avatar')
    const blob = fc.constantFrom<unknown>(image, { ref: {} }, { ref: { $link: 5 } }, null)
    const embed = fc.record({
      $type: fc.constantFrom('images', 'gallery', 'video', 'external', 'record', 'recordWithMedia').map((kind) => `app.bsky.embed.${kind}`),
      images: fc.oneof(fc.jsonValue(), fc.array(fc.record({ image: blob, alt: fc.jsonValue() }, { requiredKeys: [] }))),
      video: blob, external: fc.jsonValue(), record: fc.oneof(fc.jsonValue(), fc.constant(strongRef('x'))), media: fc.jsonValue(),
    }, { requiredKeys: ['$type'] })
    const record = fc.dictionary(field, fc.oneof(fc.jsonValue(), embed, fc.constant('text')))
    fc.assert(fc.property(record, fc.constantFrom('create', 'update'), (record, operation) => {
      fits(post({ text: '', ...record }, operation).draft)
      fits(profile(record, operation).draft)
    }), { numRuns: 1000 })
  })
})
