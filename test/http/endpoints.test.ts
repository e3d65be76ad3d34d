import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { FeatureCollection } from '../../src/http/render/geojson.ts'
import { HelloAnswer } from '../../src/http/routes/hello.ts'
import { LiveAnswer } from '../../src/http/routes/live.ts'
import { PeersAnswer } from '../../src/http/routes/peers.ts'
import { ReadyAnswer } from '../../src/http/routes/ready.ts'
import { SettingsAnswer } from '../../src/http/routes/settings.ts'
import { SuggestAnswer } from '../../src/http/routes/suggest.ts'
import { UsersAnswer } from '../../src/http/routes/user.ts'
import { SearchAnswer } from '../../src/http/search/schema.ts'
import { StatusAnswer } from '../../src/http/status-schema.ts'
import { library } from './naive-index.ts'
import { house, noon, statusAt } from './parts.ts'

const answers: readonly [url: string, schema: TSchema][] = [
  ['/api/status.json', StatusAnswer],
  ['/api/health/live', LiveAnswer],
  ['/api/health/ready', ReadyAnswer],
  ['/api/settings.json', SettingsAnswer],
  ['/api/search.json', SearchAnswer],
  ['/api/search.geojson', FeatureCollection],
  ['/api/suggest.json', SuggestAnswer],
  ['/api/user.json', UsersAnswer],
  ['/api/hello.json', HelloAnswer],
  ['/api/peers.json', PeersAnswer],
]

for (const [url, schema] of answers) {
  test(`${url} answers what its schema says, by GET and POST`, async () => {
    const { app } = library([{ id_str: '1', screen_name: 'ann', location_point: [9.99, 48.4], hashtags: ['rain'] }])
    const compiled = Compile(schema)
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode, body } = await app.inject({ method, url: `${url}?screen_name=ann&fields=created_at,hashtags` })
      assert.equal(statusCode, 200)
      assert.deepEqual(compiled.Errors(JSON.parse(body)), [])
    }
  })
}

test('every JSON endpoint of the description is checked here', async () => {
  const { app } = house()
  await app.ready()
  const { paths = {} } = app.swagger()
  const described = Object.entries(paths).filter(([, item]) => item !== undefined && 'post' in item).map(([url]) => url)
  const others = new Set(['/x', '/api/search.rss', '/api/search.txt', '/api/search.csv', '/api/search.ndjson', '/api/stream.json'])
  assert.deepEqual(described.filter((url) => !others.has(url)).toSorted(), answers.map(([url]) => url).toSorted())
})

test('status.json has all the names of the original', async () => {
  const { app } = house()
  const status = (await app.inject('/api/status.json')).json()
  assert.deepEqual(Object.keys(status).filter((key) => ['system', 'index', 'client_info', 'commit', 'stream_enabled', 'session'].includes(key)).length, 6)
  for (const name of ['assigned_memory', 'used_memory', 'available_memory', 'cores', 'threads', 'runtime', 'time_to_restart', 'load_system_average', 'load_system_cpu',
    'load_process_cpu', 'server_threads', 'server_uri', 'Xmx', 'elasticsearch', 'searchCount', 'retrievalForBackend', 'caretakerProperties']) assert.ok(name in status.system, name)
  for (const window of ['1m', '10m', '1h', '1d', '1w']) for (const kind of ['C', 'T']) assert.ok(`mps${window}${kind}` in status.index, `mps${window}${kind}`)
  for (const window of ['minute', '10minutes', 'hour', 'day', 'week']) {
    for (const kind of ['created_at', 'timestamp']) assert.equal(status.index.messages[`size_local_${window}_${kind}`], 600)
  }
  for (const name of ['mps', 'mps10mD', 'mps10mNII', 'messages', 'users', 'queries', 'accounts', 'user', 'followers', 'following']) assert.ok(name in status.index, name)
  assert.deepEqual(status.index.messages.stats.object_cache, { update: 0, hit: 0, miss: 0, size: 0, maxsize: 0 })
  assert.deepEqual(status.index.messages.queue, { size: 0, maxSize: 0, clients: 0 })
  assert.equal(status.system.searchCount.search_count_low, '10')
})

