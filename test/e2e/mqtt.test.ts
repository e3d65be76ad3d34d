// The program with MQTT on and no broker named: a client hears what is kept, and the status says how that fares.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import { temporaryFolder } from '../journal/fixtures.ts'
import { accountFrame, idOf, postFrame, startJetstream } from './jetstream.ts'
import { ask, at, following, get, serve, until } from './program.ts'

test('a message is heard by MQTT from the broker inside, and again by who is there after a restart; not one of a suspended author', async (t) => {
  const folder = await temporaryFolder()
  const jetstream = await startJetstream(t)
  const settings = { ...following(jetstream.url), 'stream.enabled': 'true', 'stream.broker.port': '0', 'stream.broker.port.ws': '0', 'stream.mqtt.prefix': 'loklak/' }
  const heard: string[] = []

  async function listening() {
    const server = await serve(t, folder, settings)
    const [address = ''] = await until('the broker', () => /mqtt:\/\/127\.0\.0\.1:\d+/.exec(server.err()) ?? undefined, server)
    const client = await connectAsync(address)
    t.after(() => client.endAsync(true))
    client.on('message', (topic, payload) => heard.push(`${topic} ${String(at(JSON.parse(payload.toString()), 'id_str'))}`))
    await client.subscribeAsync('loklak/bluesky', { qos: 1 })
    return server
  }
  const publish = (key: string): void => {
    const time = Date.now() * 1000
    jetstream.publish(time, postFrame(time, key, 'rain'))
  }

  const server = await listening()
  publish('first')
  await until('the first', () => (heard.length > 0 ? true : undefined), server)
  assert.deepEqual(heard, [`loklak/bluesky ${idOf('first')}`])

  const mqtt = at(await ask(`${server.url}/api/status.json`), 'mqtt')
  assert.equal(at(mqtt, 'connected'), true)
  assert.equal(at(mqtt, 'clients'), 1)
  assert.ok(Number(at(mqtt, 'published')) >= 1)
  const { body } = await get(`${server.url}/metrics`)
  assert.match(body, /^loklak_mqtt_connected 1$/m)
  assert.match(body, /^loklak_mqtt_clients 1$/m)

  server.signal('SIGKILL')
  await server.ended
  const second = await listening()
  publish('second')
  const last = `loklak/bluesky ${idOf('second')}`
  await until('the second', () => (heard.includes(last) ? true : undefined), second)
  // What was told in the minute before is told again.
  assert.deepEqual(new Set(heard), new Set([`loklak/bluesky ${idOf('first')}`, last]))

  const tell = (frame: (time: number) => string): void => {
    const time = Date.now() * 1000
    jetstream.publish(time, frame(time))
  }
  const kept = async (): Promise<unknown> => at(await ask(`${second.url}/api/status.json`), 'intake', 'outcomes', 'new')
  heard.splice(0)
  tell((time) => accountFrame(time, false))
  await until('the suspension', () => (heard.length > 0 ? true : undefined), second)
  const before = await kept()
  publish('unheard')
  await until('it to be kept', async () => ((await kept()) === before ? undefined : true), second)
  tell((time) => accountFrame(time, true))
  publish('third')
  await until('the third', () => (heard.includes(`loklak/bluesky ${idOf('third')}`) ? true : undefined), second)
  assert.deepEqual(heard, ['loklak/bluesky undefined', 'loklak/bluesky undefined', `loklak/bluesky ${idOf('third')}`], 'that the author is gone, and is back')
})

test('a prefix with which nothing could be published stops the start and is named', async (t) => {
  await assert.rejects(serve(t, await temporaryFolder(), { 'stream.enabled': 'true', 'stream.mqtt.prefix': 'a/#/' }), /stream\.mqtt\.prefix.*is not the beginning of an MQTT topic/)
})
