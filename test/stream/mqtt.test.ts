import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connect as connectMqtt, connectAsync } from 'mqtt'
import type { Entry } from '../../src/message/line.ts'
import { embeddedBroker, type EmbeddedBroker } from '../../src/stream/mqtt/embedded.ts'
import type { Connect, Outlet } from '../../src/stream/mqtt/outlet.ts'
import type { Publisher } from '../../src/stream/mqtt/publisher.ts'
import { createPublications } from '../../src/stream/mqtt/topics.ts'
import { edit, insert, message, openAt, remove, temporaryFolder, type Opened } from '../journal/fixtures.ts'
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

test('MQTT clients that are not ours can connect with any name and no password, and are counted', async (t) => {
  const opened = await embeddedBroker({ port: 0, portWs: 0, connections: 2 })
  t.after(() => opened.close())
  const client = await connectAsync(opened.addresses[0] ?? '', { username: 'anyone', password: 'anything' })
  t.after(() => client.endAsync(true))
  assert.equal(opened.counts().clients, 1)
})

test('no session sleeps in the broker: what a listener missed does not wait in memory', async (t) => {
  const { connect, addresses } = await start(t)
  const [address = ''] = addresses
  const awake = await listen(t, address, {}, 'all')
  const sleeper = await listen(t, address, { clean: false, clientId: 'sleeper' }, 'all')
  await sleeper.client.endAsync()
  const { journal, connected } = await publish(t, connect, { families: ['all'] })
  await connected()
  await journal.append([insert('missed')])
  await awake.count(1)
  const back = connectMqtt(address, { clean: false, clientId: 'sleeper' })
  t.after(() => back.endAsync(true))
  const wasThere = await new Promise<boolean>((resolve) => back.once('connect', ({ sessionPresent }) => resolve(sessionPresent)))
  assert.equal(wasThere, false)
  const heard: string[] = []
  back.on('message', (_topic, payload) => heard.push(idOf(payload)))
  await back.subscribeAsync('all', { qos: 1 })
  await journal.append([insert('heard')])
  await awake.count(2)
  while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(heard, ['heard'])
})

/** Resolves when everything in the journal is published. */
async function through(publisher: Publisher, journal: Opened): Promise<void> {
  while (publisher.state().position < journal.last()) await new Promise((resolve) => setImmediate(resolve))
}

function idOf(payload: Buffer): string {
  const message: { id_str: string } = JSON.parse(payload.toString())
  return message.id_str
}

test('a record that cannot be published is counted and left out; it stops nothing', async (t) => {
  const { connect, addresses } = await start(t)
  const listening = await listen(t, addresses[0] ?? '', {}, 'all')
  const able = createPublications(['all'], '')
  const { journal, publisher, connected } = await publish(t, connect, {
    publications(record) {
      if (record.op === 'I' && record.message.id_str === 'b') throw new TypeError('not to be told')
      return able(record)
    },
  })
  await connected()
  await journal.append([insert('a'), insert('b'), insert('c')])
  await listening.count(2)
  assert.deepEqual(listening.unique().map(({ payload }) => payload.id_str), ['a', 'c'])
  assert.equal(publisher.state().refused, 1)
  assert.equal(publisher.state().connected, true)
  await through(publisher, journal)
})

/** A broker in the test's hands that ends the connection for some payloads; it acknowledges at once, or a turn later. */
function pickyBroker(ends: (payload: Buffer) => boolean, acknowledge: 'at once' | 'a turn later') {
  const heard: string[] = []
  let connections = 0
  const connect: Connect = () => {
    connections++
    const { promise: gone, resolve: end } = Promise.withResolvers<string>()
    let over = false
    return Promise.resolve({
      address: 'a picky broker',
      gone,
      room: () => Promise.resolve(),
      close: () => Promise.resolve(),
      async publish(_topic, payload) {
        if (ends(payload)) {
          over = true
          end('the connection was closed')
        }
        if (acknowledge === 'a turn later') await new Promise((resolve) => setImmediate(resolve))
        if (over) throw new Error('the connection was closed')
        heard.push(idOf(payload))
      },
    })
  }
  return { connect, heard, connections: () => connections }
}

for (const acknowledge of ['at once', 'a turn later'] as const) {
  test(`a record for which the broker ends the connection is found, counted and left out, and what comes after it goes on; acknowledged ${acknowledge}`, async (t) => {
    const { connect, heard, connections } = pickyBroker((payload) => payload.length > 100_000, acknowledge)
    const { journal, publisher, connected } = await publish(t, connect, { families: ['all'] })
    await connected()
    await journal.append([insert('a'), insert('b'), insert('long', 'x'.repeat(100_000)), insert('c'), insert('d')])
    await through(publisher, journal)
    assert.deepEqual([...new Set(heard)], ['a', 'b', 'c', 'd'])
    assert.equal(publisher.state().refused, 1)
    assert.equal(connections(), 5, 'three until there is a suspicion, one to be sure')
    await journal.append([insert('e')])
    await through(publisher, journal)
    assert.equal(connections(), 5)
  })
}

test('a broker that takes nothing is asked less and less often, though it lets itself be connected to', async (t) => {
  const { connect, connections } = pickyBroker(() => true, 'at once')
  const { journal, connected } = await publish(t, connect, { families: ['all'] })
  await connected()
  const timers = t.mock.method(globalThis, 'setTimeout').mock
  await journal.append([insert('a'), insert('b'), insert('c')])
  while (connections() < 5) await new Promise((resolve) => setImmediate(resolve))
  const waits = timers.calls.map(({ arguments: [, ms] }) => ms ?? 0).filter((ms) => ms > 0)
  // Each between half and all of 20, 40, 80, 160 ms.
  assert.deepEqual(waits.map((ms, i) => ms >= 10 * 2 ** i && ms <= 20 * 2 ** i), [true, true, true, true])
})

