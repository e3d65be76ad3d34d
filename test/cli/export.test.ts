import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test, type TestContext } from 'node:test'
import { exportMessages } from '../../src/cli/export.ts'
import type { Draft, Intake } from '../../src/intake/port.ts'
import { isMessage, type Message } from '../../src/message/schema.ts'
import { startServer } from '../../src/server.ts'
import { loadSettings } from '../../src/settings/load.ts'
import type { Source } from '../../src/sources/source.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { paper, run as runCommand, type Ran } from './fixtures.ts'
import { noon, post, store, temporaryFolder } from './folders.ts'

const run = (path: string, ...flags: string[]): Promise<Ran> => runCommand(['export', `--data.path=${path}`, ...flags], [exportMessages], { now: () => noon })

async function exported(path: string, ...flags: string[]): Promise<Message[]> {
  const { code, out } = await run(path, ...flags)
  assert.equal(code, 0)
  return out.split('\n').filter((line) => line !== '').map((line) => {
    const json: unknown = JSON.parse(line)
    assert.ok(isMessage(json))
    return json
  })
}
const texts = async (path: string, ...flags: string[]): Promise<string[]> => (await exported(path, ...flags)).map(({ text }) => text)

const message = (...of: Parameters<typeof post>): Draft => ({ kind: 'message', message: post(...of) })
const edit = (name: string, text: string, edited_at: string): Draft => ({ kind: 'edit', message: post(name, text, { edited_at }) })
const author = (name: string, state: 'active' | 'hidden' | 'deleted', labels: string[] = []): Draft => ({ kind: 'author', author: { key: `did:plc:${name}`, network: 'bluesky', handle: name, state, labels } })

