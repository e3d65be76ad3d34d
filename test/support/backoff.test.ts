import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { backoff } from '../../src/support/backoff.ts'

test('each wait may be twice as long as the one before, up to a limit; a success begins anew', () => {
  const pause = backoff({ least: 1000, most: 5000, random: () => 1 })
  assert.deepEqual([pause.next(), pause.next(), pause.next(), pause.next()], [1000, 2000, 4000, 5000])
  pause.reset()
  assert.equal(pause.next(), 1000)
})

test('jitter takes away up to half', () => {
  const pause = backoff({ least: 1000, most: 60_000, random: () => 0 })
  assert.deepEqual([pause.next(), pause.next()], [500, 1000])
})

test('every wait lies between half of the least and the most', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (chances) => {
    const left = [...chances]
    const pause = backoff({ least: 100, most: 7000, random: () => left.shift() ?? 0 })
    for (const _ of chances) {
      const ms = pause.next()
      assert.ok(ms >= 50 && ms <= 7000, String(ms))
    }
  }))
})
