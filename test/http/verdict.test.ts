import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verdict } from '../../src/http/verdict.ts'
import { liveSource, noon, statusAt } from './parts.ts'

const status = statusAt(noon)
const late = { ...status.journal, position: (noon - 61_000) * 1000 }

test('it stores while a source runs and records reach the disk', () => {
  assert.deepEqual(verdict(status, noon), { storing: true, reason: null, last_stored_at: '2026-11-22T11:59:59.995Z' })
})

test('a blocked journal stores nothing, whatever else runs', () => {
  const journal = { ...status.journal, blockage: { reason: 'disk full' as const, detail: 'ENOSPC', since: '2026-11-22T11:00:00.000Z' } }
  assert.deepEqual(verdict({ ...status, journal }, noon), { storing: false, reason: 'disk full: ENOSPC', last_stored_at: '2026-11-22T11:59:59.995Z' })
})

test('without a source that runs nothing new is stored', () => {
  const waiting = { ...liveSource, state: 'waiting' as const, reason: 'connection refused' }
  const off = { ...liveSource, name: 'nostr', state: 'disabled' as const }
  assert.equal(verdict({ ...status, sources: [waiting, off] }, noon).reason, 'bluesky is waiting (connection refused)')
  assert.equal(verdict({ ...status, sources: [off] }, noon).reason, 'no source is enabled; only what is imported or pushed is stored')
  assert.equal(verdict({ ...status, sources: [waiting, { ...liveSource, name: 'nostr' }] }, noon).storing, true, 'one that runs is enough')
})

test('an import that runs does not hide that the network is not heard', () => {
  const waiting = { ...liveSource, state: 'waiting' as const, reason: 'connection refused' }
  const importing = { ...liveSource, name: 'import', network: 'dump' }
  assert.equal(verdict({ ...status, sources: [importing, waiting] }, noon).reason, 'bluesky is waiting (connection refused)')
  assert.equal(verdict({ ...status, sources: [importing] }, noon).reason, 'no source is enabled; only what is imported or pushed is stored')
})

test('looking live while nothing reaches the disk is not storing', () => {
  assert.equal(verdict({ ...status, journal: late }, noon).reason, 'messages arrive, but nothing was stored for 61 s')
})

test('a network on which nobody writes for a while, or old messages that are known, are no trouble', () => {
  assert.equal(verdict({ ...status, journal: late, sources: [{ ...liveSource, rate: 0 }] }, noon).storing, true)
  assert.equal(verdict({ ...status, journal: late, sources: [{ ...liveSource, state: 'catching-up' }] }, noon).storing, true)
})

test('a source that is live and brings nothing for ten minutes is not storing, nor is one that brought nothing yet', () => {
  const quiet = { ...liveSource, rate: 0 }
  const longAgo = { ...status.journal, position: (noon - 601_000) * 1000 }
  assert.equal(verdict({ ...status, journal: longAgo, sources: [quiet] }, noon).reason, 'nothing was stored for 10 min, since no message came')
  assert.equal(verdict({ ...status, journal: { ...status.journal, position: 0 }, sources: [quiet] }, noon).reason, 'nothing was stored yet, since no message came')
})

test('an empty journal has stored nothing yet', () => {
  assert.equal(verdict({ ...status, journal: { ...status.journal, position: 0 }, sources: [] }, noon).last_stored_at, null)
})
