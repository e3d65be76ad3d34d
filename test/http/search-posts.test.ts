import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Compile } from 'typebox/compile'
import { PostsAnswer } from '../../src/http/routes/search-posts.ts'
import type { Message } from '../../src/message/schema.ts'
import { message } from '../index/made.ts'
import { ago, library, type Library } from './naive-index.ts'
import { cid } from './render/hostile.ts'

const url = '/xrpc/app.bsky.feed.searchPosts'
const compiled = Compile(PostsAnswer)
const rain = [{ index: { byteStart: 0, byteEnd: 4 }, features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'rain' }] }]

function post(rkey: string, fields: Partial<Message> = {}): Partial<Message> & { id_str: string } {
  const did = 'did:plc:ann'
  return {
    id_str: `bluesky:${did}:${rkey}`, uri: `at://${did}/app.bsky.feed.post/${rkey}`, cid, network: 'bluesky', text: `rain ${rkey}`,
    screen_name: 'ann.example.org', user: { screen_name: 'ann.example.org', user_id: did, name: 'Ann', profile_image_url_https: 'https://cdn.bsky.app/a.jpeg' },
    ...fields,
  }
}

async function ask({ app }: Pick<Library, 'app'>, query: string, expected = 200) {
  const { statusCode, body } = await app.inject(`${url}?${query}`)
  assert.equal(statusCode, expected, body)
  const answer = JSON.parse(body)
  if (expected === 200) assert.deepEqual(compiled.Errors(answer), [])
  return answer
}
const keys = ({ posts }: { posts: { uri: string }[] }): (string | undefined)[] => posts.map(({ uri }) => uri.split('/').at(-1))