test('deletes and edits find where the message went after a restart as well', async (t) => {
  const { connect, addresses } = await start(t)
  const listening = await listen(t, addresses[0] ?? '', {}, 'test/hashtag/sun')
  const path = await temporaryFolder()
  let ms = Date.UTC(2026, 0, 2, 12)
  const journal = await openAt(t, path, { now: () => ms })
  const first = await publish(t, connect, { families: ['all', 'hashtag'], path, journal, now: () => ms })
  await first.connected()
  const sunny = (id: string): Entry => ({ op: 'I', imported: false, message: { ...message(id), hashtags: ['sun'] } })
  await journal.append([sunny('a'), sunny('b')])
  await listening.count(2)
  await through(first.publisher, journal)
  // Ten minutes later they are not among what is published again.
  ms += 600_000
  await journal.append([insert('much later')])
  await through(first.publisher, journal)
  await first.close()
  await publish(t, connect, { families: ['all', 'hashtag'], path, journal, now: () => ms })
  await journal.append([edit('a', 'no tag any more'), remove('a'), remove('b')])
  await listening.count(5)
  assert.deepEqual(listening.unique().map(({ payload }) => `${payload.$P} ${payload.id_str}`), ['I a', 'I b', 'U a', 'D a', 'D b'])
})

test('what was deleted or hidden meanwhile is not published again after a break, and not late; its delete is', async (t) => {
  const working = await start(t)
  const listening = await listen(t, working.addresses[0] ?? '', {}, 'test/user/ann')
  const gone = new Set<string>()
  let lose = Promise.withResolvers<string>()
  let away = false
  const { journal, publisher, connected } = await publish(t, async (signal) => {
    if (away) throw new Error('connect ECONNREFUSED')
    lose = Promise.withResolvers<string>()
    return { ...(await working.connect(signal)), gone: lose.promise }
  }, { publications: createPublications(['user'], '', ({ id_str }) => gone.has(id_str)) })
  await connected()
  await journal.append([insert('a', 'to be deleted'), insert('b', 'stays')])
  await listening.count(2)
  await through(publisher, journal)
  away = true
  lose.resolve('the broker was killed')
  while (publisher.state().connected) await new Promise((resolve) => setImmediate(resolve))
  listening.heard.splice(0)
  await journal.append([insert('c', 'to be deleted as well'), remove('a'), remove('c'), insert('d', 'of one who asked to be hidden'), insert('e')])
  for (const id of ['a', 'c', 'd']) gone.add(id)
  away = false
  await connected()
  await through(publisher, journal)
  await listening.count(5)
  assert.deepEqual(listening.heard.map(({ payload }) => `${payload.$P} ${payload.id_str}`), ['I b', 'D a', 'D c', 'I e'])
})

test('what the intake learns from a batch counts for that batch: whoever is hidden in it is not published', async (t) => {
  const { connect, addresses } = await start(t)
  const listening = await listen(t, addresses[0] ?? '', {}, 'all')
  const gone = new Set<string>()
  const { journal, connected } = await publish(t, connect, { publications: createPublications(['all'], '', ({ id_str }) => gone.has(id_str)) })
  await connected()
  // As the intake does it: what is synced is applied when the append resolves, and not before.
  const keep = async (id: string): Promise<void> => {
    await journal.append([insert(id)])
    await Promise.resolve()
    gone.add(id)
  }
  await keep('a')
  await journal.append([insert('b')])
  await listening.count(1)
  assert.deepEqual(listening.heard.map(({ payload }) => payload.id_str), ['b'])
})

test('only what is late waits for listeners that are behind', async (t) => {
  const waits: string[] = []
  const { promise: room, resolve: make } = Promise.withResolvers<void>()
  t.after(() => make())
  const connect: Connect = () => Promise.resolve({
    address: 'a broker with a listener that is behind',
    publish: (_topic, payload) => Promise.resolve(void waits.push(idOf(payload))),
    room: () => (waits.push('waits'), room),
    gone: new Promise<string>(() => undefined),
    close: () => Promise.resolve(),
  })
  const stored = Date.UTC(2026, 0, 2, 12)
  let after = 900
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { now: () => stored })
  const { publisher, connected } = await publish(t, connect, { families: ['all'], path, journal, now: () => stored + after })
  await connected()
  await journal.append([insert('live')])
  while (waits.length < 1) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(waits, ['live'])
  after = 1_100
  await journal.append([insert('late')])
  while (waits.length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(waits, ['live', 'waits'])
  make()
  await through(publisher, journal)
  assert.deepEqual(waits, ['live', 'waits', 'late'])
})

test('after a reconnect listeners get time to come back before anything is published', async (t) => {
  const working = await start(t)
  const { promise: lost, resolve: lose } = Promise.withResolvers<string>()
  let connections = 0
  const said: string[] = []
  const { journal, publisher, connected, close } = await publish(t, async (signal) => {
    const outlet = await working.connect(signal)
    const of = ++connections
    return { ...outlet, gone: of === 1 ? lost : outlet.gone, publish: (topic, payload) => (said.push(`${of} ${idOf(payload)}`), outlet.publish(topic, payload)) }
  }, { families: ['all'], settle: 1_000_000 })
  await connected()
  await journal.append([insert('a')])
  await through(publisher, journal)
  lose('the broker was killed')
  while (connections < 2) await new Promise((resolve) => setImmediate(resolve))
  await connected()
  await journal.append([insert('b')])
  await close()
  assert.deepEqual(said, ['1 a'], 'at once the first time, and not yet the second')
})
