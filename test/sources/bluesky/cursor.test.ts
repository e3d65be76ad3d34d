import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { clocksDiffer, advanced, gapBefore, Numbering, resumption, type Mark } from '../../../src/sources/bluesky/cursor.ts'
import { second } from './frames.ts'

const reach = { lookback: 36 * 3_600_000, rewind: 5000 }
const now = second(0) / 1000
const hour = 3600
const mark = (time: number, seq?: number, server = 'a'): Mark => ({ time, seq, server })

describe('the cursor', () => {
  test('follows what is durable', () => {
    assert.deepEqual(advanced(null, mark(second(-10), 7), now), mark(second(-10), 7))
    assert.deepEqual(advanced(mark(second(-10), 7), mark(second(-9), 8), now), mark(second(-9), 8))
  })

  test('does not go back over a replay', () => {
    assert.equal(advanced(mark(second(-10), 7), mark(second(-500), 3), now)?.time, second(-10))
  })

  test('is not moved by an event that claims to be in the future', () => {
    assert.deepEqual(advanced(mark(second(-10)), mark(second(24 * hour)), now), mark(second(-10)))
    assert.equal(advanced(null, mark(second(24 * hour)), now), null)
  })
})

describe('going on after a cursor', () => {
  test('asks for a little more than what is missing', () => {
    assert.deepEqual(resumption(second(-100), now, reach), { from: second(-105), corrected: false })
  })

  test('with a cursor slightly ahead of our clock asks for no future', () => {
    assert.deepEqual(resumption(second(120), now, reach), { from: second(-5), corrected: false })
  })

  test('with a cursor far in the future asks for everything that there is', () => {
    assert.deepEqual(resumption(second(24 * hour), now, reach), { from: second(-36 * hour), corrected: true })
  })

  test('never asks for the future, nor for a number that would be a sequence number', () => {
    fc.assert(fc.property(fc.maxSafeNat(), fc.nat({ max: 4_000_000_000_000 }), (time, now) => {
      const { from } = resumption(time, now, reach)
      assert.ok(from >= 1e15)
      assert.ok(from <= Math.max(1e15, now * 1000))
    }))
  })
})

describe('a gap', () => {
  const none = { outdated: false, restarted: false, tolerance: clocksDiffer }

  test('is none where the server begins with what we have, however long we were away, or soon after by another clock', () => {
    assert.equal(gapBefore(second(-50 * hour - 4), second(-50 * hour), none), undefined)
    assert.equal(gapBefore(second(-50 * hour), second(-50 * hour), none), undefined)
    assert.equal(gapBefore(second(-50 * hour + 30), second(-50 * hour), none), undefined)
  })

  test('lies between cursor and first event where the server begins later than it was asked to', () => {
    assert.deepEqual(gapBefore(second(-8 * hour), second(-10 * hour), none), {
      from: '2026-11-22T02:00:00.000Z', to: '2026-11-22T04:00:00.000Z', reason: 'the server began later than it was asked to',
    })
  })

  test('is where the server says so, or lost its past', () => {
    assert.equal(gapBefore(second(-10), second(-20), { ...none, outdated: true })?.reason, 'the server no longer had what came before')
    assert.equal(gapBefore(second(-10), second(-20), { ...none, restarted: true })?.reason, 'the server lost its past and began its numbers again')
    assert.equal(gapBefore(second(-20), second(-10), { ...none, outdated: true, restarted: true }), undefined)
  })
})

describe('sequence numbers', () => {
  test('that rise, and replays with the numbers that they had, are in order', () => {
    const numbers = new Numbering(mark(second(0), 100))
    for (const [time, seq] of [[-30, 70], [-20, 80], [0, 100], [1, 101], [5, 105], [2, 102], [6, 106]] as const)
      assert.equal(numbers.contradicts(mark(second(time), seq)), false, `${seq}`)
  })

  test('that were given before to something older have begun again', () => {
    const numbers = new Numbering(mark(second(0), 100))
    assert.equal(numbers.contradicts(mark(second(10), 5)), true)
    assert.equal(numbers.contradicts(mark(second(11), 6)), true, 'and stay so until that is taken note of')
    numbers.forget()
    assert.equal(numbers.contradicts(mark(second(12), 7)), false)
    assert.equal(numbers.contradicts(mark(second(13), 8)), false)
    assert.equal(numbers.contradicts(mark(second(20), 3)), true)
  })

  test('of another server, or none at all, say nothing', () => {
    const numbers = new Numbering(mark(second(0), 100))
    assert.equal(numbers.contradicts(mark(second(10), undefined)), false)
    assert.equal(new Numbering(mark(second(0), 100)).contradicts(mark(second(10), 5, 'b')), false)
    assert.equal(new Numbering(null).contradicts(mark(second(10), 5)), false)
  })
})
