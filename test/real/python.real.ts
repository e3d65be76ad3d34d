// What others wrote in Python, unchanged, against loklak: a fuzzer that knows its OpenAPI document, the client that was
// published for the original, a reader of feeds, a listener to MQTT.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isObject, type JsonObject } from '../../src/support/json.ts'
import { startJetstream } from '../e2e/jetstream.ts'
import { textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { needsPython } from './needs.ts'
import { pour } from './pour.ts'
import { freePort } from './process.ts'
import { pythonPrograms, runPython } from './python.ts'
import { askJson, indexed, search } from './searching.ts'

const messages = 5_000

describe('Python', needsPython(), () => {
  const open = new AsyncDisposableStack()
  after(() => open.disposeAsync())

  let folder: string
  let programs: string
  let loklak: Loklak
  /** A tag that is frequent, and somebody who wrote it. */
  let tag: string
  let author: string

  before(async () => {
    programs = await pythonPrograms()
    folder = await mkdtemp(join(tmpdir(), 'loklak-python-'))
    open.defer(() => rm(folder, { recursive: true }))
    loklak = await startLoklak('loklak', join(folder, 'loklak'), 'ws://127.0.0.1:1', { 'source.bluesky.enabled': 'false', 'client.greeting': 'hello' })
    open.defer(() => loklak.kill())
    const sample = join(folder, 'sample.txt')
    assert.equal((await loklak.command('sample', String(messages), `--out=${sample}`)).code, 0)
    assert.equal((await loklak.command('import', sample)).code, 0)
    await indexed(loklak)
    const { aggregations } = await search(loklak, '', { count: '0', fields: 'hashtags', limit: '1' })
    assert.ok(isObject(aggregations['hashtags']))
    tag = `#${Object.keys(aggregations['hashtags'])[0]}`
    const [newest] = (await search(loklak, tag, { count: '1' })).statuses
    author = textAt(newest, 'screen_name')
  })

  test('schemathesis finds no failure of the server and no answer that the OpenAPI document does not have', () => {
    const checks = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance']
    const bounded = ['--phases=coverage,fuzzing', '--max-examples=10', '--seed=1', '--request-timeout=20', '--suppress-health-check=all']
    // What streams has no end to wait for.
    const args = ['run', `${loklak.url()}/api/openapi.json`, '--no-color', `--checks=${checks.join(',')}`, ...bounded, '--exclude-path-regex=/stream']
    const { status, stdout, stderr } = spawnSync(join(programs, 'schemathesis'), args, { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
    const [, tested] = /Tested: +(\d+)/.exec(stdout) ?? []
    assert.ok(Number(tested) > 20, stdout)
  })

  test("loklak's old client says hello, searches, counts, suggests and looks people up", async () => {
    const until = '2100-01-01'
    const answers = await runPython(programs, 'client.py', `${loklak.url()}/`, tag, until, author)
    assert.ok(isObject(answers))
    const { baseUrl, hello, status, settings, peers, search: found, searchByAuthor, aggregations, suggest, user } = answers
    assert.equal(baseUrl, `${loklak.url()}/`)
    assert.partialDeepStrictEqual(hello, { status: 'ok' })
    assert.partialDeepStrictEqual(settings, { greeting: 'hello' })
    assert.partialDeepStrictEqual(peers, { count: 0, peers: [] })
    assert.ok(isObject(status) && isObject(status['index']) && isObject(status['index']['messages']))
    const { hits } = await search(loklak, '', { count: '0' })
    const size = Number(status['index']['messages']['size'])
    // What hidden authors wrote may be counted or not.
    assert.ok(size >= hits && size <= messages, `${size} messages, ${hits} found`)
    const expected = await search(loklak, tag, { count: '7', fields: 'hashtags,mentions' })
    assert.equal(expected.statuses.length, 7)
    assert.deepEqual(statusesOf(found), expected.statuses)
    assert.ok(isObject(aggregations))
    assert.deepEqual(aggregations['aggregations'], expected.aggregations)
    assert.deepEqual(statusesOf(searchByAuthor), (await search(loklak, `${tag} from:${author}`)).statuses)
    assert.ok(isObject(suggest) && Array.isArray(suggest['queries']))
    assert.equal(suggest['queries'].length, 5)
    assert.deepEqual(user, await askJson(loklak, '/api/user.json', { screen_name: author }))
  })

  test('feedparser understands the feed, and finds what the search found', async () => {
    const { statuses } = await search(loklak, tag)
    for (const address of [`/api/search.rss?q=${encodeURIComponent(tag)}&count=100`, `/rss/${encodeURIComponent(tag)}?count=100`]) {
      const feed = await runPython(programs, 'feed.py', loklak.url() + address)
      assert.partialDeepStrictEqual(feed, { bozo: false, version: 'rss20' }, JSON.stringify(feed).slice(0, 500))
      assert.ok(isObject(feed) && Array.isArray(feed['entries']))
      const entries = feed['entries'].filter(isObject)
      assert.deepEqual(entries.map(({ id, link }) => [id, link]), statuses.map(({ id_str, link }) => [id_str, link]))
      assert.deepEqual(entries.map(({ published }) => published), statuses.map(({ created_at }) => textAt({ created_at }, 'created_at').replace(/\.\d+Z$/, 'Z')))
    }
  })

  test('paho hears messages from the broker inside loklak the moment they are kept', async (t) => {
    const jetstream = await startJetstream(t)
    const port = await freePort()
    const settings = { 'stream.enabled': 'true', 'stream.broker.port': String(port), 'stream.broker.port.ws': '0', 'source.bluesky.since': '-1h' }
    const broker = await startLoklak('broker', join(folder, 'broker'), jetstream.url, settings)
    t.after(() => broker.kill())
    // It says nothing when it has subscribed, so messages are told until it has heard enough.
    let isOver = false
    const listening = runPython(programs, 'listen.py', String(port), 'all', '5').finally(() => (isOver = true))
    const told: string[] = []
    while (!isOver) told.push(...(await pour(jetstream, { total: 10, perSecond: 100, first: told.length })))
    const heard = await listening
    assert.ok(Array.isArray(heard))
    const ids = heard.map((message) => textAt(message, 'payload', 'id_str'))
    const first = told.indexOf(ids[0] ?? '')
    assert.deepEqual(ids, told.slice(first, first + 5))
    assert.ok(heard.every((message) => isObject(message) && message['topic'] === 'all' && message['qos'] === 1))
  })
})

function statusesOf(answer: unknown): readonly JsonObject[] {
  assert.ok(isObject(answer) && Array.isArray(answer['statuses']), JSON.stringify(answer))
  return answer['statuses'].filter(isObject)
}