describe('app.bsky.feed.searchPosts', () => {
  test('answers views of posts, with what is kept of them', async () => {
    const house = library([post('a', {
      created_at: ago(5), created_at_claimed: '2031-01-01T00:00:00Z', timestamp: ago(4), favourites_count: 3, language_claimed: ['en'], labels: ['graphic-media'],
      facets: rain,
      images: ['https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ann/bafyx@jpeg', 'https://example.org/linked.png'], image_alts: ['a cloud'],
    })])
    const { posts, hitsTotal, cursor } = await ask(house, 'q=rain')
    assert.deepEqual([hitsTotal, cursor], [1, undefined])
    const fullsize = 'https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ann/bafyx@jpeg'
    assert.deepEqual(posts, [{
      uri: 'at://did:plc:ann/app.bsky.feed.post/a',
      cid,
      author: { did: 'did:plc:ann', handle: 'ann.example.org', displayName: 'Ann', avatar: 'https://cdn.bsky.app/a.jpeg' },
      record: {
        $type: 'app.bsky.feed.post', text: 'rain a', createdAt: '2031-01-01T00:00:00Z', langs: ['en'],
        facets: rain, labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'graphic-media' }] },
      },
      embed: { $type: 'app.bsky.embed.images#view', images: [{ thumb: fullsize, fullsize, alt: 'a cloud' }] },
      likeCount: 3,
      indexedAt: ago(4),
      labels: [{ src: 'did:plc:ann', uri: 'at://did:plc:ann/app.bsky.feed.post/a', cid, val: 'graphic-media', cts: ago(5) }],
    }])
  })

  test('has a video, and no handle where none is known', async () => {
    const playlist = `https://video.bsky.app/watch/did:plc:ann/${cid}/playlist.m3u8`
    const house = library([post('a', { videos: [playlist], screen_name: 'did:plc:ann', user: { screen_name: 'did:plc:ann', user_id: 'did:plc:ann' } })])
    const [{ embed, author }] = (await ask(house, 'q=rain')).posts
    assert.deepEqual([embed, author], [{ $type: 'app.bsky.embed.video#view', cid, playlist }, { did: 'did:plc:ann', handle: 'handle.invalid' }])
  })

  test('leaves out what is no post of Bluesky, or lacks what the lexicon asks for', async () => {
    const house = library([post('a'), post('b', { cid: undefined }), post('c', { uri: undefined }), post('d', { network: 'mastodon' }), post('e', { user: { screen_name: 'x' } }), post('f', { uri: 'https://example.org' })])
    assert.deepEqual(keys(await ask(house, 'q=rain')), ['a'])
  })

  test('knows the parameters of the lexicon', async () => {
    const house = library([
      post('a', { created_at: ago(10), mentions: ['bob.example.org'], mention_ids: ['did:plc:bob'], hashtags: ['x', 'y'], favourites_count: 1 }),
      post('b', { created_at: ago(20), language_detected: 'de', hosts: ['news.example.org'], links: ['https://news.example.org/a'], favourites_count: 9 }),
      post('c', { created_at: ago(30), hashtags: ['x'], user: { screen_name: 'cleo.example.org', user_id: 'did:plc:cleo' }, screen_name: 'cleo.example.org' }),
    ])
    for (const [query, found] of [
      ['q=rain', 'abc'],
      ['q=*', 'abc'],
      ['q=', 'abc'],
      ['q=rain&sort=latest', 'abc'],
      ['q=rain&sort=&cursor=&since=&author=&domain=&lang=&limit=', 'abc'],
      ['q=rain&sort=hot', 'abc'],
      ['q=rain&sort=top', 'bac'],
      [`q=rain&since=${ago(20)}`, 'ab'],
      [`q=rain&until=${ago(20)}`, 'c'],
      ['q=rain&since=2026-11-22&until=2026-11-23', 'abc'],
      ['q=rain&until=2026-11-22', ''],
      ['q=rain&mentions=bob.example.org', 'a'],
      ['q=rain&mentions=@did:plc:bob', 'a'],
      ['q=rain&author=did:plc:cleo', 'c'],
      ['q=rain&author=@cleo.example.org', 'c'],
      ['q=rain&lang=de-AT', 'b'],
      ['q=rain&domain=Example.org', 'b'],
      ['q=rain&url=https://news.example.org/a', 'b'],
      ['q=rain&url=https://news.example.org/', ''],
      ['q=rain&tag=x', 'ac'],
      ['q=rain&tag=x&tag=%23y', 'a'],
      ['q=rain?&tag=y', 'a'],
      ['q=from:cleo.example.org', 'c'],
      ['q=rain&limit=2', 'ab'],
    ] as const) assert.equal(keys(await ask(house, query)).join(''), found, query)
  })

  test('has a cursor that works', async () => {
    const house = library(Array.from({ length: 7 }, (_, at) => post(`p${at}`, { created_at: ago(at + 1) })))
    const seen: (string | undefined)[] = []
    let cursor: string | undefined
    do {
      const page = await ask(house, `q=rain&limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      seen.push(...keys(page))
      ;({ cursor } = page)
    } while (cursor !== undefined)
    assert.deepEqual(seen, ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
  })

  test('says where it may lack something, and goes on from there', async () => {
    const house = library([post('a', { created_at: ago(1) }), post('b', { created_at: ago(2), favourites_count: 5 })])
    const page = async (query: string) => {
      const { headers, body } = await house.app.inject(`${url}?${query}`)
      return { headers, answer: JSON.parse(body) }
    }
    for (const [sort, there] of [['latest', 2], ['top', 3]] as const) {
      house.held.partial = { reason: 'rebuilding' }
      house.held.counted = 0
      const { headers, answer } = await page(`q=rain&sort=${sort}`)
      assert.deepEqual([headers['loklak-partial'], headers['loklak-coverage'], keys(answer).length, answer.hitsTotal], ['rebuilding', 'bluesky 2026-11-21T00:00:00.000Z/2026-11-21T01:00:00.000Z', there, there])
      house.held.partial = undefined
      house.held.counted = undefined
      const late = post(`late-${sort}`, { created_at: ago(sort === 'latest' ? 9000 : 9001) })
      house.add({ op: 'I', imported: false, message: message(late) })
      assert.deepEqual(keys((await page(`q=rain&sort=${sort}&cursor=${answer.cursor}`)).answer).at(-1), `late-${sort}`)
    }
    const whole = await page(`q=rain&since=${ago(60)}`)
    assert.deepEqual([whole.headers['loklak-partial'], whole.headers['loklak-coverage'], whole.answer.cursor], [undefined, undefined, undefined])
  })

  test('fails in the shape of XRPC', async () => {
    const house = library([post('a')], { options: { requestRate: 1 } })
    for (const [query, name] of [
      ['', 'InvalidRequest'],
      ['q=rain&limit=0', 'InvalidRequest'],
      ['q=rain&limit=101', 'InvalidRequest'],
      ['q=rain&since=never', 'InvalidRequest'],
      ['q=rain&author=@', 'InvalidRequest'],
      ['q=rain&author=ann%20smith', 'InvalidRequest'],
      ['q=rain&mentions=@', 'InvalidRequest'],
      ['q=rain&domain=http://x/', 'InvalidRequest'],
      ['q=rain&cursor=none', 'InvalidRequest'],
      ['q=since:never', 'BadQueryString'],
    ] as const) {
      const answer = await ask(house, query, 400)
      assert.deepEqual(Object.keys(answer), ['error', 'message'])
      assert.equal(answer.error, name, query)
    }
    const posted = await house.app.inject({ method: 'POST', url: `${url}?q=rain` })
    assert.deepEqual([posted.statusCode, Object.keys(posted.json()), posted.json().error, posted.headers.allow], [405, ['error', 'message'], 'InvalidRequest', 'GET, HEAD, OPTIONS'])
    house.held.health = { state: 'failed', reason: 'gone', cursor: 0 }
    assert.equal((await ask(house, 'q=rain', 503)).error, 'NotEnoughResources')
    for (let n = 0; n < 10; n++) await house.app.inject({ url: '/', remoteAddress: '203.0.113.9' })
    const refused = await house.app.inject({ url: `${url}?q=rain`, remoteAddress: '203.0.113.9' })
    assert.deepEqual([refused.statusCode, refused.json().error, refused.headers['retry-after']], [429, 'RateLimitExceeded', '1'])
  })

  test('a defect is logged and not shown', async () => {
    const house = library([post('a')])
    house.held.until = () => Promise.reject(new Error('S1'))
    const answer = await ask(house, 'q=rain', 500)
    assert.deepEqual([answer.error, JSON.stringify(answer).includes('S1'), house.logged.join('').includes('S1')], ['InternalServerError', false, true])
  })
})
