import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { remoteBroker } from '../../src/stream/mqtt/remote.ts'
import { insert, temporaryFolder } from '../journal/fixtures.ts'
import { listen, mqttSuite, publish, type Broker } from '../stream/mqtt-suite.ts'
import { mosquitto, type Mosquitto } from './mosquitto.ts'
import { needs } from './needs.ts'

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

const over = (wire: 'mqtt' | 'mqtts') => async (t: TestContext): Promise<Broker> => {
  const broker = await server(t)
  const address = wire === 'mqtt' ? `mqtt://127.0.0.1:${broker.tcp}` : `mqtts://127.0.0.1:${broker.tls}`
  return {
    connect: remote(address, broker),
    addresses: [address, `ws://127.0.0.1:${broker.ws}`],
    listener: wire === 'mqtt' ? {} : { ca: await readFile(broker.ca) },
  }
}

const broker = needs('mosquitto', 'mosquitto_passwd', 'openssl')

describe('Mosquitto', broker, () => {
  mqttSuite('Mosquitto by TCP', over('mqtt'))
  mqttSuite('Mosquitto by TLS', over('mqtts'))
})

test('a wrong password and a certificate of somebody else are refused with a reason', broker, async (t) => {
  const broker = await server(t)
  const { signal } = new AbortController()
  await assert.rejects(remoteBroker({ address: `mqtt://127.0.0.1:${broker.tcp}`, user: 'loklak', password: 'wrong', ca: undefined, clientId: 'x', qos: 1 })(signal), /not authori[sz]ed/i)
  await assert.rejects(remoteBroker({ address: `mqtts://127.0.0.1:${broker.tls}`, user: 'loklak', password: broker.password, ca: undefined, clientId: 'x', qos: 1 })(signal), /self.signed/i)
})

test('Mosquitto is killed and started again in mid-stream, twice: an online listener ends with every message, in order', broker, async (t) => {
  const broker = await server(t)
  const address = `mqtt://127.0.0.1:${broker.tcp}`
  const listening = await listen(t, address, {}, 'all')
  // What is published before a listener is back is the broker's to lose, so the publisher, who tells the last minute again, waits
  // for it here.
  let isBack = Promise.resolve()
  const connect = remote(address, broker)
  const { journal, publisher, connected } = await publish(t, (signal) => isBack.then(() => connect(signal)), { families: ['all'] })
  await connected()
  const total = 3_000
  for (let i = 0; i < total; i += 50) {
    await journal.append(Array.from({ length: 50 }, (_, j) => insert(`m${i + j}`)))
    if (i === 1_000 || i === 2_000) {
      isBack = new Promise<void>((resolve) => listening.client.once('connect', () => resolve()))
      await broker.kill()
      await broker.restart()
      await isBack
      await connected()
    }
  }
  await listening.count(total)
  assert.deepEqual(new Set(listening.unique().map(({ payload }) => payload.id_str)).size, total)
  assert.equal(publisher.state().connected, true)
})

test('Mosquitto stands still for a while: nothing is lost, and collecting goes on meanwhile', broker, async (t) => {
  const broker = await server(t)
  const address = `mqtt://127.0.0.1:${broker.tcp}`
  const listening = await listen(t, address, {}, 'all')
  const { journal, connected } = await publish(t, remote(address, broker), { families: ['all'] })
  await connected()
  await journal.append([insert('before')])
  await listening.count(1)
  broker.pause()
  for (let i = 0; i < 500; i++) await journal.append([insert(`m${i}`)])
  broker.resume()
  await listening.count(501)
  assert.deepEqual(listening.unique().map(({ payload }) => payload.id_str), ['before', ...Array.from({ length: 500 }, (_, i) => `m${i}`)])
})

test('an independent client, mosquitto_sub, gets what is published', needs('mosquitto', 'mosquitto_passwd', 'mosquitto_sub', 'openssl'), async (t) => {
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
