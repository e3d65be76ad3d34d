// What MQTT promises, whatever the broker: run on the one inside loklak by `npm test`, on a real Mosquitto by `npm run test:real`.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import type { Position } from '../../src/message/line.ts'
import type { Connect } from '../../src/stream/mqtt/outlet.ts'
import { createPublisher, type PublisherOptions } from '../../src/stream/mqtt/publisher.ts'
import { createPublications, type TopicFamily } from '../../src/stream/mqtt/topics.ts'
import { edit, heldClock, insert, message, openAt, remove, temporaryFolder, type Opened } from '../journal/fixtures.ts'

export interface Broker {
  readonly connect: Connect
  /** Where listeners connect, one for each kind of wire. */
  readonly addresses: readonly string[]
  /** How a listener introduces itself. */
  readonly listener: IClientOptions
}

interface Heard {
  readonly topic: string
  readonly payload: { readonly $T: Position; readonly $P: string; readonly id_str?: string; readonly text?: string }
  readonly qos: number
}

/** A listener that keeps what it hears. */
export interface Listener {
  readonly heard: Heard[]
  /** Resolves when so many were heard that are not repeats. */
  count(wanted: number): Promise<void>
  /** What was heard, repeats left out by topic and position, in order of first arrival. */
  unique(): Heard[]
  readonly client: MqttClient
}

export async function listen(t: TestContext, address: string, options: IClientOptions, topic: string, qos: 0 | 1 = 1): Promise<Listener> {
  const client = await connectAsync(address, { reconnectPeriod: 200, clean: true, ...options })
  t.after(() => client.endAsync(true))
  const heard: Heard[] = []
  const seen = new Map<string, Heard>()
  const more = new EventTarget()
  client.on('message', (topic, payload, { qos }) => {
    const one: Heard = { topic, payload: JSON.parse(payload.toString()), qos }
    heard.push(one)
    const key = `${topic} ${one.payload.$T}`
    if (!seen.has(key)) seen.set(key, one)
    more.dispatchEvent(new Event('more'))
  })
  await client.subscribeAsync(topic, { qos })
  return {
    heard,
    client,
    unique: () => [...seen.values()],
    async count(wanted) {
      while (seen.size < wanted) await once(more, 'more')
    },
  }
}

/** Publishes a journal until the test ends. */
export async function publish(t: TestContext, connect: Connect, options: { readonly families?: readonly TopicFamily[]; readonly path?: string; readonly journal?: Opened; readonly settle?: number; readonly now?: () => number; readonly publications?: PublisherOptions['publications'] } = {}) {
  const path = options.path ?? (await temporaryFolder())
  const clock = heldClock()
  const journal = options.journal ?? (await openAt(t, path, { now: () => (clock.add(1), clock.now()) }))
  const stop = new AbortController()
  const publisher = createPublisher({
    journal, connect, publications: options.publications ?? createPublications(options.families ?? ['all', 'network', 'user', 'mention', 'hashtag'], ''),
    statePath: join(path, 'state', 'mqtt.json'), now: options.now ?? Date.now, log: { info: () => undefined, warn: () => undefined }, settle: options.settle ?? 0, leastWait: 20,
  })
  const running = publisher.run(stop.signal)
  const close = async () => {
    stop.abort()
    await running
  }
  t.after(close)
  const connected = async () => {
    while (!publisher.state().connected) await new Promise((resolve) => setImmediate(resolve))
  }
  return { journal, publisher, close, connected, path }
}

const ids = (heard: readonly Heard[]): string[] => heard.map(({ payload }) => `${payload.$P} ${payload.id_str ?? ''}`)

