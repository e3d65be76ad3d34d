// The stream as the world has it: through a real nginx, over lines that break, in a real browser while the server is killed.
// Whatever happens, a reader who goes on where it stopped misses nothing and hears nothing twice.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { seeded } from '../../src/sources/sample/random.ts'
import { idOf, postFrame, startJetstream, type Jetstream } from '../e2e/jetstream.ts'
import { openPage } from './browser.ts'
import { readAll, readBlocks, readDropping, take, type Block, type Bookmark } from './event-source.ts'
import { textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { needs } from './needs.ts'
import { startNginx, type Nginx } from './nginx.ts'
import { pour } from './pour.ts'
import { freePort } from './process.ts'
import { readSocket } from './socket.ts'
import { until } from './until.ts'

/** Everything from the beginning, unless the reader says where it stopped. */
const everything = '/api/stream.json?channel=all&after=0'

async function collect(t: TestContext): Promise<{ readonly folder: string; readonly jetstream: Jetstream; readonly loklak: Loklak }> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-stream-'))
  const jetstream = await startJetstream(t)
  // Where it is killed before it wrote down how far it is, it begins there again.
  // A reader that drops may be back before its old connection is seen to be gone.
  const settings = { 'source.bluesky.since': '-1h', 'port.http': String(await freePort()), 'server.proxies': '127.0.0.0/8', 'stream.limit.address': '64' }
  const loklak = await startLoklak('loklak', join(folder, 'loklak'), jetstream.url, settings)
  t.after(async () => {
    await loklak.kill()
    await rm(folder, { recursive: true })
  })
  await loklak.live()
  return { folder, jetstream, loklak }
}

async function behindNginx(t: TestContext, folder: string, loklak: Loklak): Promise<Nginx> {
  const nginx = await startNginx(await mkdtemp(join(folder, 'nginx-')), loklak.url())
  t.after(() => nginx.stop())
  return nginx
}

/** No gap, no repeat, in order, and under ids that rise. */
function assertWhole(events: readonly Pick<Block, 'id' | 'data'>[], expected: readonly string[], who: string): void {
  const heard = events.map(({ data = '' }) => textAt(JSON.parse(data), 'id_str'))
  const wrong = heard.findIndex((id, at) => id !== expected[at])
  assert.equal(wrong, -1, `${who}: event ${wrong} is ${heard[wrong]}, after ${heard[wrong - 1]}`)
  assert.equal(heard.length, expected.length, who)
  // Of one journal, with positions of as many digits.
  const ids = events.map(({ id }) => id)
  assert.ok(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? '')), `${who}: the ids rise`)
}

test('nginx passes every event on at once, buffering as it comes', needs('nginx', 'openssl'), async (t) => {
  const { folder, jetstream, loklak } = await collect(t)
  const nginx = await behindNginx(t, folder, loklak)
  for (const [at, address] of [{ url: nginx.http + everything }, { url: nginx.https + everything, ca: nginx.ca }].entries()) {
    const events = readAll(address)
    const before = at * 20
    for (let n = 0; n < before; n++) await events.next()
    // The next is said only when the last was heard, so that one that is held back is never pushed on by others.
    for (let n = before; n < before + 20; n++) {
      const time = Date.now() * 1000 + n
      jetstream.publish(time, postFrame(time, `3kheard${n}`, `number ${n}`))
      const { value } = await events.next()
      assert.equal(textAt(JSON.parse(value?.data ?? '{}'), 'id_str'), idOf(`3kheard${n}`))
    }
    await events.return(undefined)
  }
})

test('readers of SSE and WebSocket that drop 200 times while 20,000 messages pass, directly and through nginx with and without TLS', needs('nginx', 'openssl'), async (t) => {
  const { folder, jetstream, loklak } = await collect(t)
  const nginx = await behindNginx(t, folder, loklak)
  const total = 20_000
  const readers = [
    { who: 'directly', url: loklak.url() },
    { who: 'through nginx', url: nginx.http },
    { who: 'through nginx by TLS', url: nginx.https, ca: nginx.ca },
  ].flatMap(({ who, url, ...ca }) => [
    { who, connection: (bookmark: Bookmark) => readBlocks({ url: url + everything, ...ca }, bookmark) },
    { who: `${who}, WebSocket`, connection: (bookmark: Bookmark) => readSocket({ url: `${url.replace('http', 'ws')}/api/stream.ws`, ...ca }, bookmark) },
  ])
  const reading = readers.map(({ connection }, seed) => readDropping(connection, { total, drops: 200, random: seeded(seed) }))
  const expected = await pour(jetstream, { total, perSecond: 1_000 })
  for (const [at, heard] of (await Promise.all(reading)).entries()) assertWhole(heard, expected, readers[at]?.who ?? '')
})

/** The page's own reader: what it heard, and how often its connection opened and broke. */
const listening = (url: string): string => `
  globalThis.heard = []
  globalThis.opened = 0
  globalThis.broken = 0
  const source = new EventSource(${JSON.stringify(url)})
  source.onopen = () => opened++
  source.onerror = () => broken++
  source.addEventListener('message', ({ lastEventId, data }) => heard.push({ id: lastEventId, data }))
  undefined
`

test('an EventSource in Chromium, and a reader that asks again at once, while the server is killed and started', needs('chromium'), async (t) => {
  const { jetstream, loklak } = await collect(t)
  const page = await openPage(t)
  await page.evaluate(listening(loklak.url() + everything))
  const ask = async (what: string): Promise<number> => Number(await page.evaluate(what))
  const total = 3_000
  const eager = take(readAll({ url: loklak.url() + everything }), total)
  const poured = pour(jetstream, { total, perSecond: 300 })
  for (let life = 1; life <= 2; life++) {
    const had = await ask('heard.length')
    await until('the page hears more', async () => ((await ask('heard.length')) > had + 200 ? true : undefined))
    await loklak.kill()
    await until('the page notices', async () => ((await ask('broken')) >= life ? true : undefined))
    await loklak.restart()
    await until('the page is back', async () => ((await ask('opened')) > life ? true : undefined))
  }
  const expected = await poured
  await until('the page heard everything', async () => ((await ask('heard.length')) >= total ? true : undefined))
  const heard: { id: string; data: string }[] = JSON.parse(String(await page.evaluate('JSON.stringify(heard)')))
  assertWhole(heard, expected, 'the page')
  assertWhole(await eager, expected, 'the eager reader')
})
