import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orAborted } from '../../src/support/or-aborted.ts'
import { ManualClock } from './waiting.ts'

const never = new AbortController().signal

test('what work comes to is passed on, its failure too', async () => {
  assert.equal(await orAborted(Promise.resolve(7), never), 7)
  await assert.rejects(orAborted(Promise.reject(new Error('no')), never), /no/)
})

test('after an abort nobody waits on, and a later failure harms nobody', async () => {
  const stop = new AbortController()
  const { promise, reject } = Promise.withResolvers<number>()
  const waiting = orAborted(promise, stop.signal)
  stop.abort()
  assert.equal(await waiting, undefined)
  reject(new Error('too late'))
})

test('what is done within the grace counts, also where the abort was before', async () => {
  const clock = new ManualClock()
  const stop = new AbortController()
  const { promise, resolve } = Promise.withResolvers<number>()
  const waiting = orAborted(promise, stop.signal, 500, clock.timer)
  assert.deepEqual(clock.set, [])
  stop.abort()
  clock.pass(499)
  resolve(7)
  assert.equal(await waiting, 7)
  assert.deepEqual(clock.set, [], 'the timer is taken back')
  const late = orAborted(new Promise<number>(() => undefined), stop.signal, 500, clock.timer)
  clock.pass(500)
  assert.equal(await late, undefined)
})
