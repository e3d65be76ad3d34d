// What others wrote in Python, unchanged, against loklak: a fuzzer that knows its OpenAPI document, the client that was
// published for the original, a reader of feeds, a listener to MQTT.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isObject, type JsonObject } from '../../src/support/json.ts'
import { textAt } from './listener.ts'
import { needsPython } from './needs.ts'
import { freePort, start } from './process.ts'
import { pythonPrograms, runPython } from './python.ts'
import { search } from './searching.ts'
import { until } from './until.ts'

const messages = 5_000

describe('Python', needsPython(), () => {
  const open = new AsyncDisposableStack()
  after(() => open.disposeAsync())

  let programs: string
  let url: string
  let mqttPort: number
  const server = { url: () => url }
  /** Up to here nothing changes while more messages come. */
  let past: string
  /** A tag that is frequent, and somebody who wrote it. */
  let tag: string
  let author: string

  before(async () => {
    programs = await pythonPrograms()
    mqttPort = await freePort()
    const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
    const settings = ['--port.http=0', '--client.greeting=hello', '--stream.enabled=true', `--stream.broker.port=${mqttPort}`, '--stream.broker.port.ws=0']
    const demo = await start({ command: process.execPath, args: [main, 'demo', `--messages=${messages}`, ...settings], ready: /listening on (http:\S+)/ })
    open.defer(async () => void (await demo.stop()))
    url = demo.ready
    await until('all messages are found', async () => ((await search(server, '', { count: '0' })).hits >= messages ? true : undefined), { describe: () => demo.output() })
    past = new Date(Date.now() - 60_000).toISOString()
    const { aggregations } = await search(server, `until:${past}`, { count: '0', fields: 'hashtags', limit: '1' })
    assert.ok(isObject(aggregations['hashtags']))
    tag = `#${Object.keys(aggregations['hashtags'])[0]}`
    const [newest] = (await search(server, `${tag} until:${past}`, { count: '1' })).statuses
    author = textAt(newest, 'screen_name')
  })

  test('schemathesis finds no failure of the server and no answer that the OpenAPI document does not have', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loklak-schemathesis-'))
    const options = ['--no-color', '--seed=1', '--max-examples=25', '--request-timeout=20', '--suppress-health-check=all', '--exclude-path-regex=/stream', '--phases=examples,coverage,fuzzing']
    const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance'
    const { status, stdout, stderr } = spawnSync(join(programs, 'schemathesis'), ['run', `${url}/api/openapi.json`, ...options, `--checks=${checks}`], { cwd: folder, encoding: 'utf8' })
    await rm(folder, { recursive: true })
    assert.equal(status, 0, stdout + stderr)
    console.log(stdout)
  })

  test("loklak's old client says hello, searches, counts, suggests and looks people up", async () => {
    const answers = await runPython(programs, 'client.py', `${url}/`, tag, past, author)
    assert.ok(isObject(answers))
    const { baseUrl, hello, status, settings, peers, search: found, searchByAuthor, aggregations, suggest, user } = answers
    assert.equal(baseUrl, `${url}/`)
    assert.partialDeepStrictEqual(hello, { status: 'ok' })
    assert.deepEqual(settings, { greeting: 'hello' })
    assert.partialDeepStrictEqual(peers, { count: 0, peers: [] })
    assert.ok(isObject(status) && isObject(status['index']) && isObject(status['index']['messages']))
    assert.ok(Number(status['index']['messages']['size']) >= messages)
    const same = await search(server, `${tag} until:${past}`, { count: '7' })
    assert.deepEqual(statuses(found).map(({ id_str }) => id_str), same.statuses.map(({ id_str }) => id_str))
    assert.equal(same.statuses.length, 7)
    const byAuthor = statuses(searchByAuthor)
    assert.ok(byAuthor.length > 0 && byAuthor.every(({ screen_name }) => screen_name === author))
    const counted = await search(server, `${tag} until:${past}`, { count: '0', fields: 'hashtags,mentions' })
    assert.ok(isObject(aggregations))
    assert.deepEqual(aggregations['aggregations'], counted.aggregations)
    assert.ok(isObject(suggest) && Array.isArray(suggest['queries']) && suggest['queries'].length === 5)
    assert.equal(textAt(user, 'user', 'screen_name'), author)
  })

  test('feedparser understands the feed, and finds what the search found', async () => {
    const { statuses } = await search(server, `until:${past}`, { count: '50' })
    for (const path of ['/api/search.rss?q=', '/rss/']) {
      const feed = await runPython(programs, 'feed.py', `${url}${path}${encodeURIComponent(`until:${past}`)}${path.endsWith('=') ? '&' : '?'}count=50`)
      assert.partialDeepStrictEqual(feed, { bozo: false, version: 'rss20' }, JSON.stringify(feed).slice(0, 500))
      assert.ok(isObject(feed) && Array.isArray(feed['entries']))
      const entries = feed['entries'].filter(isObject)
      assert.deepEqual(entries.map(({ id }) => id), statuses.map(({ id_str }) => id_str))
      assert.ok(entries.every(({ title, published }) => typeof title === 'string' && title !== '' && Array.isArray(published)))
    }
  })

  test('paho hears messages from the broker inside loklak as they come, and they are what is found', async () => {
    const heard = await runPython(programs, 'listen.py', String(mqttPort), 'all', '5')
    assert.ok(Array.isArray(heard))
    assert.equal(heard.length, 5)
    for (const message of heard.filter(isObject)) {
      assert.deepEqual([message['topic'], message['qos']], ['all', 1])
      const id = textAt(message, 'payload', 'id_str')
      const [kept] = await until(`${id} is found`, async () => ((await search(server, `id:${id}`)).hits === 1 ? (await search(server, `id:${id}`)).statuses : undefined))
      assert.equal(textAt(kept, 'text'), textAt(message, 'payload', 'text'))
    }
  })

  const statuses = (answer: unknown): readonly JsonObject[] => {
    assert.ok(isObject(answer) && Array.isArray(answer['statuses']), JSON.stringify(answer))
    return answer['statuses'].filter(isObject)
  }
})
