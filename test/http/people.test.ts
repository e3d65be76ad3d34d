// What is asked beside messages: suggestions, authors, greetings, and the page for people.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ago, library } from './naive-index.ts'
import { noon } from './parts.ts'

const posts = [
  { id_str: '1', created_at: ago(1), text: 'a', hashtags: ['Rain', 'Ulm'], screen_name: 'ann', user: { screen_name: 'ann', user_id: 'did:plc:ann', name: 'Ann', profile_image_url_https: 'https://example.org/a.png' } },
  { id_str: '2', created_at: ago(2), text: 'b', hashtags: ['rain'], screen_name: 'ann', user: { screen_name: 'ann', user_id: 'did:plc:ann', name: 'Ann', profile_image_url_https: 'https://example.org/a.png' } },
  { id_str: '3', created_at: ago(3), text: 'c', hashtags: ['rainbow'], screen_name: 'bob' },
]

describe('suggest.json', () => {
  test('suggests what was posted, in the shape of recorded queries', async () => {
    const { search_metadata, queries } = (await library(posts).app.inject('/api/suggest.json?q=ra')).json()
    assert.deepEqual(search_metadata, { count: '2', hits: 2, query: 'ra', order: 'DESC', orderby: 'score_suggest', warnings: [], client: '127.0.0.1' })
    assert.deepEqual(queries[0], {
      query: '#rain', query_length: 5, kind: 'hashtag', source_type: 'GENERIC', timezoneOffset: 0, messages_count: 2, query_count: 0, retrieval_count: 0, score_retrieval: 0, score_suggest: 2,
    })
  })

  test('orders as asked, and gives as many as asked', async () => {
    const { app } = library(posts)
    const of = async (parameters: string): Promise<string[]> => (await app.inject(`/api/suggest.json?${parameters}`)).json().queries.map(({ query }: { query: string }) => query)
    assert.deepEqual(await of('query=ra'), ['#rain', '#rainbow'])
    assert.deepEqual(await of('q=ra&order=asc'), ['#rainbow', '#rain'])
    assert.deepEqual(await of('q=ra&orderby=query&order=DESC'), ['#rainbow', '#rain'])
    assert.deepEqual(await of('q=ra&orderby=query_count&order=asc&since=2016-01-01&until=now&selectby=retrieval_next&random=5'), ['#rain', '#rainbow'], 'what a peer of the original asks')
    assert.deepEqual(await of('count=1'), ['#rain'])
  })

  test('says how it ordered, and what it could not do', async () => {
    const { app } = library(posts)
    const of = async (parameters: string) => (await app.inject(`/api/suggest.json?q=ra&${parameters}`)).json().search_metadata
    const told = async (parameters: string): Promise<unknown[]> => {
      const { order, orderby, warnings } = await of(parameters)
      return [order, orderby, ...warnings.map(({ message }: { message: string }) => message.split(/[ :]/)[0])]
    }
    assert.deepEqual(await told('order=asc'), ['ASC', 'score_suggest'])
    assert.deepEqual(await told('orderby=query&order=asc'), ['ASC', 'query'])
    assert.deepEqual(await told('orderby=query_count&order=asc&since=2016-01-01&until=now&selectby=retrieval_next&random=5&delete=true'), ['DESC', 'score_suggest', 'orderby', 'since', 'until', 'selectby', 'random', 'delete'])
    assert.deepEqual(await told('orderby=beauty'), ['DESC', 'score_suggest', 'orderby'])
    assert.deepEqual(await told('since=&random=-1&delete=false'), ['DESC', 'score_suggest'])
    assert.match((await of('orderby=beauty')).warnings[0].message, /^orderby: "beauty" is none of score_suggest, messages_count, query, query_length; /)
  })

  test('takes a star at the end for what it does anyway, and warns of other wildcards', async () => {
    const { app } = library(posts)
    const of = async (q: string) => (await app.inject({ url: '/api/suggest.json', query: { q } })).json()
    const plain = await of('ra')
    for (const q of ['ra*', 'ra**', 'ra* ']) {
      const { queries, search_metadata } = await of(q)
      assert.deepEqual([queries, search_metadata.warnings, search_metadata.query], [plain.queries, [], q])
    }
    assert.deepEqual((await of('*')).queries, (await of('')).queries)
    for (const q of ['r*n', 'ra?n', '*in*']) assert.match((await of(q)).search_metadata.warnings[0].message, /^q: \* and \? stand for nothing else here/)
  })

  test('refuses what it cannot mean', async () => {
    const { app } = library(posts)
    for (const [parameters, code] of [['source=geo', 'FEATURE_MISSING'], ['source=mars', 'BAD_PARAMETER'], ['order=up', 'BAD_PARAMETER'], ['count=x', 'BAD_PARAMETER']]) {
      const { statusCode, body } = await app.inject(`/api/suggest.json?${parameters}`)
      assert.deepEqual([statusCode, JSON.parse(body).error.code], [400, code], parameters)
    }
  })

  test('says when it is not whole', async () => {
    const { app, held } = library(posts)
    held.partial = { reason: 'deadline' }
    const { search_metadata } = (await app.inject('/api/suggest.json')).json()
    assert.deepEqual([search_metadata.partial, search_metadata.partial_reason], [true, 'deadline'])
  })
})