test('status.json says what is collected, stored and kept', async () => {
  const commit = { hash: 'abc', comment: 'fix' }
  const { app, health } = house({ options: { commit, url: 'https://loklak.example' } })
  health.degraded('bluesky', 'timeout', 300)
  const status = (await app.inject('/api/status.json')).json()
  const { sources, journal, disk, intake, projections, counts } = statusAt(noon)
  for (const [name, part] of Object.entries({ sources, journal, disk, intake, projections, commit })) assert.deepEqual(status[name], part, name)
  assert.equal(status.index.messages.size, counts.messages)
  assert.deepEqual([status.index.users.size, status.index.bytes, status.index.parts, status.index.refused], [counts.users, 0, [], {}])
  assert.equal(status.system.server_uri, 'https://loklak.example')
  assert.deepEqual(status.collecting, { storing: true, reason: null, last_stored_at: '2026-11-22T11:59:59.995Z' })
  assert.deepEqual(status.degraded, [{ name: 'bluesky', reason: 'timeout', lag_ms: 300, since: '2026-11-22T12:00:00.000Z' }])
})

test('status.json says how large the index is, as it was last asked', async () => {
  const part = { name: '2026.db', from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z', messages: 900, bytes: 4096, state: 'ok' as const }
  const index = { messages: 900, authors: 40, bytes: 8192, refused: { json: 1 }, parts: [part] }
  const { app } = house({ parts: { status: () => ({ ...statusAt(noon), index }) } })
  const status = (await app.inject('/api/status.json')).json()
  assert.deepEqual(Compile<TSchema>(StatusAnswer).Errors(status), [])
  assert.deepEqual([status.index.bytes, status.index.parts, status.index.refused], [8192, [part], { json: 1 }])
})

test('status.json shows the caller what is safe of its request, and no more', async () => {
  const { app } = house()
  const headers = { 'host': 'x', 'cookie': 'S1', 'authorization': 'S2', 'x-api-key': 'S3', 'user-agent': 'curl/8', 'referer': 'S4' }
  const { body } = await app.inject({ url: '/api/status.json', headers, remoteAddress: '203.0.113.9' })
  assert.doesNotMatch(body, /S\d/)
  assert.deepEqual(JSON.parse(body).client_info, { RemoteHost: '203.0.113.9', IsLocalhost: 'false', request_header: { 'Host': 'x', 'User-Agent': 'curl/8' } })
  assert.deepEqual(JSON.parse(body).session, { identity: { type: 'host', name: '203.0.113.9', anonymous: true } })
})

test('live answers whatever is down', async () => {
  const { app } = house({ useless: () => 'disk full' })
  assert.deepEqual((await app.inject('/api/health/live')).json(), { live: true })
})

test('ready is 200 with what is degraded, and 503 with a reason while nothing useful can be done', async () => {
  let useless: string | null = null
  const { app, health } = house({ useless: () => useless })
  health.degraded('bluesky', 'timeout', 300)
  const fine = await app.inject('/api/health/ready')
  assert.equal(fine.statusCode, 200)
  assert.deepEqual(fine.json(), { ready: true, draining: false, reason: null, degraded: [{ name: 'bluesky', reason: 'timeout', lag_ms: 300, since: '2026-11-22T12:00:00.000Z' }] })

  useless = 'disk full'
  const refused = await app.inject('/api/health/ready')
  assert.equal(refused.statusCode, 503)
  assert.equal(refused.headers['retry-after'], '2')
  assert.equal(refused.json().error.code, 'NOT_READY')
  assert.equal(refused.json().error.detail, 'disk full')
  assert.deepEqual(Compile(ReadyAnswer).Errors(refused.json()), [])

  useless = null
  health.draining()
  assert.deepEqual([(await app.inject('/api/health/ready')).statusCode, (await app.inject('/api/health/ready')).json().reason], [503, 'stopping'])
})

test('settings.json has what is public and nothing else', async () => {
  const { app } = house({ parts: { publicSettings: () => ({ title: 'my loklak' }) } })
  assert.deepEqual((await app.inject('/api/settings.json')).json(), { title: 'my loklak' })
})

test('/metrics tells the same as status.json', async () => {
  const { app, health } = house()
  health.degraded('broker', 'gone')
  await app.inject('/api/health/live')
  const { body, headers } = await app.inject('/metrics')
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  for (const line of [
    'loklak_build_info{version="1.2.3"} 1',
    'loklak_ready 1',
    'loklak_storing 1',
    'loklak_degraded{name="broker"} 1',
    'loklak_intake_drafts_total{outcome="new"} 900',
    'loklak_intake_invalid_total{reason="text: must be string"} 4',
    'loklak_intake_repaired_total{kind="facet moved"} 6',
    'loklak_source_live{source="bluesky"} 1',
    'loklak_source_lag_seconds{source="bluesky"} 0.32',
    'loklak_source_dropped_total{reason="json",source="bluesky"} 2',
    'loklak_journal_records_total{operation="D"} 5',
    'loklak_disk_left_days 41.7',
    'loklak_mqtt_connected 1',
    'loklak_mqtt_published_total 7000',
    'loklak_mqtt_refused_total 1',
    'loklak_mqtt_clients 4',
    'loklak_mqtt_cut_total 5',
    'loklak_mqtt_turned_away_total 6',
    'loklak_projection_lag_seconds{projection="index"} 0.004',
    'loklak_http_request_seconds_count{route="/api/health/live",method="GET",status="2xx"} 1',
  ]) assert.ok(body.includes(`\n${line}\n`), line)
})

test('the start page says what is collected and where everything is, and loads nothing', async () => {
  const { app, health } = house()
  health.degraded('<broker>', 'gone & away')
  const { body, headers } = await app.inject('/')
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  for (const text of ['Everything that arrives is stored.', '42 a second', '50.0 GB free of 100.0 GB, enough for 41 days', '&lt;broker&gt;: gone &amp; away']) assert.ok(body.includes(text), text)
  for (const link of ['/dump/', '/api/', '/api/status.json', '/metrics']) assert.ok(body.includes(`href="${link}"`), link)
  assert.doesNotMatch(body, /https?:|src=|<script|<link/)
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[^']+'; /)
})

test('the start page does not look running where nothing is stored', async () => {
  const status = { ...statusAt(noon), sources: [] }
  const { app } = house({ parts: { status: () => status } })
  assert.match((await app.inject('/')).body, /Nothing new is being stored:<\/strong> no source is enabled/)
})

test('the description is OpenAPI 3.1 and names every public address', async () => {
  const { app } = house()
  const description = (await app.inject('/api/openapi.json')).json()
  assert.equal(description.openapi, '3.1.0')
  assert.equal(description.info.version, '1.2.3')
  assert.deepEqual(Object.keys(description.paths).toSorted(), [
    '/api/health/live', '/api/health/ready', '/api/hello.json', '/api/peers.json',
    '/api/search.csv', '/api/search.geojson', '/api/search.json', '/api/search.ndjson', '/api/search.rss', '/api/search.txt', '/api/settings.json', '/api/status.json',
    '/api/stream.json', '/api/stream.ws', '/api/suggest.json', '/api/user.json', '/dump/', '/dump/{name}', '/metrics', '/rss/{q}', '/x', '/xrpc/app.bsky.feed.searchPosts',
  ])
  assert.deepEqual(Object.keys(description.paths['/api/settings.json'].get.responses), ['200', '4XX', '5XX'])
  assert.doesNotMatch(JSON.stringify(description), /control/)
  assert.doesNotMatch(JSON.stringify(description), /"items":\[/, 'a list of items was JSON Schema before 2020-12')
})
