import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemTimer, wait } from '../../src/support/timer.ts'
import { ManualClock } from './waiting.ts'

test('a wait ends when its time has come', async () => {
  const clock = new ManualClock()
  let over = false
  const waiting = wait(500, new AbortController().signal, clock.timer).then(() => (over = true))
  clock.pass(499)
  await Promise.resolve()
  assert.equal(over, false)
  clock.pass(1)
  assert.equal(await waiting, true)
})

test('an abort ends a wait and takes its timer back', async () => {
  const clock = new ManualClock()
  const stop = new AbortController()
  const waiting = wait(500, stop.signal, clock.timer)
  stop.abort()
  await waiting
  assert.deepEqual(clock.set, [])
  await wait(500, stop.signal, clock.timer)
  assert.deepEqual(clock.set, [], 'after an abort nothing is waited for')
})

test('the system timer rings, and not after it was taken back', async () => {
  let rung = ''
  systemTimer(0, () => (rung += 'a'))()
  await new Promise<void>((resolve) => {
    systemTimer(1, () => {
      rung += 'b'
      resolve()
    })
  })
  assert.equal(rung, 'b')
})