describe('export', () => {
  test('prints every message as it is kept, one a line, in the order of the dumps', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [message('ann', 'Hello #rain'), message('bob', 'Good morning', { created_at: '2020-01-01T00:00:00Z' })])
    const [first, second, ...more] = await exported(path)
    assert.deepEqual([first?.text, first?.hashtags, second?.text, more], ['Hello #rain', ['rain'], 'Good morning', []])
    assert.match((await run(path)).out, /^\{"timestamp":"2026-06-01T12:00:00\.000Z","created_at":"2026-06-01T11:00:00\.000Z","screen_name":"ann","text":"Hello #rain",/)
    assert.match((await run(path)).err, /^export: 2 messages in /m)
  })

  test('leaves out what was deleted, and what was replaced', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [
      message('ann', 'first'), message('bob', 'gone'), message('cleo', 'stays'),
      edit('ann', 'second', '2026-06-01T11:10:00Z'), edit('ann', 'third', '2026-06-01T11:20:00Z'),
      { kind: 'delete', id_str: post('bob', '').id_str },
      edit('dan', 'edited before it was seen', '2026-06-01T11:30:00Z'),
    ])
    assert.deepEqual(await texts(path), ['stays', 'third', 'edited before it was seen'])
  })

  test('leaves out authors who are hidden or gone, for as long as they are', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, ['ann', 'bob', 'cleo', 'dan'].map((name) => message(name, `by ${name}`)))
    await store(path, [author('ann', 'hidden'), author('bob', 'deleted'), author('cleo', 'active', ['!no-unauthenticated'])])
    assert.deepEqual(await texts(path), ['by dan'])
    await store(path, [author('ann', 'active'), author('cleo', 'active')])
    assert.deepEqual(await texts(path), ['by ann', 'by cleo', 'by dan'])
  })

  test('takes a stretch of time and a network', async (t) => {
    const path = await temporaryFolder(t)
    const at = (name: string, created_at: string, network = 'bluesky'): Draft => message(name, name, { created_at, network })
    await store(path, [at('may', '2026-05-31T23:59:59.999Z'), at('midnight', '2026-06-01T00:00:00Z'), at('ten', '2026-06-01T10:00:00Z'), at('feed', '2026-06-01T10:00:00Z', 'rss')])
    assert.deepEqual(await texts(path, '--since=2026-06-01'), ['midnight', 'ten', 'feed'])
    assert.deepEqual(await texts(path, '--until=2026-06-01'), ['may'])
    assert.deepEqual(await texts(path, '--since=2026-06-01T00:00:00Z', '--until=2026-06-01T10:00:00Z'), ['midnight'])
    assert.deepEqual(await texts(path, '--since=-3h', '--source=Bluesky'), ['ten'])
    assert.deepEqual(await texts(path, '--source=rss'), ['feed'])
    assert.deepEqual(await texts(path, '--source=nostr'), [])
  })

  test('speaks json, csv and txt', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [message('ann', '=1+1 "x", #a #b', { location_point: [9.99, -48.4] })])
    const list: unknown = JSON.parse((await run(path, '--format=json')).out)
    assert.ok(Array.isArray(list) && list.length === 1 && isMessage(list[0]))
    const [head, row] = (await run(path, '--format=csv')).out.split('\r\n')
    assert.match(head ?? '', /^id_str,created_at,edited_at,network,screen_name,name,user_id,text,language,hashtags,/)
    assert.ok(row?.startsWith(`bluesky:did:plc:ann:3kaaaaaaaaa2a,2026-06-01T11:00:00.000Z,,bluesky,ann,,did:plc:ann,"'=1+1 ""x"", #a #b",en,a b,`))
    assert.ok(row?.endsWith(',9.99,-48.4'))
    assert.equal((await run(path, '--format=txt')).out, '2026-06-01T11:00:00.000Z ann: =1+1 "x", #a #b\n')
  })

  test('has everything of several segments, sealed or not', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [message('ann', 'yesterday')], () => noon - 86_400_000)
    await store(path, [message('bob', 'today'), edit('ann', 'yesterday, edited', '2026-06-01T11:59:00Z')])
    assert.ok((await readdir(join(path, 'dump', 'own'))).length > 1)
    assert.deepEqual(await texts(path), ['today', 'yesterday, edited'])
  })

  test('of an empty folder is empty, and of none is refused', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [])
    assert.deepEqual(await texts(path), [])
    const { code, err } = await run(join(path, 'nowhere'))
    assert.equal(code, 1)
    assert.match(err, /nowhere has no dumps/)
    assert.equal((await readdir(path)).includes('nowhere'), false)
  })

  test('reads past a damaged line, and says so', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [message('ann', 'before'), message('bob', 'damaged'), message('cleo', 'after')])
    const own = join(path, 'dump', 'own')
    const [name = ''] = await readdir(own)
    const text = await readFile(join(own, name), 'utf8')
    await writeFile(join(own, name), text.replace('"text":"damaged"', '"text":"damaged'))
    const { code, out, err } = await run(path)
    assert.equal(code, 1)
    assert.match(out, /"before".+\n.+"after"/)
    assert.ok(!out.includes('damaged'))
    assert.match(err, /warning: 1 lines could not be read; `loklak dump verify` shows where\n$/)
  })

  test('stopped by Ctrl-C says that it is not complete', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, Array.from({ length: 200 }, (_, at) => message(`n${at}`, 'x'.repeat(1000))))
    const stop = new AbortController()
    const out = new Writable({ write: (_chunk, _encoding, done) => { stop.abort(new LoklakError('STOPPED', '')); done() } })
    const { code, err } = await runCommand(['export', `--data.path=${path}`], [exportMessages], { out, now: () => noon, signal: stop.signal })
    assert.equal(code, 1)
    assert.match(err, /error: Stopped by request\. The messages are not complete\./)
  })

  test('beside a server that runs has all that was acknowledged, deletes too', async (t) => {
    const { path, intake } = await server(t)
    for (const draft of [message('ann', 'stays'), message('bob', 'gone'), { kind: 'delete', id_str: post('bob', '').id_str } as const]) await intake.offer([draft], from)
    assert.deepEqual(await texts(path), ['stays'])
  })

  test('has a message that is edited while it reads, in the new form', async (t) => {
    const { path, intake } = await server(t)
    const long = Array.from({ length: 200 }, (_, at) => message(`n${at}`, 'x'.repeat(1000)))
    await intake.offer([...long, message('zoe', 'old')], from)
    let text = ''
    const out = new Writable({
      write(chunk, _encoding, done) {
        const isFirst = text === ''
        text += String(chunk)
        if (!isFirst) return done()
        // The other export makes sure that this one can know of it.
        const changed = intake.offer([edit('zoe', 'new', '2026-06-01T11:59:00Z')], from).then(() => run(path))
        void changed.finally(done)
      },
    })
    assert.equal(await runCommand(['export', `--data.path=${path}`], [exportMessages], { out, now: () => noon }).then(({ code }) => code), 0)
    assert.equal(text.split('\n').length, 202)
    assert.match(text, /"text":"new"[^\n]+\n$/)
    assert.ok(!text.includes('"text":"old"'))
  })
})

const from = { source: 'test', imported: false }

/** A server on a folder of its own, and its intake. */
async function server(t: TestContext): Promise<{ path: string; intake: Intake }> {
  const path = await mkdtemp(join(tmpdir(), 'loklak-test-'))
  const { promise, resolve } = Promise.withResolvers<Intake>()
  const source: Source = {
    async run(intake, signal) {
      resolve(intake)
      await new Promise((end) => signal.addEventListener('abort', end))
    },
    state: () => ({ name: 'test', network: 'test', state: 'live', reason: null, address: null, rate: 0, lag_ms: null, last_message_at: null, received: 0, dropped: {}, reconnects: 0, gaps: [] }),
  }
  const { settings } = loadSettings({ argv: [`--data.path=${path}`, '--port.http=0', '--disk.floor=1B', '--log.level=error'], env: {}, cwd: path })
  const serving = await startServer(settings, { version: '0', env: {}, err: paper().out, now: Date.now }, new AbortController().signal, { sources: [source], told: 'a test' })
  t.after(async () => {
    await serving.stop()
    await rm(path, { recursive: true })
  })
  return { path, intake: await promise }
}
