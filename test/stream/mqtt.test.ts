import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connectAsync } from 'mqtt'
import { embeddedBroker, type EmbeddedBroker } from '../../src/stream/mqtt/embedded.ts'
import type { Outlet } from '../../src/stream/mqtt/outlet.ts'
import { createPublications } from '../../src/stream/mqtt/topics.ts'
import { insert, message, remove, temporaryFolder } from '../journal/fixtures.ts'
import { listen, mqttSuite, publish, type Broker } from './mqtt-suite.ts'

const brokers = new WeakMap<TestContext, EmbeddedBroker>()

/** One broker a test. */
async function start(t: TestContext): Promise<Broker> {
  let broker = brokers.get(t)
  if (broker === undefined) {
    const opened = await embeddedBroker({ port: 0, portWs: 0, connections: 100 })
    broker = opened
    brokers.set(t, opened)
    t.after(() => opened.close())
  }
  return { connect: broker.connect, addresses: broker.addresses, listener: {} }
}

mqttSuite('the broker inside loklak', start)

test('a client that talks nonsense is thrown out, and the others are not touched', async (t) => {
  const { connect, addresses } = await start(t)
  const listening = await listen(t, addresses[0] ?? '', {}, 'all')
  const nonsense = connectTcp(Number(new URL(addresses[0] ?? '').port), '127.0.0.1')
  nonsense.on('error', () => undefined)
  nonsense.write(Buffer.alloc(1_000, 0xff))
  await once(nonsense, 'close')
  const { journal, connected } = await publish(t, connect)
  await connected()
  await journal.append([insert('a')])
  await listening.count(1)
})

test('a cursor beyond the end, where dumps are gone, holds back nothing that is stored now', async (t) => {
  const { connect, addresses } = await start(t)
  const listening = await listen(t, addresses[0] ?? '', {}, 'all')
  const path = await temporaryFolder()
  await mkdir(join(path, 'state'))
  await writeFile(join(path, 'state', 'mqtt.json'), JSON.stringify({ cursor: Number.MAX_SAFE_INTEGER }))
  const { journal, connected } = await publish(t, connect, { families: ['all'], path })
  await connected()
  await journal.append([insert('a')])
  await listening.count(1)
})

test('a port that is taken is named', async (t) => {
  const { addresses } = await start(t)
  await assert.rejects(embeddedBroker({ port: Number(new URL(addresses[0] ?? '').port), portWs: 0, connections: 1 }), /127\.0\.0\.1:\d+.*stream\.broker\.port/)
})

test('a broker that is away holds nothing up: the publisher says why, tries again, and loses nothing', async (t) => {
  const working = await start(t)
  const listening = await listen(t, working.addresses[0] ?? '', {}, 'all')
  let away = true
  let outlet: Outlet | undefined
  const { journal, publisher, connected } = await publish(t, async (signal) => {
    if (away) throw new Error('connect ECONNREFUSED')
    outlet = await working.connect(signal)
    return outlet
  }, { families: ['all'] })
  await journal.append([insert('a')])
  while (publisher.state().reason !== 'connect ECONNREFUSED') await new Promise((resolve) => setImmediate(resolve))
  assert.equal(publisher.state().connected, false)
  away = false
  await connected()
  await listening.count(1)
  await journal.append([insert('b')])
  await listening.count(2)
})

test('after a connection broke, the last minute is published again, and what was not acknowledged at all', async (t) => {
  const working = await start(t)
  const listening = await listen(t, working.addresses[0] ?? '', {}, 'all')
  let lose = Promise.withResolvers<string>()
  let deaf = false
  const { journal, publisher, connected } = await publish(t, async (signal) => {
    const outlet = await working.connect(signal)
    lose = Promise.withResolvers<string>()
    return { ...outlet, gone: lose.promise, publish: (topic, payload) => (deaf ? new Promise<void>(() => undefined) : outlet.publish(topic, payload)) }
  }, { families: ['all'] })
  await connected()
  await journal.append([insert('a')])
  await listening.count(1)
  deaf = true
  await journal.append([insert('b')])
  lose.resolve('the broker was killed')
  while (publisher.state().connected) await new Promise((resolve) => setImmediate(resolve))
  deaf = false
  await listening.count(2)
  const heard = listening.heard.map(({ payload }) => payload.id_str)
  assert.deepEqual(heard, ['a', 'a', 'b'], 'a, stored a moment before, is told again')
})

test('which families are published is a choice, and a prefix stands before every topic', () => {
  const publications = createPublications(['all', 'text'], 'loklak/')
  const publication = publications({ ...insert('test:a', 'rain rain Sun'), position: 1 })
  assert.deepEqual(publication?.topics, ['loklak/all', 'loklak/test/text/rain', 'loklak/any/text/rain', 'loklak/test/text/sun', 'loklak/any/text/sun'])
  assert.deepEqual(publications({ ...remove('test:a'), position: 2 })?.topics, publication?.topics)
  assert.deepEqual(publications({ ...remove('test:unseen'), position: 3 })?.topics, ['loklak/all'])
  assert.equal(publications({ op: 'I', imported: true, message: message('x'), position: 4 }), undefined)
  assert.equal(publications({ op: 'D', imported: false, id_str: 'x', created_at: undefined, position: 5 }), undefined)
})

test('MQTT clients that are not ours can connect with any name and no password, and are counted', async (t) => {
  const opened = await embeddedBroker({ port: 0, portWs: 0, connections: 2 })
  t.after(() => opened.close())
  const client = await connectAsync(opened.addresses[0] ?? '', { username: 'anyone', password: 'anything' })
  t.after(() => client.endAsync(true))
  assert.equal(opened.clients(), 1)
})
