import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connect, connectAsync } from 'mqtt'
import { remoteBroker } from '../../src/stream/mqtt/remote.ts'
import { fetchOperator } from '../../src/support/fetch.ts'
import { idOf, postFrame, startJetstream } from '../e2e/jetstream.ts'
import { insert, message, temporaryFolder } from '../journal/fixtures.ts'
import { mqttSuite, publish, type Broker } from '../stream/mqtt-suite.ts'
import { startLoklak } from './loklak.ts'
import { mosquitto, subscriber, type Mosquitto, type Subscriber } from './mosquitto.ts'
import { needs } from './needs.ts'
import { until } from './until.ts'

const servers = new WeakMap<TestContext, Mosquitto>()

async function server(t: TestContext): Promise<Mosquitto> {
  const known = servers.get(t)
  if (known !== undefined) return known
  const opened = await mosquitto(await temporaryFolder())
  servers.set(t, opened)
  t.after(() => opened.kill())
  return opened
}

const remote = (address: string, { password, ca }: Mosquitto, clientId = 'loklak-test') => remoteBroker({ address, user: 'loklak', password, ca, clientId, qos: 1 })

const over = (wire: 'mqtt' | 'mqtts' | 'ws') => async (t: TestContext): Promise<Broker> => {
  const broker = await server(t)
  const address = `${wire}://127.0.0.1:${{ mqtt: broker.tcp, mqtts: broker.tls, ws: broker.ws }[wire]}`
  return {
    connect: remote(address, broker),
    addresses: [address, `ws://127.0.0.1:${broker.ws}`],
    listener: wire !== 'mqtts' ? {} : { ca: await readFile(broker.ca) },
  }
}

const broker = needs('mosquitto', 'mosquitto_passwd', 'openssl')
const subscribing = needs('mosquitto', 'mosquitto_passwd', 'mosquitto_sub', 'openssl')

describe('Mosquitto', broker, () => {
  mqttSuite('Mosquitto by TCP', over('mqtt'))
  mqttSuite('Mosquitto by TLS', over('mqtts'))
  mqttSuite('Mosquitto by WebSocket', over('ws'))
})

test('a listener with a session who sleeps while 3,000 messages come has them all when it is back', broker, async (t) => {
  const broker = await server(t)
  const address = `mqtt://127.0.0.1:${broker.tcp}`
  const session = { clientId: 'sleeper', clean: false }
  const asleep = await connectAsync(address, session)
  await asleep.subscribeAsync('all', { qos: 1 })
  await asleep.endAsync()
  const { journal, publisher, connected } = await publish(t, remote(address, broker), { families: ['all'] })
  await connected()
  for (let i = 0; i < 3_000; i += 100) await journal.append(ids(3_000).slice(i, i + 100).map((id) => insert(id)))
  await until('everything is published', () => (publisher.state().position === journal.last() ? true : undefined))
  const heard: string[] = []
  const awake = connect(address, session)
  t.after(() => awake.endAsync(true))
  awake.on('message', (_topic, payload) => {
    const { id_str }: { id_str: string } = JSON.parse(payload.toString())
    heard.push(id_str)
  })
  await until('it has heard all', () => (heard.length >= 3_000 ? true : undefined))
  assert.deepEqual(heard, ids(3_000))
})

for (const qos of [0, 2] as const) {
  test(`at quality of service ${qos} everything is published as well, and the cursor follows`, broker, async (t) => {
    const broker = await server(t)
    const address = `mqtt://127.0.0.1:${broker.tcp}`
    const listening = await connectAsync(address)
    t.after(() => listening.endAsync(true))
    const heard: string[] = []
    const qualities = new Set<number>()
    listening.on('message', (_topic, payload, packet) => {
      const { id_str }: { id_str: string } = JSON.parse(payload.toString())
      heard.push(id_str)
      qualities.add(packet.qos)
    })
    await listening.subscribeAsync('all', { qos: 2 })
    const { journal, publisher, connected } = await publish(t, remoteBroker({ address, user: 'loklak', password: broker.password, ca: undefined, clientId: 'loklak-test', qos }), { families: ['all'] })
    await connected()
    for (let i = 0; i < 2_000; i += 100) await journal.append(ids(2_000).slice(i, i + 100).map((id) => insert(id)))
    await until('everything is published', () => (publisher.state().position === journal.last() ? true : undefined))
    await until('everything is heard', () => (heard.length >= 2_000 ? true : undefined))
    assert.deepEqual(heard, ids(2_000))
    assert.deepEqual(qualities, new Set([qos]))
  })
}

