import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Compile } from 'typebox/compile'
import { SearchAnswer } from '../../../src/http/search/schema.ts'
import { ago, library, type Library } from '../naive-index.ts'
import { insert, remove } from '../../index/made.ts'

const rain = [
  { id_str: '1', created_at: ago(50), text: 'rain at ten past eleven', hashtags: ['Ulm'], screen_name: 'ann' },
  { id_str: '2', created_at: ago(40), text: 'more rain', hashtags: ['ulm', 'wind'], screen_name: 'bob', favourites_count: 7 },
  { id_str: '3', created_at: ago(30), text: 'sunshine', screen_name: 'ann', images: ['https://example.org/a.png'] },
  { id_str: '4', created_at: ago(2 * 24 * 60), text: 'rain two days ago', screen_name: 'cleo', location_point: [9.99, 48.4] as [number, number], favourites_count: 3 },
]
const compiled = Compile(SearchAnswer)

async function ask({ app }: Pick<Library, 'app'>, query: Record<string, string>, expected = 200) {
  const { statusCode, body } = await app.inject({ url: '/api/search.json', query })
  assert.equal(statusCode, expected, body)
  const answer = JSON.parse(body)
  if (statusCode === 200) assert.deepEqual(compiled.Errors(answer), [])
  return answer
}
const ids = ({ statuses }: { statuses: { id_str: string }[] }): string[] => statuses.map(({ id_str }) => id_str)

