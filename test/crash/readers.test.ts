// Every place where a process may die with something told to some readers and not to others is visited: all of them go on where
// they stopped, and hear everything that was kept, once and in order.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hubPoints, type HubPoint } from '../../src/stream/hub.ts'
import { listenTo } from '../../src/stream/remote.ts'
import { publisher, startJetstream } from '../e2e/jetstream.ts'
import { ask, at, following, serve, until } from '../e2e/program.ts'
import { temporaryFolder } from '../journal/fixtures.ts'

/** The how-manieth time it dies there: in the middle of what is told, and of the readers. A point that is missing here does not compile. */
const passes: Readonly<Record<HubPoint, number>> = { 'while telling': 500, 'while replaying': 500 }

describe('a server that dies', { concurrency: 2 }, () => {
  for (const point of hubPoints) {
    test(point, async (t) => {
      const folder = await temporaryFolder()
      const jetstream = await startJetstream(t)
      const { publish, ids } = publisher(jetstream)
      // Where it is killed before it wrote down how far it is, it begins there again.
      const settings = { ...following(jetstream.url), 'source.bluesky.since': '-1h' }
      const mortal = await serve(t, folder, settings, { LOKLAK_CRASH_AT: `${point}:${passes[point]}` })
      const stop = new AbortController()
      t.after(() => stop.abort())
      const stored = async (): Promise<true | undefined> => (Number(at(await ask(`${mortal.url}/api/status.json`), 'index', 'messages', 'size')) >= ids.length ? true : undefined)

      async function read(asked: string): Promise<unknown[]> {
        const heard: unknown[] = []
        const address = new URL(`/api/stream.json?${asked}&only=id_str`, mortal.url)
        const { events } = listenTo({ address, signal: stop.signal, pauses: { least: 10, most: 100 }, onInterrupted: () => undefined })
        for await (const { event, data } of events) if (event === 'message' && heard.push(at(data, 'id_str')) >= total) break
        return heard
      }

      const total = 600
      if (point === 'while replaying') {
        publish(400)
        await until('all is stored', stored, mortal)
      }
      const reading = Promise.all(['channel=bluesky&after=0', 'q=rain&after=0', 'channel=all&format=sse&after=0'].map(read))
      if (point === 'while telling') {
        await until('three readers', async () => (at(await ask(`${mortal.url}/api/status.json`), 'stream', 'subscribers') === 3 ? true : undefined), mortal)
        publish(400)
      }
      assert.equal((await mortal.ended).signal, 'SIGKILL', 'it did not die by its own hand')
      const heir = await serve(t, folder, { ...settings, 'port.http': new URL(mortal.url).port })
      publish(200)
      const heard = await Promise.race([reading, heir.ended.then(({ err }) => assert.fail(err))])
      for (const each of heard) assert.deepEqual(each, ids)
    })
  }
})