test('the program connects by TLS with the authority and the name from its settings; without them, it says why not, and has a name of its own', broker, async (t) => {
  const broker = await server(t)
  const jetstream = await startJetstream(t)
  const begin = async (settings: Readonly<Record<string, string>>) => {
    const loklak = await startLoklak('loklak', await temporaryFolder(), jetstream.url, { 'disk.floor': '0', 'stream.enabled': 'true', 'stream.mqtt.user': 'loklak', 'stream.mqtt.password': broker.password, ...settings })
    t.after(() => loklak.kill())
    return loklak
  }
  const tls = `mqtts://localhost:${broker.tls}`
  const named = await begin({ 'stream.mqtt.address': tls, 'stream.mqtt.ca': broker.ca, 'stream.mqtt.client.id': 'the-newsroom' })
  await until('its name', () => (/New client connected .* as the-newsroom \(/.test(broker.log()) ? true : undefined), { describe: () => broker.log() + named.output() })
  await named.kill()
  const nameless = await begin({ 'stream.mqtt.address': `mqtt://127.0.0.1:${broker.tcp}` })
  await until('a name from the journal', () => (/New client connected .* as loklak-[\w-]{8,} \(/.test(broker.log()) ? true : undefined), { describe: () => broker.log() })
  await nameless.kill()
  const without = await begin({ 'stream.mqtt.address': tls })
  const reason = await until('the reason', async () => {
    const { body } = await fetchOperator(`${without.url()}/api/status.json`, { signal: AbortSignal.timeout(10_000), timeout: 10_000, mostBytes: 1e6 })
    const { degraded }: { degraded: readonly object[] } = JSON.parse(body.toString())
    return degraded.map((one) => JSON.stringify(one)).find((one) => one.includes('mqtt') && !one.includes('starting'))
  })
  assert.match(reason, /self.signed|unable to (verify|get)/i)
})

test('a wrong password and a certificate of somebody else are refused with a reason', broker, async (t) => {
  const broker = await server(t)
  const { signal } = new AbortController()
  await assert.rejects(remoteBroker({ address: `mqtt://127.0.0.1:${broker.tcp}`, user: 'loklak', password: 'wrong', ca: undefined, clientId: 'x', qos: 1 })(signal), /not authori[sz]ed/i)
  await assert.rejects(remoteBroker({ address: `mqtts://127.0.0.1:${broker.tls}`, user: 'loklak', password: broker.password, ca: undefined, clientId: 'x', qos: 1 })(signal), /self.signed/i)
})

/** As the server has it: listeners have so long to come back. */
const settle = 5_000

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`)

/** Waits until a subscriber has so many, and holds them against what was stored, in that order. */
async function assertHeard(listening: Subscriber, expected: readonly string[], within = 60_000): Promise<void> {
  await until(`${expected.length} messages`, () => (listening.unique().length >= expected.length ? true : undefined), { within, describe: () => `${listening.unique().length} were heard` })
  const heard = listening.unique().map(({ id_str }) => id_str)
  const wrong = heard.findIndex((id, at) => id !== expected[at])
  assert.equal(wrong, -1, `message ${wrong} is ${String(heard[wrong])} after ${String(heard[wrong - 1])}`)
  assert.equal(heard.length, expected.length)
}

test('Mosquitto is killed and started again in mid-stream, twice: an online listener ends with every message, in order', subscribing, async (t) => {
  const broker = await server(t)
  const listening = await subscriber(t, broker.tcp, 'all')
  const { journal, publisher, connected } = await publish(t, remote(`mqtt://127.0.0.1:${broker.tcp}`, broker), { families: ['all'], settle })
  await connected()
  const total = 3_000
  for (let i = 0; i < total; i += 50) {
    await journal.append(ids(total).slice(i, i + 50).map((id) => insert(id)))
    if (i === 1_000 || i === 2_000) {
      await until('most of it', () => (listening.unique().length > i - 500 ? true : undefined))
      await broker.kill()
      await broker.restart()
      await connected()
    }
  }
  await assertHeard(listening, ids(total))
  assert.equal(publisher.state().connected, true)
})

test('Mosquitto stands still for more than a minute: it is left, come back to, and nothing is lost; collecting goes on meanwhile', subscribing, async (t) => {
  const broker = await server(t)
  const listening = await subscriber(t, broker.tcp, 'all')
  const { journal, publisher, connected } = await publish(t, remote(`mqtt://127.0.0.1:${broker.tcp}`, broker), { families: ['all'], settle })
  await connected()
  const total = 3_000
  await journal.append(ids(10).map((id) => insert(id)))
  await assertHeard(listening, ids(10))
  broker.pause()
  const begun = performance.now()
  for (let i = 10; i < total; i++) await journal.append([insert(`m${i}`)])
  await until('the publisher has noticed', () => (publisher.state().connected ? undefined : true), { within: 90_000 })
  await sleep(Math.max(0, 65_000 - (performance.now() - begun)))
  broker.resume()
  await assertHeard(listening, ids(total))
})

