import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Compile } from 'typebox/compile'
import { FeatureCollection } from '../../../src/http/render/geojson.ts'
import { ago, library } from '../naive-index.ts'
import { noon } from '../parts.ts'
import { named, readXml } from '../render/xml.ts'

const posts = [
  { id_str: '1', created_at: ago(1), screen_name: 'ann', text: '=HYPERLINK("https://evil.example")', hashtags: ['a', 'b'], user: { screen_name: 'ann', name: '+1 more' } },
  { id_str: '2', created_at: ago(2), screen_name: 'bob', text: 'two\nlines, "quoted" \u001B[31mred', location_point: [9.99, -48.4] as [number, number] },
]
const formats = ['json', 'rss', 'txt', 'csv', 'ndjson', 'geojson']

describe('a search', () => {
  test('as txt has one line for each message', async () => {
    const { body, headers } = await library(posts).app.inject('/api/search.txt')
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
    assert.equal(body, `${ago(1)} ann: =HYPERLINK("https://evil.example")\n${ago(2)} bob: two lines, "quoted"  [31mred\n`)
  })

  test('as csv has cells that no spreadsheet runs', async () => {
    const { body, headers } = await library(posts).app.inject('/api/search.csv')
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
    const [head = '', first = '', second = ''] = body.split('\r\n')
    assert.match(head, /^id_str,created_at,edited_at,network,screen_name,name,user_id,text,/)
    assert.equal(first, `1,${ago(1)},,bluesky,ann,'+1 more,,"'=HYPERLINK(""https://evil.example"")",,a b,,,,,,,,,0,0,0,,,`)
    assert.ok(second.startsWith(`2,${ago(2)},,bluesky,bob,,,"two\nlines, ""quoted"" \u001B[31mred",`))
    assert.ok(second.endsWith(',9.99,-48.4'))
  })

  test('as ndjson is what search.json has, a message a line', async () => {
    const { app } = library(posts)
    const { body, headers } = await app.inject('/api/search.ndjson')
    assert.equal(headers['content-type'], 'application/x-ndjson; charset=utf-8')
    const { statuses } = (await app.inject('/api/search.json')).json()
    assert.deepEqual(body.trimEnd().split('\n').map((line): unknown => JSON.parse(line)), statuses)
  })

  test('as geojson has the messages with a location, and goes on with them', async () => {
    const { app } = library([...posts, { ...posts[1], id_str: '3', created_at: ago(3) }])
    const { body, headers } = await app.inject('/api/search.geojson?count=1')
    assert.equal(headers['content-type'], 'application/geo+json; charset=utf-8')
    const answer = JSON.parse(body)
    assert.deepEqual(Compile(FeatureCollection).Errors(answer), [])
    assert.deepEqual([answer.features[0].id, answer.features[0].geometry], ['2', { type: 'Point', coordinates: [9.99, -48.4] }])
    const next = /^<http:\/\/localhost:9000(\/api\/search\.geojson\?[^>]+)>; rel="next"$/.exec(String(headers.link))?.[1] ?? ''
    assert.deepEqual((await app.inject(next)).json().features.map(({ id }: { id: string }) => id), ['3'])
    assert.match((await app.inject('/api/search.geojson?minified=true&callback=show')).body, /^\/\*\*\/show\(\{"type":"FeatureCollection",/)
  })

  test('as rss is a feed of it, also at its short address', async () => {
    const { app } = library(posts, { options: { url: 'https://loklak.example' } })
    const { body, headers } = await app.inject('/api/search.rss?q=from:ann')
    assert.equal(headers['content-type'], 'application/rss+xml; charset=utf-8')
    const [channel] = named(readXml(body), 'channel')
    assert.deepEqual(named(channel, 'item').map((item) => named(item, 'guid')[0]?.text), ['1'])
    assert.equal(named(channel, 'atom:link')[0]?.attributes.get('href'), 'https://loklak.example/api/search.rss?q=from%3Aann')
    for (const [url, location] of [
      ['/rss/from:ann', '/api/search.rss?q=from%3Aann'],
      ['/rss/rain%20%2Fimage?count=3', '/api/search.rss?q=rain+%2Fimage&count=3'],
      ['/rss/rain%20/image', '/api/search.rss?q=rain+%2Fimage'],
      ['/rss/rain?query=what?&count=3', '/api/search.rss?q=rain&query=what?&count=3'],
      ['/rss/a%0D%0Ab', '/api/search.rss?q=a%0D%0Ab'],
    ]) assert.deepEqual((await app.inject(url ?? '')).headers.location, location)
  })

  test('in every form has pages that follow each other, and says where it is not whole', async () => {
    const { app, held } = library(posts)
    held.partial = { reason: 'deadline' }
    for (const format of formats) {
      const { headers } = await app.inject(`/api/search.${format}?count=1&order=timestamp&q=-nothing`)
      assert.equal(headers['loklak-partial'], 'deadline', format)
      assert.match(String(headers.link), /\?q=-nothing(\+has%3Alocation)?&order=timestamp&count=1&cursor=[\w-]+>; rel="next"$/, format)
    }
    held.partial = undefined
    for (const format of formats) {
      const { headers } = await app.inject(`/api/search.${format}`)
      assert.deepEqual([headers['loklak-partial'], headers.link], [undefined, undefined], format)
    }
  })

  test('in every form has a next page that is the same search', async () => {
    const { app } = library(posts)
    const asked = 'q=-nothing&count=1&timezoneOffset=-120&filter=video&shortlink=false&exact=true&minified=true&timeout=900&order=timestamp'
    const house = library(posts.map((post) => ({ ...post, videos: ['https://example.org/v.mp4'] })))
    for (const format of formats.filter((format) => format !== 'geojson')) {
      const next = new URL(/<([^>]+)>/.exec(String((await house.app.inject(`/api/search.${format}?${asked}`)).headers.link))?.[1] ?? '').searchParams
      assert.notEqual(next.get('cursor'), null)
      next.delete('cursor')
      const wanted = new URLSearchParams(asked)
      wanted.set('q', '-nothing has:video')
      // Only where something is counted can it be counted exactly.
      if (format !== 'json' && format !== 'rss') wanted.delete('exact')
      assert.deepEqual(Object.fromEntries(next), Object.fromEntries(wanted), format)
    }
    assert.match(String((await app.inject('/api/search.json?count=1')).headers.link), /\?q=&order=created_at&count=1&cursor=[\w-]+>/)
  })

  test('goes on at the time when it began, where its query is relative to the clock', async () => {
    let time = noon
    const { app } = library([{ id_str: 'a', created_at: ago(1) }, { id_str: 'b', created_at: ago(59.5) }], { options: { now: () => time } })
    for (const format of formats.filter((format) => format !== 'geojson')) {
      const { headers } = await app.inject(`/api/search.${format}?q=since:1h&count=1`)
      time += 60_000
      const next = new URL(/<([^>]+)>/.exec(String(headers.link))?.[1] ?? '')
      assert.equal(next.searchParams.get('q'), 'since:2026-11-22T11:00:00Z')
      assert.match((await app.inject(next.href)).body, /\b2026-11-22T11:00:30\.000Z|Sun, 22 Nov 2026 11:00:30 GMT/, format)
      time = noon
    }
  })

  test('in every form names the gaps of the sources', async () => {
    const { app } = library(posts)
    for (const format of formats) {
      assert.equal((await app.inject(`/api/search.${format}`)).headers['loklak-coverage'], 'bluesky 2026-11-21T00:00:00.000Z/2026-11-21T01:00:00.000Z', format)
      assert.equal((await app.inject(`/api/search.${format}?q=since:hour`)).headers['loklak-coverage'], undefined, format)
    }
    assert.match((await app.inject('/api/search.rss')).body, /<description>[^<]* bluesky may have missed messages from 2026-11-21T00:00:00\.000Z to /)
    assert.match(String((await app.inject('/api/search.csv')).headers['access-control-expose-headers']), /Loklak-Coverage/)
  })

  test('asks the index for what it shows, and no more', async () => {
    const { app, held } = library(posts)
    for (const [format, questions] of [['json', 3], ['rss', 1], ['txt', 1], ['csv', 1], ['ndjson', 1], ['geojson', 1]] as const) {
      held.timeouts.length = 0
      await app.inject(`/api/search.${format}?fields=hashtags,created_at&limit=3`)
      assert.equal(held.timeouts.length, questions, format)
    }
    await app.ready()
    const { paths = {} } = app.swagger()
    const described = (format: string): string => JSON.stringify(paths[`/api/search.${format}`]?.get?.parameters)
    const only = (format: string): string[] => ['fields', 'limit', 'exact', 'minified', 'callback'].filter((name) => described(format).includes(`"name":"${name}"`))
    assert.deepEqual(formats.map((format) => [format, ...only(format)]), [
      ['json', 'fields', 'limit', 'exact', 'minified', 'callback'], ['rss', 'exact'], ['txt'], ['csv'], ['ndjson'], ['geojson', 'minified', 'callback'],
    ])
  })

  test('is described with its headers, and needs no body', async () => {
    const { app } = library(posts)
    await app.ready()
    const { paths } = JSON.parse(JSON.stringify(app.swagger()))
    for (const format of formats) {
      const { get, post } = paths[`/api/search.${format}`]
      assert.deepEqual([post.requestBody.required, Object.keys(get.responses[200].headers), Object.keys(get.responses['5XX'].headers)], [false, ['ETag', 'Link', 'Loklak-Partial', 'Loklak-Coverage'], ['Retry-After']], format)
    }
    const { 200: found, '4XX': failed } = paths['/xrpc/app.bsky.feed.searchPosts'].get.responses
    assert.deepEqual([Object.keys(found.headers), Object.keys(failed.headers)], [['Loklak-Partial', 'Loklak-Coverage'], ['Retry-After']])
  })

  test('in every form fails in the one shape', async () => {
    const { app } = library(posts)
    for (const format of formats) {
      const { statusCode, headers, body } = await app.inject(`/api/search.${format}?q=since:never`)
      assert.deepEqual([statusCode, headers['content-type'], JSON.parse(body).error.column], [400, 'application/json; charset=utf-8', 7], format)
    }
  })

  test('is sent only to those who do not have it', async () => {
    const house = library(posts)
    for (const format of formats) {
      const url = `/api/search.${format}?q=two`
      const { headers, body } = await house.app.inject(url)
      const etag = String(headers.etag)
      assert.match(etag, /^W\/"[0-9a-f]{40}"$/)
      const known = (tag: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') => house.app.inject({ method, url, headers: { 'if-none-match': tag } })
      for (const tag of [etag, `"x", ${etag}`, '*', etag.slice(2)]) {
        const { statusCode, body } = await known(tag)
        assert.deepEqual([statusCode, body], [304, ''], `${format} ${tag}`)
      }
      assert.equal((await known(etag, 'HEAD')).statusCode, 304)
      assert.equal((await known('"other"')).body, body)
      assert.equal((await known(etag, 'POST')).statusCode, 200)
    }
  })

  test('has the same tag however long it took, and another when something changed', async () => {
    let time = 0
    const house = library(posts, { options: { now: () => 1_700_000_000_000 + (time += 7) } })
    const first = await house.app.inject('/api/search.json?q=two')
    const again = await house.app.inject('/api/search.json?q=two')
    assert.deepEqual([first.json().search_metadata.time, first.headers.etag], [7, again.headers.etag])
    house.add({ op: 'A', imported: false, author: { key: 'x', network: 'bluesky' } }, { op: 'D', imported: false, id_str: '2' })
    assert.notEqual((await house.app.inject('/api/search.json?q=two')).headers.etag, first.headers.etag)
  })

  test('has the same tag a second later, also where the query is relative to the clock', async () => {
    let time = 1_700_000_000_000
    const { app } = library([{ id_str: '1', text: 'two', created_at: new Date(time - 60_000).toISOString() }], { options: { now: () => time } })
    const ask = () => app.inject('/api/search.json?q=two+since:1d')
    const first = await ask()
    time += 1000
    const again = await ask()
    assert.notEqual(first.json().search_metadata.query_understood, again.json().search_metadata.query_understood)
    assert.equal(first.headers.etag, again.headers.etag)
    time += 86_400_000
    assert.notEqual((await ask()).headers.etag, first.headers.etag)
  })

  test('may be called back where it is JSON', async () => {
    const { app } = library(posts)
    const { body, headers } = await app.inject('/api/search.json?q=two&minified=true&callback=show')
    assert.match(body, /^\/\*\*\/show\(\{"search_metadata":.*\}\);\n$/s)
    assert.equal(headers['content-type'], 'application/javascript; charset=utf-8')
    assert.equal((await app.inject('/api/search.csv?callback=a(b')).statusCode, 400)
  })
})
