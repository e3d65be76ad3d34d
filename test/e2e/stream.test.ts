// Readers of the program stay with it while it is killed and comes back: no gap, nothing twice, in order.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { listenTo } from '../../src/stream/remote.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { publisher, startJetstream } from './jetstream.ts'
import { ask, at, following, serve, startProgram, until } from './program.ts'

/** The ids of the messages in lines of NDJSON. */
const idsIn = (text: string): unknown[] => text.split('\n').slice(0, -1).map((line) => at(JSON.parse(line), 'data', 'id_str'))

test('readers over HTTP and on the command line go on over kill -9 and a clean stop', async (t) => {
  const folder = await temporaryFolder()
  const jetstream = await startJetstream(t)
  const { publish, ids } = publisher(jetstream)
  const server = await serve(t, folder, following(jetstream.url))
  const port = new URL(server.url).port
  const restart = () => serve(t, folder, { ...following(jetstream.url), 'port.http': port })

  const printing = startProgram(t, ['stream', 'about', 'rain', '--format=ndjson', `--data.path=${folder}`])
  const stop = new AbortController()
  t.after(() => stop.abort())
  const address = new URL('/api/stream.json?channel=bluesky&only=id_str', server.url)
  const { events } = listenTo({ address, signal: stop.signal, pauses: { least: 10, most: 100 }, onInterrupted: () => undefined })
  const heard: unknown[] = []
  const listening = (async () => {
    for await (const { event, data } of events) if (event === 'message') heard.push(at(data, 'id_str'))
  })()
  const subscribers = async (count: number): Promise<true | undefined> => (at(await ask(`${server.url}/api/status.json`), 'stream', 'subscribers') === count ? true : undefined)
  await until('two readers', () => subscribers(2), server)

  publish(100)
  // Otherwise the source begins anew, and what is published while the server is away is nobody's.
  await until('the place of the source', () => (existsSync(join(folder, 'state', 'sources', 'bluesky.json')) ? true : undefined), server)
  publish(300)
  await until('some of it', () => (heard.length > 150 ? true : undefined), server)
  server.signal('SIGKILL')
  await server.ended
  publish(300)
  const second = await restart()
  await until('some more', () => (heard.length > 450 ? true : undefined), second)
  second.signal('SIGTERM')
  assert.equal((await second.ended).code, 0)
  publish(300)
  await restart()
  publish(100)
  await until('everything', () => (heard.length >= ids.length && idsIn(printing.out()).length >= ids.length ? true : undefined), printing)
  stop.abort()
  await listening
  assert.deepEqual(heard, ids)
  assert.deepEqual(idsIn(printing.out()), ids)
  printing.signal('SIGINT')
  const { code, err } = await printing.ended
  assert.equal(code, 0, err)
  assert.match(err, /to go on from here: --after=[0-9a-f]{16}-\d{16}\n$/)
})
