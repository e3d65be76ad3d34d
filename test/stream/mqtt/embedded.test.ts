// What the broker inside does with clients that want too much, or nothing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { connectAsync } from 'mqtt'
import { WebSocket } from 'ws'
import { embeddedBroker, type EmbeddedBroker, type EmbeddedOptions } from '../../../src/stream/mqtt/embedded.ts'
import { insert, openAt, temporaryFolder } from '../../journal/fixtures.ts'
import { listen, publish } from '../mqtt-suite.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function start(t: TestContext, options: Partial<EmbeddedOptions> = {}) {
  const broker = await embeddedBroker({ port: 0, portWs: 0, connections: 100, ...options })
  t.after(() => broker.close())
  const [tcp = '', ws = ''] = broker.addresses
  return { broker, tcp, ws }
}

/** A client of which we know every byte, on one of the two wires. */
interface Raw {
  send(bytes: Buffer): void
  readonly closed: Promise<unknown>
  /** From now on it reads nothing. */
  pause(): void
  onBytes(hear: (bytes: Buffer) => void): void
  /** The socket below. */
  readonly socket: Socket
}

async function rawTcp(t: TestContext, address: string): Promise<Raw> {
  const socket = connectTcp(Number(new URL(address).port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  return { send: (bytes) => void socket.write(bytes), closed, pause: () => void socket.pause(), onBytes: (hear) => void socket.on('data', hear), socket: socket.resume() }
}

async function rawWs(t: TestContext, address: string): Promise<Raw> {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const client = new WebSocket(address, 'mqtt')
  client.once('upgrade', ({ socket }) => resolve(socket))
  t.after(() => client.terminate())
  client.on('error', () => undefined)
  const closed = new Promise((resolve) => client.once('close', resolve))
  await once(client, 'open')
  return { send: (bytes) => client.send(bytes), closed, pause: () => client.pause(), onBytes: (hear) => void client.on('message', (data: Buffer) => hear(data)), socket: await promise }
}

const wires = [
  { name: 'TCP', raw: rawTcp, of: ({ tcp }: { readonly tcp: string }) => tcp },
  { name: 'WebSocket', raw: rawWs, of: ({ ws }: { readonly ws: string }) => ws },
] as const

const connectPacket = Buffer.from('100f00044d5154540402003c0003726177', 'hex')
const subscribeAll = Buffer.from('820800010003616c6c00', 'hex')

async function whenClients(broker: EmbeddedBroker, count: number): Promise<void> {
  while (broker.counts().clients !== count) await turn()
}

for (const { name, raw, of } of wires) {
  test(`a packet of 256 MB is refused when it is announced, by ${name}`, async (t) => {
    const started = await start(t)
    const client = await raw(t, of(started))
    client.send(connectPacket)
    await whenClients(started.broker, 1)
    client.send(Buffer.from('30ffffff7f000161', 'hex'))
    await client.closed
    await whenClients(started.broker, 0)
    assert.equal(started.broker.counts().turned_away, 1)
  })

  test(`a listener that reads nothing is thrown out, and the others hear everything, by ${name}`, async (t) => {
    const started = await start(t)
    const { broker } = started
    const listening = await listen(t, started.tcp, {}, 'all', 0)
    const deaf = await raw(t, of(started))
    deaf.send(Buffer.concat([connectPacket, subscribeAll]))
    await whenClients(broker, 2)
    deaf.pause()
    const live = await openAt(t, await temporaryFolder(), { now: Date.now })
    const { journal, connected } = await publish(t, broker.connect, { families: ['all'], journal: live })
    await connected()
    // More than a kernel keeps for a connection, and what may wait for a listener besides; each is heard before the next is told.
    const long = 'rain '.repeat(40_000)
    let told = 0
    while (broker.counts().cut === 0) {
      await journal.append([insert(`m${told++}`, long)])
      await listening.count(told)
    }
    assert.ok(told < 200, `${told} of 200 kB were needed`)
    await whenClients(broker, 1)
    await journal.append([insert('after')])
    await listening.count(told + 1)
  })
}

test('one client can have 64 subscriptions, has them back when it gives one up, and is told which are refused', async (t) => {
  const { broker, tcp } = await start(t)
  const client = await connectAsync(tcp, { reconnectPeriod: 0 })
  t.after(() => client.endAsync(true))
  const granted = async (...topics: string[]): Promise<number[]> =>
    new Promise((resolve) => client.subscribe(topics, { qos: 1 }, (_error, _grants, suback) => resolve((suback?.granted ?? []).map(Number))))
  const topics = Array.from({ length: 66 }, (_, i) => `any/hashtag/${i}`)
  assert.deepEqual(await granted(...topics), [...Array.from({ length: 64 }, () => 1), 128, 128])
  assert.equal(broker.counts().turned_away, 2)
  assert.deepEqual(await granted('any/hashtag/0'), [1], 'the same again')
  assert.deepEqual(await granted('any/hashtag/new'), [128])
  await client.unsubscribeAsync('any/hashtag/0')
  assert.deepEqual(await granted('any/hashtag/new', 'x'.repeat(5_000)), [1, 128])
})

test('connections are counted on both wires together, and those without a place are refused', async (t) => {
  const { broker, tcp, ws } = await start(t, { connections: 2 })
  const first = await rawTcp(t, tcp)
  await rawWs(t, ws)
  const third = await rawTcp(t, tcp)
  await third.closed
  await assert.rejects(rawWs(t, ws))
  assert.equal(broker.counts().turned_away, 2)
  first.socket.destroy()
  // A place is free as soon as the broker has seen it.
  for (;;) {
    const again = await rawTcp(t, tcp)
    again.send(connectPacket)
    if (await Promise.race([again.closed.then(() => false), whenClients(broker, 1).then(() => true)])) break
  }
})

test('whoever does not say who he is, or does not even ask for a WebSocket, is closed after a time', async (t) => {
  const { tcp, ws } = await start(t, { connectWithin: 50 })
  const clients = [await rawTcp(t, tcp), await rawWs(t, ws), await rawTcp(t, ws)]
  await Promise.all(clients.map(({ closed }) => closed))
})

test('a stop waits for no client, however far it came', async (t) => {
  const { broker, tcp, ws } = await start(t)
  const half = await rawTcp(t, ws)
  half.send(Buffer.from('GET / HTTP/1.1\r\n'))
  const connected = await rawTcp(t, tcp)
  connected.send(connectPacket)
  await whenClients(broker, 1)
  const clients = [await rawTcp(t, tcp), await rawTcp(t, ws), await rawWs(t, ws), half, connected]
  const stopped = broker.close().then(() => 'stopped')
  const slow = new Promise((resolve) => setTimeout(resolve, 5_000, 'still waiting').unref())
  assert.equal(await Promise.race([stopped, slow]), 'stopped')
  await Promise.all(clients.map(({ closed }) => closed))
})

test('pings of a WebSocket are answered, as long as the answers are read', async (t) => {
  const { ws } = await start(t)
  const client = new WebSocket(ws, 'mqtt')
  t.after(() => client.terminate())
  await once(client, 'open')
  client.ping('x')
  const [answer]: unknown[] = await once(client, 'pong')
  assert.equal(String(answer), 'x')
})

test('a listener that reads steadily, but slower than what is caught up with is published, hears all of it', async (t) => {
  const { broker, tcp } = await start(t)
  const slow = await rawTcp(t, tcp)
  let heard = 0
  slow.onBytes((bytes) => {
    heard += bytes.length
    slow.socket.pause()
    setTimeout(() => slow.socket.resume(), 1)
  })
  slow.send(Buffer.concat([connectPacket, subscribeAll]))
  await whenClients(broker, 1)
  const { journal, publisher, connected } = await publish(t, broker.connect, { families: ['all'] })
  await connected()
  const total = 24 * 1024 * 1024
  const long = 'rain '.repeat(40_000)
  for (let told = 0; told < total; told += long.length * 10) await journal.append(Array.from({ length: 10 }, (_, i) => insert(`m${told}-${i}`, long)))
  while (publisher.state().position < journal.last()) await turn()
  while (heard < total && broker.counts().cut === 0) await turn()
  assert.equal(broker.counts().cut, 0)
})