describe('search.json', () => {
  test('answers in the shape of the original, and says how the query was understood', async () => {
    const { app } = library(rain)
    const { body, headers } = await app.inject({ url: '/api/search.json', query: { q: 'rain since:day' }, remoteAddress: '203.0.113.9' })
    const { search_metadata, statuses, aggregations, ...readmes } = JSON.parse(body)
    assert.deepEqual(Object.keys(readmes), ['readme_0', 'readme_1', 'readme_2', 'readme_3'])
    assert.deepEqual(search_metadata, {
      startRecord: 1, maximumRecords: 20, count: 2, hits: 2, hits_relation: 'eq', period: 600_000,
      query: 'rain since:day', query_understood: '(rain OR from:rain) since:2026-11-21T12:00:00Z', warnings: [], filter: '', client: '203.0.113.9', time: 0, servicereduction: 'false',
      count_twitter_all: 0, count_twitter_new: 0, count_backend: 0, cache_hits: 2, scraperInfo: 'local', index: 'messages', coverage: [],
    })
    assert.deepEqual(statuses.map(({ id_str }: { id_str: string }) => id_str), ['2', '1'])
    assert.deepEqual([statuses[0].text_length, statuses[0].hashtags_count, statuses[0].user.screen_name], [9, 2, 'bob'])
    assert.deepEqual(aggregations, {})
    assert.equal(headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(body, `${JSON.stringify(JSON.parse(body), null, 2)}\n`)
    const minified = await app.inject('/api/search.json?q=rain&minified=true')
    assert.equal(minified.body, `${JSON.stringify(JSON.parse(minified.body))}\n`)
    assert.doesNotMatch(minified.body, /readme/)
  })

  test('is the same by GET, form and JSON, and by the other names of the parameters', async () => {
    const { app } = library(rain)
    const expected = (await app.inject('/api/search.json?q=rain&count=1')).body
    for (const request of [
      { url: '/api/search.json?query=rain&maximumRecords=1' },
      { url: '/api/search.json?q=rain&query=other&count=1&maximumRecords=9' },
      { method: 'POST', url: '/api/search.json', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'q=rain&count=1' },
      { method: 'POST', url: '/api/search.json', body: { q: 'rain', count: 1 } },
    ] as const) assert.equal((await app.inject(request)).body, expected)
  })

  test('takes a query as clients send it: plus for space, entities for characters', async () => {
    const house = library(rain)
    assert.deepEqual(ids(await ask(house, { q: 'more+rain' })), ['2'])
    assert.deepEqual(ids(await ask(house, { q: '&quot;more rain&quot;' })), ['2'])
    assert.deepEqual(ids(await ask(house, { q: 'rain+since:2026-11-22T12:15:00+01:00' })), ['2'])
  })

  test('an empty query is everything, newest first', async () => {
    assert.deepEqual(ids(await ask(library(rain), {})), ['3', '2', '1', '4'])
  })

  test('orders by what is asked for, and tells where it cannot', async () => {
    const house = library(rain)
    assert.deepEqual(ids(await ask(house, { order: 'favourites_count' })), ['2', '4', '3', '1'])
    assert.equal((await ask(house, { order: 'favourites_count' })).search_metadata.period, undefined)
    const doubtful = await ask(house, { order: 'beauty' })
    assert.deepEqual(ids(doubtful), ['3', '2', '1', '4'])
    assert.match(doubtful.search_metadata.warnings[0].message, /"beauty" is none of created_at/)
  })

  test('filters by media', async () => {
    const house = library(rain)
    const answer = await ask(house, { filter: 'image' })
    assert.deepEqual([ids(answer), answer.search_metadata.filter, answer.search_metadata.query_understood], [['3'], 'image', 'has:image'])
    assert.deepEqual(ids(await ask(house, { filter: 'image,video' })), [])
    assert.match((await ask(house, { filter: 'smell' }, 400)).error.detail, /"smell" is none of image, video/)
  })

  test('every source is what is kept here, and no other word is one', async () => {
    const house = library(rain)
    for (const source of ['all', 'cache', 'backend', 'twitter']) assert.equal((await ask(house, { source })).statuses.length, 4)
    assert.equal((await ask(house, { source: 'mars' }, 400)).error.detail, 'source: must be one of all, cache, backend, twitter')
  })

  test('a doubtful query is answered with a warning, a bad one with the place, what was expected and what to try', async () => {
    const house = library(rain)
    const { warnings, query_understood } = (await ask(house, { q: 'rain lang:german' })).search_metadata
    assert.deepEqual([warnings.length, warnings[0].column, query_understood], [1, 6, '(rain OR from:rain) "lang:german"'])
    const { error } = await ask(house, { q: 'rain since:2026-02-30' }, 400)
    assert.deepEqual([error.code, error.column, error.suggestion], ['BAD_QUERY', 12, 'since:2026-11-21'])
    assert.match(error.expected, /^a date like 2026-01-31/)
    assert.deepEqual([(await ask(house, { q: 'near:Berlin' }, 400)).error.code], ['FEATURE_MISSING'])
  })

  test('the count of hits is capped unless it is asked for exactly', async () => {
    const many = Array.from({ length: 10_050 }, (_, at) => ({ id_str: `m${at}`, created_at: ago(at % 60), text: 'hello' }))
    const house = library(many)
    const { hits, hits_relation } = (await ask(house, { count: '0' })).search_metadata
    assert.deepEqual([hits, hits_relation], [10_000, 'gte'])
    const exact = (await ask(house, { count: '0', exact: 'true' })).search_metadata
    assert.deepEqual([exact.hits, exact.hits_relation, exact.count], [10_050, 'eq', 0])
  })
})

describe('pages', () => {
  test('by number go as far as 10,000', async () => {
    const house = library(rain)
    const page = await ask(house, { count: '2', startRecord: '2' })
    assert.deepEqual([ids(page), page.search_metadata.startRecord], [['2', '1'], 2])
    assert.match((await ask(house, { startRecord: '10001' }, 400)).error.detail, /^startRecord: /)
    assert.match((await ask(house, { startRecord: '0' }, 400)).error.detail, /^startRecord: /)
    assert.match((await ask(house, { startRecord: '2', cursor: 'x' }, 400)).error.detail, /^cursor and startRecord: /)
  })

  test('by cursor are stable while messages arrive and go', async () => {
    const house = library(Array.from({ length: 9 }, (_, at) => ({ id_str: `m${at}`, created_at: ago(at + 10) })))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await ask(house, { count: '2', ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...ids(page))
      ;({ cursor } = page.search_metadata)
      const shown = seen.at(-1) ?? ''
      house.add(insert({ id_str: `new${seen.length}`, created_at: ago(1) }), remove(shown))
    } while (cursor !== undefined)
    assert.deepEqual(seen, ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'])
  })

  test('a cursor of another order, or of nobody, is refused', async () => {
    const house = library(rain)
    const { cursor } = (await ask(house, { count: '1' })).search_metadata
    assert.match((await ask(house, { cursor, order: 'timestamp' }, 400)).error.detail, /^cursor: it belongs to order=created_at/)
    assert.match((await ask(house, { cursor: 'made up' }, 400)).error.detail, /^cursor: /)
  })

  test('are as long as the caller may have them', async () => {
    const many = Array.from({ length: 200 }, (_, at) => ({ id_str: `m${at}` }))
    const { app } = library(many)
    const size = async (query: Record<string, string>): Promise<number[]> => {
      const { search_metadata, statuses } = (await app.inject({ url: '/api/search.json', query })).json()
      return [search_metadata.maximumRecords, statuses.length]
    }
    assert.deepEqual(await size({}), [20, 20])
    assert.deepEqual(await size({ count: '' }), [20, 20])
    assert.deepEqual(await size({ count: '150' }), [100, 100])
    assert.equal((await app.inject('/api/search.json?count=-1')).statusCode, 400)
    assert.equal((await app.inject('/api/search.json?count=many')).statusCode, 400)
  })
})

describe('aggregations', () => {
  test('count values without regard to case', async () => {
    const { aggregations } = await ask(library(rain), { fields: 'hashtags, screen_name', count: '0' })
    assert.deepEqual(aggregations, { hashtags: { Ulm: 2, wind: 1 }, screen_name: { ann: 2, bob: 1, cleo: 1 } })
  })

  test('give as many values as asked for, of the fields that there are', async () => {
    const house = library(rain)
    assert.deepEqual((await ask(house, { fields: 'hashtags', limit: '1' })).aggregations, { hashtags: { Ulm: 2 } })
    assert.match((await ask(house, { fields: 'hashtags,smell' }, 400)).error.detail, /"smell"; one of created_at, hashtags, /)
  })

  test('a histogram has minutes, hours or days, as the query reaches back, with the empty ones', async () => {
    const house = library(rain)
    const of = async (q: string, timezoneOffset = '0'): Promise<[string, number][]> => Object.entries((await ask(house, { q, fields: 'created_at', timezoneOffset })).aggregations.created_at)
    const minutes = await of('rain since:hour')
    assert.equal(minutes.length, 60)
    assert.deepEqual([minutes[0], minutes[10], minutes[59]], [['2026-11-22 11:00', 0], ['2026-11-22 11:10', 1], ['2026-11-22 11:59', 0]])
    const hours = await of('rain since:week')
    assert.deepEqual([hours.length, hours.at(-1), hours.at(-49)], [168, ['2026-11-22 11:00', 2], ['2026-11-20 11:00', 0]])
    assert.deepEqual(await of('rain'), [['2026-11-20', 1], ['2026-11-21', 0], ['2026-11-22', 2]])
    assert.deepEqual((await of('rain since:hour', '-60')).at(-1), ['2026-11-22 12:59', 0])
    assert.deepEqual(await of('nothing'), [])
  })
})

describe('an answer that is not whole', () => {
  test('says so, why, and where to go on', async () => {
    const house = library(rain)
    house.held.partial = { reason: 'rebuilding' }
    const { search_metadata, statuses } = await ask(house, { q: 'rain' })
    assert.deepEqual([search_metadata.partial, search_metadata.partial_reason, statuses.length], [true, 'rebuilding', 3])
    assert.deepEqual(ids(await ask(house, { q: 'rain', cursor: search_metadata.cursor })), [])
    const empty = (await ask(house, { q: 'nothing' })).search_metadata
    assert.deepEqual(ids(await ask(house, { cursor: empty.cursor })), ['3', '2', '1', '4'], 'from the beginning')
    house.held.partial = undefined
    house.add(insert({ id_str: '5', text: 'rain', created_at: ago(3 * 24 * 60) }))
    assert.deepEqual(ids(await ask(house, { q: 'rain', cursor: search_metadata.cursor })), ['5'], 'what was missing')
  })

  test('says so where only its aggregations are not whole', async () => {
    const house = library(rain)
    house.held.partial = { reason: 'overfull' }
    for (const [kind, fields] of [['facets', 'hashtags'], ['histogram', 'created_at'], ['search', '']] as const) {
      house.held.partialOf = [kind]
      assert.equal((await ask(house, { q: 'rain', fields })).search_metadata.partial_reason, 'overfull', kind)
      if (fields !== '') assert.equal((await ask(house, { q: 'rain' })).search_metadata.partial, undefined)
    }
  })

  test('counts at least what it shows and what came before that', async () => {
    const house = library(rain)
    house.held.partial = { reason: 'deadline' }
    house.held.counted = 1
    const count = async (query: Record<string, string>): Promise<unknown[]> => {
      const { hits, hits_relation, cache_hits } = (await ask(house, query)).search_metadata
      return [hits, hits_relation, cache_hits]
    }
    assert.deepEqual(await count({ count: '3' }), [3, 'gte', 3])
    assert.deepEqual(await count({ count: '2', startRecord: '3' }), [4, 'gte', 4])
    assert.deepEqual(await count({ startRecord: '9' }), [1, 'gte', 1], 'an empty page says nothing of what came before it')
    assert.match((await house.app.inject('/search')).body, /<p>at least 4 messages/)
  })

  test('goes on in every order after what it found', async () => {
    const house = library([
      { id_str: 'old', created_at: ago(90), timestamp: ago(1), retweet_count: 1, favourites_count: 9 },
      { id_str: 'new', created_at: ago(2), timestamp: ago(3), retweet_count: 5, favourites_count: 9 },
    ])
    for (const order of ['created_at', 'timestamp', 'retweet_count', 'favourites_count']) {
      house.held.partial = { reason: 'rebuilding' }
      const { search_metadata: { cursor } } = await ask(house, { order })
      house.held.partial = undefined
      assert.deepEqual(ids(await ask(house, { order, cursor })), [], `${order}: nothing again`)
      const id = `late-${order}`
      house.add(insert({ id_str: id, created_at: ago(100), timestamp: ago(4), retweet_count: 0, favourites_count: 0 }))
      assert.deepEqual(ids(await ask(house, { order, cursor })), [id], `${order}: what was missing`)
      house.add(remove(id))
    }
  })

  test('names the gaps of the sources within the time of the query', async () => {
    const house = library(rain)
    const gap = { source: 'bluesky', from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T01:00:00.000Z', reason: 'the server no longer had it' }
    assert.deepEqual((await ask(house, { q: 'rain' })).search_metadata.coverage, [gap])
    assert.deepEqual((await ask(house, { q: 'since:2026-11-21T00:30:00Z' })).search_metadata.coverage, [gap])
    assert.deepEqual((await ask(house, { q: 'since:2026-11-21T01:00:00Z' })).search_metadata.coverage, [])
    assert.deepEqual((await ask(house, { q: 'until:2026-11-21T00:00:00Z' })).search_metadata.coverage, [])
  })

  test('503 is only for an index that cannot answer at all', async () => {
    const house = library(rain)
    house.held.health = { state: 'building', reason: 'a part is made again', cursor: 1 }
    await ask(house, {})
    house.held.health = { state: 'failed', reason: 'the disk is gone', cursor: 1 }
    const { statusCode, headers, body } = await house.app.inject('/api/search.json')
    assert.deepEqual([statusCode, headers['retry-after'], JSON.parse(body).error.code], [503, '5', 'NOT_READY'])
    assert.match(body, /the disk is gone/)
  })

  test('the caller says how long it waits, the server at most how long', async () => {
    const house = library(rain, { limits: { timeout: 700 } })
    for (const timeout of ['250', '9000', '']) await ask(house, { timeout })
    assert.deepEqual(house.held.timeouts, [250, 700, 700])
    await ask(house, { timeout: '0' }, 400)
  })
})

test('over-long links become short ones that lead back, unless they are not wanted', async () => {
  const long = `https://example.org/${'x'.repeat(80)}`
  const house = library([{ id_str: 'bluesky:did:plc:a:3k', text: `see ${long}`, links: ['https://a.example/', long] }], { options: { url: 'https://loklak.example/' } })
  const [status] = (await ask(house, { q: 'see' })).statuses
  assert.equal(status.text, 'see https://loklak.example/x?id=bluesky:did:plc:a:3k*1')
  assert.deepEqual(status.unshorten, { 'https://loklak.example/x?id=bluesky:did:plc:a:3k*1': `${long.slice(0, 50)}...` })
  assert.deepEqual(status.links, ['https://a.example/', long])
  assert.equal((await ask(house, { q: 'see', shortlink: 'false' })).statuses[0].text, `see ${long}`)
  const { statusCode, headers } = await house.app.inject('/x?id=bluesky:did:plc:a:3k*1')
  assert.deepEqual([statusCode, headers.location], [302, long])
})

test('a short link leads to a link of its message and nowhere else', async () => {
  const { app } = library([{ id_str: 'm', links: ['https://example.org/a?b', 'javascript:alert(1)', 'https://[broken'] }])
  const status = async (id: string): Promise<number> => (await app.inject({ url: '/x', query: { id } })).statusCode
  assert.equal((await app.inject('/x?id=m')).headers.location, 'https://example.org/a?b')
  assert.deepEqual([await status('m*0'), await status('m*1'), await status('m*2'), await status('m*3'), await status('other')], [302, 404, 404, 404, 404])
  assert.deepEqual([await status('m*x'), await status('a b'), (await app.inject('/x')).statusCode], [400, 400, 400])
})