export function mqttSuite(name: string, start: (t: TestContext) => Promise<Broker>): void {
  test(`${name}: a message goes to each of its topics once, and every listener of a topic gets it`, async (t) => {
    const { connect, addresses, listener } = await start(t)
    const [first = ''] = addresses
    const [everything, ann, alsoAnn] = await Promise.all([listen(t, first, listener, '#'), listen(t, first, listener, 'test/user/ann'), listen(t, first, listener, '+/user/ann')])
    const { journal, connected } = await publish(t, connect)
    await connected()
    await journal.append([{ op: 'I', imported: false, message: { ...message('a', 'hello', 'ann'), hashtags: ['C#'] } }])
    await journal.append([insert('b', 'x', 'bob')])
    await everything.count(14)
    assert.deepEqual(everything.unique().filter(({ payload }) => payload.id_str === 'a').map(({ topic }) => topic).sort(), [
      'all', 'any/hashtag/c%23', 'any/user/ann', 'any/user/key:ann', 'test', 'test/hashtag/c%23', 'test/user/ann', 'test/user/key:ann',
    ])
    await Promise.all([ann.count(1), alsoAnn.count(2)])
    assert.deepEqual(ids(ann.unique()), ['I a'])
    assert.equal(everything.heard.length, everything.unique().length, 'once each')
    assert.deepEqual(new Set(everything.heard.map(({ qos }) => qos)), new Set([1]), 'at least once')
  })

  test(`${name}: edits and deletes follow the message; imported ones are never announced`, async (t) => {
    const { connect, addresses, listener } = await start(t)
    const listening = await listen(t, addresses[0] ?? '', listener, 'test/user/ann')
    const { journal, connected } = await publish(t, connect)
    await connected()
    await journal.append([insert('a', 'first'), { op: 'I', imported: true, message: message('old') }, edit('a', 'second'), remove('a')])
    await listening.count(3)
    assert.deepEqual(ids(listening.unique()), ['I a', 'U a', 'D a'])
  })

  test(`${name}: every wire carries the same, in the order of the journal`, async (t) => {
    const { connect, addresses, listener } = await start(t)
    const listening = await Promise.all(addresses.map((address) => listen(t, address, listener, 'all')))
    const { journal, connected } = await publish(t, connect, { families: ['all'] })
    await connected()
    const total = 2_000
    for (let i = 0; i < total; i += 100) await journal.append(Array.from({ length: 100 }, (_, j) => insert(`m${i + j}`)))
    for (const one of listening) {
      await one.count(total)
      assert.deepEqual(ids(one.unique()), Array.from({ length: total }, (_, i) => `I m${i}`))
    }
  })

  test(`${name}: what is stored while the publisher is away is published when it is back, from its own cursor`, async (t) => {
    const { connect, addresses, listener } = await start(t)
    const listening = await listen(t, addresses[0] ?? '', listener, 'all')
    const first = await publish(t, connect, { families: ['all'] })
    await first.connected()
    await first.journal.append([insert('a')])
    await listening.count(1)
    await first.close()
    await first.journal.append([insert('b'), insert('c')])
    await publish(t, connect, { families: ['all'], path: first.path, journal: first.journal })
    await listening.count(3)
    assert.deepEqual(ids(listening.unique()), ['I a', 'I b', 'I c'])
  })

  test(`${name}: listeners can only listen`, async (t) => {
    const { addresses, listener } = await start(t)
    const listening = await listen(t, addresses[0] ?? '', listener, 'all')
    const speaker = await connectAsync(addresses[0] ?? '', { ...listener, reconnectPeriod: 0, clientId: 'speaker' })
    t.after(() => speaker.endAsync(true))
    // A broker may drop it silently or close the connection; it must not arrive.
    const closed = new Promise<void>((resolve) => speaker.once('close', () => resolve()))
    await Promise.race([speaker.publishAsync('all', '{"$T":1,"$P":"I","id_str":"forged"}', { qos: 1 }).catch(() => undefined), closed])
    const { journal, connected } = await publish(t, (await start(t)).connect, { families: ['all'] })
    await connected()
    await journal.append([insert('real')])
    await listening.count(1)
    assert.deepEqual(ids(listening.heard), ['I real'])
  })
}