test('with a topic for each word there are more publications than MQTT has numbers for, and each arrives', subscribing, async (t) => {
  const broker = await server(t)
  const listening = await subscriber(t, broker.tcp, 'any/text/last')
  const { journal, connected } = await publish(t, remote(`mqtt://127.0.0.1:${broker.tcp}`, broker), { families: ['text'] })
  await connected()
  const total = 700
  const long = Array.from({ length: 50 }, (_, i) => `word${i}`).join(' ')
  for (let i = 0; i < total; i += 100) await journal.append(ids(total).slice(i, i + 100).map((id) => insert(id, `${long} last`)))
  await assertHeard(listening, ids(total))
})

test('names that Mosquitto would close the connection for are written so that it takes them', subscribing, async (t) => {
  const broker = await server(t)
  const listening = await subscriber(t, broker.tcp, 'all')
  const { journal, connected } = await publish(t, remote(`mqtt://127.0.0.1:${broker.tcp}`, broker), { families: ['all', 'hashtag'] })
  await connected()
  const hashtags = ['a\u0000b', 'a\u0001b', 'a\u0085b', 'a\uFFFFb', 'a\uFDD0b', 'a\u{1FFFE}b', 'a\uD800b', '+', '#', '$SYS', '/', ' ', 'x'.repeat(2_000)]
  await journal.append([{ op: 'I', imported: false, message: { ...message('m0'), hashtags } }])
  await journal.append([insert('m1')])
  await assertHeard(listening, ids(2))
})

test('who has a name may listen as well, and only loklak may publish', subscribing, async (t) => {
  const broker = await server(t)
  const { username, password } = broker.reader
  const address = `mqtt://127.0.0.1:${broker.tcp}`
  const named = await subscriber(t, broker.tcp, 'all', '-u', username, '-P', password)
  const nobody = await subscriber(t, broker.tcp, 'all')
  for (const speaker of [await connectAsync(address, { username, password }), await connectAsync(address)]) {
    await speaker.publishAsync('all', '{"$T":1,"$P":"I","id_str":"forged"}', { qos: 1 })
    await speaker.endAsync()
  }
  const { journal, connected } = await publish(t, remote(address, broker), { families: ['all'] })
  await connected()
  await journal.append([insert('m0')])
  for (const listening of [named, nobody]) await assertHeard(listening, ids(1))
})

test('loklak is killed in mid-publication and started again: a listener ends with everything, in order', subscribing, async (t) => {
  const broker = await server(t)
  const jetstream = await startJetstream(t)
  const passwordFile = join(await temporaryFolder(), 'password')
  await writeFile(passwordFile, broker.password)
  const loklak = await startLoklak('loklak', await temporaryFolder(), jetstream.url, {
    'source.bluesky.since': '-1h', 'disk.floor': '0', 'stream.enabled': 'true', 'stream.mqtt.address': `127.0.0.1:${broker.tcp}`, 'stream.mqtt.user': 'loklak', 'stream.mqtt.password.file': passwordFile,
  })
  t.after(() => loklak.kill())
  await loklak.live()
  const listening = await subscriber(t, broker.tcp, 'bluesky')
  const expected: string[] = []
  const pour = (count: number): void => {
    for (let n = 0; n < count; n++) {
      const key = `post${expected.length}`
      const time = Date.now() * 1000 + expected.length
      expected.push(idOf(key))
      jetstream.publish(time, postFrame(time, key, `number ${expected.length}`))
    }
  }
  for (const heard of [200, 2_500]) {
    pour(3_000)
    await until(`${heard} are heard`, () => (listening.unique().length >= heard ? true : undefined), { describe: () => loklak.output() })
    await loklak.kill()
    await loklak.restart()
  }
  pour(100)
  await assertHeard(listening, expected)
  const asked = await fetchOperator(`${loklak.url()}/api/status.json`, { signal: AbortSignal.timeout(10_000), timeout: 10_000, mostBytes: 1e6 })
  const status: { mqtt: { connected: boolean; published: number; clients: number | null } } = JSON.parse(asked.body.toString())
  assert.equal(status.mqtt.connected, true)
  assert.equal(status.mqtt.clients, null)
  assert.ok(status.mqtt.published > 0)
})

test('an independent client, mosquitto_sub, gets what is published', subscribing, async (t) => {
  const broker = await server(t)
  const listening = promisify(execFile)('mosquitto_sub', ['-h', '127.0.0.1', '-p', String(broker.tcp), '-t', 'test/user/ann', '-C', '3', '-W', '30', '-q', '1'])
  const { journal, connected } = await publish(t, remote(`mqtt://127.0.0.1:${broker.tcp}`, broker))
  await connected()
  // It says nothing when it has subscribed, so messages are told until it has heard three.
  let told = 0
  const stop = new AbortController()
  void listening.finally(() => stop.abort())
  while (!stop.signal.aborted) await journal.append([insert(`m${told++}`)])
  const { stdout } = await listening
  const heard = stdout.trimEnd().split('\n').map((line): { id_str: string } => JSON.parse(line)).map(({ id_str }) => Number(id_str.slice(1)))
  assert.equal(heard.length, 3)
  assert.deepEqual(heard, [0, 1, 2].map((i) => (heard[0] ?? 0) + i))
})
