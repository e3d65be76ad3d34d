import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBuckets } from '../../src/http/buckets.ts'

test('a caller may ask in a burst, and then as fast as the bucket fills', () => {
  const clock = { now: 0 }
  const buckets = createBuckets({ rate: 2, burst: 3, now: () => clock.now })
  assert.deepEqual([1, 2, 3, 4].map(() => buckets.take('a')), [0, 0, 0, 0.5])
  clock.now += 500
  assert.equal(buckets.take('a'), 0)
  assert.equal(buckets.take('a'), 0.5)
})

test('callers do not take from each other', () => {
  const buckets = createBuckets({ rate: 1, burst: 1, now: () => 0 })
  assert.deepEqual([buckets.take('a'), buckets.take('b'), buckets.take('a')], [0, 0, 1])
})

test('a rate of 0 limits nobody', () => {
  const buckets = createBuckets({ rate: 0, burst: 0, now: () => 0 })
  assert.equal(Math.max(...Array.from({ length: 1000 }, () => buckets.take('a'))), 0)
})

test('at the limit of callers the one who was silent longest is forgotten', () => {
  const buckets = createBuckets({ rate: 1, burst: 1, now: () => 0, limit: 2 })
  for (const key of ['a', 'b', 'a', 'c']) buckets.take(key)
  assert.equal(buckets.take('a'), 1, 'a asked after b and is still known')
  assert.equal(buckets.take('b'), 0, 'b was forgotten')
})

test('nobody ever gets more than the burst and what was filled since', () => {
  fc.assert(fc.property(fc.array(fc.nat(3000), { maxLength: 100 }), (waits) => {
    const clock = { now: 0 }
    const buckets = createBuckets({ rate: 3, burst: 5, now: () => clock.now })
    let given = 0
    for (const wait of waits) {
      clock.now += wait
      if (buckets.take('a') === 0) given++
    }
    assert.ok(given <= 5 + (clock.now / 1000) * 3)
  }))
})

test('a clock that goes back fills nothing and empties nothing', () => {
  const clock = { now: 10_000 }
  const buckets = createBuckets({ rate: 1, burst: 2, now: () => clock.now })
  buckets.take('a')
  clock.now = 0
  assert.equal(buckets.take('a'), 0)
  assert.equal(buckets.take('a'), 1)
})
