import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Draft, Intake, Provenance } from '../../../src/intake/port.ts'
import { sampleEntries } from '../../../src/sources/sample/sample.ts'
import { sampleSource } from '../../../src/sources/sample/source.ts'
import type { Timer } from '../../../src/support/timer.ts'

const start = Date.UTC(2026, 5, 1)

/** Runs a source for so long by a clock that jumps from ring to ring; `pause` lets the clock jump further once. */
async function feed(perSecond: number, forMs: number, pause?: { readonly at: number; readonly ms: number }) {
  let time = start
  let paused = false
  const stop = new AbortController()
  const timer: Timer = (ms, ring) => {
    time += ms
    if (pause !== undefined && !paused && time - start >= pause.at) {
      paused = true
      time += pause.ms
    }
    if (time - start >= forMs) stop.abort()
    queueMicrotask(ring)
    return () => {}
  }
  const offers: { at: number; drafts: readonly Draft[]; from: Provenance }[] = []
  const intake: Intake = {
    offer(drafts, from) {
      offers.push({ at: time, drafts, from })
      return Promise.resolve([])
    },
  }
  const source = sampleSource({ perSecond, seed: 5, now: () => time, timer })
  const idle = source.state()
  const running = source.run(intake, stop.signal)
  const live = source.state()
  await running
  const messages = offers.flatMap(({ drafts }) => drafts).flatMap((draft) => (draft.kind === 'message' ? [draft.message] : []))
  return { offers, messages, states: [idle, live, source.state()] as const }
}

describe('the source of generated messages', () => {
  test('gives so many a second, as a source that is live', async () => {
    const { offers, messages } = await feed(20, 10_000)
    assert.ok(messages.length >= 196 && messages.length <= 200)
    for (const { from } of offers) assert.deepEqual(from, { source: 'sample', imported: false })
    assert.equal(new Set(messages.map(({ id_str }) => id_str)).size, messages.length)
  })

  test('gives them one by one where they are few', async () => {
    const { offers, messages } = await feed(2, 5_000)
    assert.equal(messages.length, offers.length)
    assert.ok(messages.length >= 8 && messages.length <= 10)
  })

  test('says what it is and how it fares', async () => {
    const { messages, states: [idle, live, stopped] } = await feed(20, 3_000)
    assert.deepEqual([idle.state, live.state, stopped.state], ['stopped', 'live', 'stopped'])
    assert.deepEqual([idle.network, idle.last_message_at, idle.lag_ms], ['sample', null, null])
    assert.match(live.reason ?? '', /generated/)
    assert.equal(stopped.received, messages.length)
    assert.ok(Math.abs(stopped.rate - 20) < 3)
  })

  test('writes now', async () => {
    const { offers } = await feed(20, 2_000)
    for (const { at, drafts } of offers) {
      for (const draft of drafts) if (draft.kind === 'message') assert.ok(Date.parse(draft.message.created_at ?? '') <= at && at - Date.parse(draft.message.created_at ?? '') < 86_400_000)
    }
  })

  test('does not make up for a long sleep', async () => {
    const { offers } = await feed(20, 3_700_000, { at: 1000, ms: 3_600_000 })
    const most = Math.max(...offers.map(({ drafts }) => drafts.filter(({ kind }) => kind === 'message').length))
    assert.ok(most >= 2 && most <= 40)
  })

  test('goes on with the people of the sample with the same seed, who say something else', async () => {
    const before = [...sampleEntries({ count: 5000, seed: 5, until: start, days: 2 })].flatMap((entry) => (entry.op === 'I' ? [entry.message] : []))
    const people = new Set(before.map(({ user }) => user.user_id))
    const texts = new Set(before.map(({ text }) => text).filter((text) => text.length > 40))
    const { messages } = await feed(20, 10_000)
    assert.ok(messages.some(({ user }) => people.has(user.user_id)))
    assert.ok(messages.filter(({ text }) => texts.has(text)).length === 0)
  })

  test('hands on what the intake refuses to do', async () => {
    const source = sampleSource({ perSecond: 10, seed: 1, now: Date.now, timer: (_ms, ring) => (queueMicrotask(ring), () => {}) })
    const failing: Intake = { offer: () => Promise.reject(new Error('closed')) }
    await assert.rejects(source.run(failing, new AbortController().signal), /closed/)
    assert.equal(source.state().state, 'stopped')
  })
})
