import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth } from '../../src/watch/health.ts'

const at = (time: string) => () => Date.parse(time)

test('a process is not ready before everything was open once', () => {
  const health = createHealth()
  assert.deepEqual(health.view(), { ready: false, draining: false, reason: 'starting', degraded: [] })
  health.started()
  assert.deepEqual(health.view(), { ready: true, draining: false, reason: null, degraded: [] })
})

test('a degraded dependency shows with its reason, lag and beginning, and leaves the rest ready', () => {
  const clock = { now: Date.parse('2026-11-22T12:00:00.000Z') }
  const health = createHealth(() => clock.now)
  health.started()
  health.degraded('bluesky', 'connection refused')
  clock.now += 5000
  health.degraded('bluesky', 'timeout', 5000)
  assert.deepEqual(health.view(), {
    ready: true,
    draining: false,
    reason: null,
    degraded: [{ name: 'bluesky', reason: 'timeout', lag_ms: 5000, since: '2026-11-22T12:00:00.000Z' }],
  })
  health.clear('bluesky')
  assert.deepEqual(health.view().degraded, [])
})

test('what degrades again after it healed begins anew', () => {
  const clock = { now: 0 }
  const health = createHealth(() => clock.now)
  health.degraded('broker', 'gone')
  health.clear('broker')
  clock.now = 60_000
  health.degraded('broker', 'gone')
  assert.equal(health.view().degraded[0]?.since, '1970-01-01T00:01:00.000Z')
})

test('it is not ready while it can do nothing useful, and heals by itself', () => {
  let reason: string | null = 'disk full'
  const health = createHealth(at('2026-11-22T12:00:00Z'), () => reason)
  assert.equal(health.view().reason, 'starting')
  health.started()
  assert.deepEqual([health.view().ready, health.view().reason], [false, 'disk full'])
  reason = null
  assert.equal(health.view().ready, true)
})

test('draining is final', () => {
  const health = createHealth()
  health.started()
  health.draining()
  health.started()
  assert.deepEqual(health.view(), { ready: false, draining: true, reason: 'stopping', degraded: [] })
})
