import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, test } from 'node:test'
import type { Draft } from '../../../src/intake/port.ts'
import type { Mark } from '../../../src/sources/bluesky/cursor.ts'
import { Flow, type Valve } from '../../../src/sources/bluesky/flow.ts'
import { measures } from '../../../src/sources/bluesky/options.ts'
import { ManualClock } from '../../support/waiting.ts'
import { FakeIntake } from './fakes.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const draft = (n: number): Draft => ({ kind: 'delete', id_str: `bluesky:did:plc:a:${n}` })
const mark = (n: number): Mark => ({ time: n, server: 'a', seq: undefined })

function start(limits: Partial<typeof measures>) {
  const intake = new FakeIntake({ byItself: false })
  const landed: number[] = []
  const failures: unknown[] = []
  const flow = new Flow(intake, { ...measures, ...limits }, ({ time }) => landed.push(time), (error) => failures.push(error))
  const acts: string[] = []
  const valve: Valve = { hold: () => acts.push('hold'), release: () => acts.push('release') }
  flow.regulate(valve)
  const add = (from: number, to: number, bytes = 1): void => {
    for (let n = from; n <= to; n++) flow.add(draft(n), bytes, mark(n))
  }
  return { intake, flow, landed, failures, acts, add }
}

test('what comes in one turn is one offer', async () => {
  const { intake, add, landed } = start({})
  add(1, 3)
  const offer = await intake.offers.next()
  assert.deepEqual(offer.names, ['delete 1', 'delete 2', 'delete 3'])
  assert.deepEqual(offer.from, { source: 'bluesky', imported: false })
  assert.deepEqual(landed, [])
  offer.store()
  await turn()
  assert.deepEqual(landed, [3])
})

test('an offer has a limit, and so has their number; the rest waits and comes together', async () => {
  const { intake, add } = start({ drafts: 2, offers: 2 })
  add(1, 5)
  const [first, second] = [await intake.offers.next(), await intake.offers.next()]
  assert.deepEqual([first.names.length, second.names.length], [2, 2])
  add(6, 6)
  await turn()
  first.store()
  assert.deepEqual((await intake.offers.next()).names, ['delete 5', 'delete 6'])
})

test('offers that are stored out of order move the cursor only in order', async () => {
  const { intake, add, landed } = start({ drafts: 1 })
  add(1, 3)
  const offers = [await intake.offers.next(), await intake.offers.next(), await intake.offers.next()]
  offers[2]?.store()
  offers[1]?.store()
  await turn()
  assert.deepEqual(landed, [])
  offers[0]?.store()
  await turn()
  assert.deepEqual(landed, [3])
})

test('an event that says nothing moves the cursor, after what came before it', async () => {
  const { intake, flow, landed, add } = start({})
  add(1, 1)
  flow.add(undefined, 1, mark(2))
  const offer = await intake.offers.next()
  assert.deepEqual(offer.names, ['delete 1'])
  await turn()
  assert.deepEqual(landed, [])
  offer.store()
  await turn()
  assert.deepEqual(landed, [2])
  flow.add(undefined, 1, mark(3))
  await turn()
  await turn()
  assert.deepEqual(landed, [2, 3], 'and alone it needs no offer')
})

describe('back-pressure', () => {
  test('holds the connection at so many bytes and releases it at half of them', async () => {
    const { intake, flow, add, acts } = start({ drafts: 1, bytes: 100 })
    add(1, 9, 10)
    assert.equal(flow.held, false)
    add(10, 12, 10)
    assert.deepEqual([flow.held, acts], [true, ['hold']])
    for (let stored = 0; stored < 6; stored++) (await intake.offers.next()).store()
    await turn()
    assert.deepEqual(acts, ['hold'])
    ;(await intake.offers.next()).store()
    await turn()
    assert.deepEqual([flow.held, acts], [false, ['hold', 'release']])
  })

  test('outlives the connection: the next one waits for room', async () => {
    const { intake, flow, add } = start({ bytes: 10 })
    const stop = new AbortController()
    add(1, 1, 10)
    flow.regulate(undefined)
    let free = false
    const room = flow.room(stop.signal).then(() => (free = true))
    await turn()
    assert.equal(free, false)
    ;(await intake.offers.next()).store()
    assert.equal(await room, true)
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  })

  test('does not hold up a stop', async () => {
    const { flow, add } = start({ bytes: 10 })
    const stop = new AbortController()
    add(1, 1, 10)
    const room = flow.room(stop.signal)
    stop.abort()
    await room
    assert.equal(flow.held, true)
  })
})

describe('draining', () => {
  test('waits for what is under way', async () => {
    const clock = new ManualClock()
    const { intake, flow, add, landed } = start({})
    add(1, 2)
    const drained = flow.drain(3000, clock.timer)
    const offer = await intake.offers.next()
    offer.store()
    await drained
    assert.deepEqual(landed, [2])
    assert.deepEqual(clock.set, [])
  })

  test('but not for ever', async () => {
    const clock = new ManualClock()
    const { intake, flow, add } = start({})
    add(1, 2)
    const drained = flow.drain(3000, clock.timer)
    await intake.offers.next()
    clock.pass(3000)
    await drained
  })

  test('an intake that is closed ends it', async () => {
    const clock = new ManualClock()
    const { intake, flow, add, failures, landed } = start({ drafts: 1, offers: 1 })
    add(1, 2)
    const drained = flow.drain(3000, clock.timer)
    ;(await intake.offers.next()).fail(new Error('closed'))
    await drained
    assert.deepEqual([failures.length, landed], [1, []])
  })
})
