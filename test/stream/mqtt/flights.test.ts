import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFlights, mostPublications } from '../../../src/stream/mqtt/flights.ts'

/** A broker that acknowledges when it is told to. */
function slowBroker() {
  const open: PromiseWithResolvers<void>[] = []
  const landed: number[] = []
  const failed: string[] = []
  const stop = new AbortController()
  let most = 0
  const flights = createFlights({
    outlet: {
      publish() {
        const one = Promise.withResolvers<void>()
        open.push(one)
        most = Math.max(most, open.length)
        return one.promise
      },
    },
    landed: (position) => landed.push(position),
    failed: (reason) => failed.push(reason),
    signal: stop.signal,
  })
  /** Acknowledges what is there until the work is done. */
  async function serve<T>(work: Promise<T>): Promise<T> {
    const state = { done: false }
    void work.finally(() => (state.done = true)).catch(() => undefined)
    while (!state.done || open.length > 0) {
      for (const one of open.splice(0)) one.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return work
  }
  return { flights, open, landed, failed, stop, serve, most: () => most }
}

const publication = (topics: number, bytes = 10) => ({ topics: Array.from({ length: topics }, (_, i) => `text/${i}`), payload: Buffer.alloc(bytes) })

test('publications are bounded, not messages: one with more topics than there may be is sent bit by bit', async () => {
  const { flights, serve, most, landed } = slowBroker()
  assert.equal(await serve(flights.send(publication(10_000), 7)), 10_000)
  assert.equal(most(), mostPublications)
  assert.deepEqual(landed, [7])
})

test('many messages with many topics never take more numbers than MQTT has', async () => {
  const { flights, serve, most, landed } = slowBroker()
  await serve((async () => {
    for (let position = 1; position <= 2_000; position++) await flights.send(publication(100), position)
  })())
  assert.equal(most(), mostPublications)
  assert.equal(landed.at(-1), 2_000)
})

test('bytes are bounded as well', async () => {
  const { flights, serve, most } = slowBroker()
  await serve(flights.send(publication(100, 1024 * 1024), 1))
  assert.equal(most(), 16)
})

test('a place is passed on when all publications up to it are acknowledged, in order', async () => {
  const { flights, open, landed } = slowBroker()
  await flights.send(publication(2), 1)
  await flights.send(undefined, 2)
  await flights.send(publication(1), 3)
  const [first, second, third] = open
  third?.resolve()
  second?.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(landed, [])
  first?.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(landed, [3])
})

test('when it is broken off it waits for nobody, and nothing of the message counts as done', async () => {
  const { flights, open, landed, stop } = slowBroker()
  const sending = flights.send(publication(10_000), 1)
  stop.abort()
  assert.equal(await sending, mostPublications)
  for (const one of open) one.reject(new Error('gone'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(landed, [])
})

test('a publication that fails while others wait for room is told at once, and hurts nobody else', async (t) => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  t.after(() => process.off('unhandledRejection', note))
  const { flights, open, failed, landed, serve } = slowBroker()
  const sending = flights.send(publication(mostPublications + 1), 1)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(open.length, mostPublications)
  const [first, ...others] = open.splice(0)
  first?.reject(new Error('not this one'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([failed, unhandled], [['not this one'], []])
  assert.equal(open.length, 1, 'its place is free again')
  for (const one of others) one.resolve()
  assert.equal(await serve(sending), mostPublications + 1)
  await serve(flights.send(publication(mostPublications), 2))
  assert.deepEqual([landed, flights.underWay()], [[], [1, 2]], 'nothing after it counts as done')
})

test('records that say nothing wait for an earlier one only as long as there is room', async () => {
  const { flights, open, landed } = slowBroker()
  for (let position = 1; position <= mostPublications; position++) await flights.send(position === 1 ? publication(1) : undefined, position)
  const state = { sent: false, empty: false }
  void flights.send(undefined, mostPublications + 1).then(() => (state.sent = true))
  void flights.empty().then(() => (state.empty = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([flights.underWay(), state], [[1, mostPublications], { sent: false, empty: false }])
  open[0]?.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([landed.at(-1), flights.underWay(), state], [mostPublications + 1, undefined, { sent: true, empty: true }])
})

test('a publication that fails is told with its reason', async () => {
  const { flights, open, failed } = slowBroker()
  await flights.send(publication(1), 1)
  open[0]?.reject(new Error('the connection was closed'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(failed, ['the connection was closed'])
})