describe('user.json', () => {
  test('tells what was collected of an author', async () => {
    assert.deepEqual((await library(posts).app.inject('/api/user.json?screen_name=@ann')).json(), {
      search_metadata: { client: '127.0.0.1' },
      user: {
        screen_name: 'ann', user_id: 'did:plc:ann', name: 'Ann', network: 'bluesky', appearance_first: ago(2), appearance_latest: ago(1), profile_image_url_https: 'https://example.org/a.png',
        screen_names: ['ann'], messages_count: 2, messages_relation: 'eq', hashtags: { rain: 2, Ulm: 1 },
      },
    })
  })

  test('tells of several in their order, and nothing of those it does not know', async () => {
    const { app } = library(posts)
    const { users, user } = (await app.inject('/api/user.json?screen_name=bob,nobody,ann')).json()
    assert.deepEqual([users.map(({ screen_name }: { screen_name?: string }) => screen_name), user], [['bob', undefined, 'ann'], undefined])
    assert.deepEqual((await app.inject('/api/user.json?screen_name=nobody')).json().user, {})
  })

  test('needs a name, and not too many', async () => {
    const { app } = library(posts)
    for (const names of ['', ' , ', Array.from({ length: 21 }, () => 'a').join(',')]) assert.equal((await app.inject({ url: '/api/user.json', query: { screen_name: names } })).statusCode, 400)
  })
})

test('hello.json answers as the original and keeps nothing of what it is told', async () => {
  const { app } = library(posts)
  const hello = await app.inject({ method: 'POST', url: '/api/hello.json?port.http=9000&peername=other', remoteAddress: '203.0.113.9' })
  assert.deepEqual(hello.json(), { status: 'ok', session: { identity: { type: 'host', name: '203.0.113.9', anonymous: true } } })
  assert.deepEqual((await app.inject('/api/peers.json')).json(), { peers: [], count: 0 })
})

