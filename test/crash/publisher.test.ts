// Every place where a process may die between telling a broker and remembering it is visited: in the end a listener has heard
// everything that was kept, in order of first arrival.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { publisherPoints, type PublisherPoint } from '../../src/stream/mqtt/cursor.ts'
import { idOf, postFrame, startJetstream } from '../e2e/jetstream.ts'
import { at, following, serve, until } from '../e2e/program.ts'
import { temporaryFolder } from '../journal/fixtures.ts'

/** The how-manieth time it dies there. A point that is missing here does not compile. */
const passes: Readonly<Record<PublisherPoint, number>> = { 'after publish': 20, 'before cursor': 2, 'after cursor': 2 }

describe('a publisher that dies', { concurrency: 3 }, () => {
  for (const point of publisherPoints) {
    test(point, async (t) => {
      const folder = await temporaryFolder()
      const jetstream = await startJetstream(t)
      const settings = { ...following(jetstream.url), 'source.bluesky.since': '-1h', 'stream.enabled': 'true', 'stream.broker.port': '0', 'stream.broker.port.ws': '0' }
      const heard = new Set<string>()

      async function live(env: Readonly<Record<string, string>>) {
        const server = await serve(t, folder, settings, env)
        const [address = ''] = await until('the broker', () => /mqtt:\/\/127\.0\.0\.1:\d+/.exec(server.err()) ?? undefined, server)
        const client = await connectAsync(address, { reconnectPeriod: 0 })
        t.after(() => client.endAsync(true))
        client.on('message', (_topic, payload) => heard.add(String(at(JSON.parse(payload.toString()), 'id_str'))))
        await client.subscribeAsync('bluesky', { qos: 1 })
        return server
      }
      let told = 0
      const tell = (): undefined => {
        const time = Date.now() * 1000
        jetstream.publish(time, postFrame(time, `p${told++}`, 'rain'))
      }

      const mortal = await live({ LOKLAK_CRASH_AT: `${point}:${passes[point]}` })
      let isOver = false
      const end = mortal.ended.then((ended) => ((isOver = true), ended))
      await until('its death', () => (isOver ? true : tell()))
      assert.equal((await end).signal, 'SIGKILL', 'it did not die by its own hand')
      const heir = await live({})
      tell()
      const all = Array.from({ length: told }, (_, i) => idOf(`p${i}`))
      await until(`the rest: ${all.filter((id) => !heard.has(id)).join(' ')}`, () => (heard.size >= told ? true : undefined), heir)
      assert.deepEqual([...heard], all)
    })
  }
})