describe('the page', () => {
  test('is found from the start, needs no script, and loads nothing', async () => {
    const { app } = library(posts)
    assert.match((await app.inject('/')).body, /<form action="\/search" role="search"><input type="search" name="q" value=""/)
    const { body, headers } = await app.inject('/search?q=from:ann')
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'/)
    assert.match(body, /2 messages\. As <a href="\/api\/search\.rss\?q=from%3Aann">/)
    assert.equal(body.match(/<article>/g)?.length, 2)
    assert.doesNotMatch(body, /src=|<script|<link/)
  })

  test('shows what strangers wrote as text', async () => {
    const { app } = library([{ id_str: '1', text: '<script>alert(1)</script> & more', link: 'javascript:alert(1)', user: { screen_name: 'x', name: '"><img>' } }])
    const { body } = await app.inject({ url: '/search', query: { q: '-nothing><b>' } })
    assert.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt; &amp; more'))
    const refused = (await app.inject({ url: '/search', query: { q: '"><b>' } })).body
    assert.ok(refused.includes('value="&quot;&gt;&lt;b&gt;"'))
    for (const page of [body, refused]) assert.doesNotMatch(page, /<script|<img|<b>|href="javascript/)
  })

  test('tells the gaps of the sources, and goes on where it could not look everywhere', async () => {
    const { app, held } = library(posts)
    held.partial = { reason: 'rebuilding' }
    const { body, headers } = await app.inject('/search?q=since:2026-11-20')
    assert.match(body, /<p class="bad">This is not all: rebuilding\.<\/p>\n<p class="bad">bluesky may have missed messages from 2026-11-21T00:00:00\.000Z to 2026-11-21T01:00:00\.000Z: the server no longer had it\.<\/p>/)
    assert.match(body, /cursor=[\w-]+">Older/)
    assert.deepEqual([headers['loklak-partial'], headers['loklak-coverage']], ['rebuilding', 'bluesky 2026-11-21T00:00:00.000Z/2026-11-21T01:00:00.000Z'])
    held.partial = undefined
    const whole = (await app.inject('/search?q=since:2026-11-22')).body
    assert.doesNotMatch(whole, /class="bad"|Older/)
  })

  test('goes on to older messages, and says what was understood', async () => {
    const { app } = library(Array.from({ length: 25 }, (_, at) => ({ id_str: `m${at}`, created_at: ago(at), text: 'rain' })))
    const { body } = await app.inject('/search?q=rain')
    assert.match(body, /25 messages, searched as <code>rain OR from:rain<\/code>/)
    const older = /href="(\/search\?[^"]+)">Older/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const next = (await app.inject(older)).body
    assert.deepEqual([next.match(/<article>/g)?.length, next.includes('Older')], [5, false])
  })

  test('goes on at the time when it began', async () => {
    let time = noon
    const { app } = library(Array.from({ length: 21 }, (_, at) => ({ id_str: `m${at}`, created_at: ago(at === 20 ? 59.5 : at) })), { options: { now: () => time } })
    const older = /href="(\/search\?[^"]+)">Older/.exec((await app.inject('/search?q=since:1h')).body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    time += 60_000
    assert.equal((await app.inject(older)).body.match(/<article>/g)?.length, 1)
  })

  test('says what is wrong with a query, and keeps it in the form', async () => {
    const { statusCode, body } = await library(posts).app.inject('/search?q=rain+since:never')
    assert.equal(statusCode, 400)
    assert.match(body, /Column 12: /)
    assert.match(body, /value="rain since:never"/)
  })
})

test('where nobody wrote the messages, every page that shows them says so', async () => {
  const demo = library(posts, { options: { generated: true } }).app
  const real = library(posts).app
  const label = /Its messages are generated: nobody wrote them/
  for (const url of ['/', '/search', '/search?q=since:never', '/api/search.rss', '/api/search.json']) {
    assert.match((await demo.inject(url)).body, label, url)
    assert.doesNotMatch((await real.inject(url)).body, /generated/, url)
  }
  const [start, feed] = [(await demo.inject('/')).body, (await demo.inject('/api/search.rss')).body]
  assert.match(start, /<title>loklak demo<\/title>[^]*<h1>loklak demo<\/h1>/)
  assert.match(feed, /<title>loklak demo with generated messages: everything<\/title>/)
  for (const body of [start, feed]) assert.doesNotMatch(body, /public social web/)
  assert.match((await real.inject('/')).body, /collects the public social web/)
})
