import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { groupOf, groupStart, homeRid, instantOf, isGroupStart, maxProbe, span } from '../../../src/index/sqlite/files/place.ts'
import { cutNewest, fullAt, maxPartitions, partitionAt, planPartitions, type Volume } from '../../../src/index/sqlite/files/plan.ts'

const first = Date.parse('0000-01-01T00:00:00.000Z')
const last = Date.parse('9999-12-31T23:59:59.999Z')
const now = Date.UTC(2026, 10, 20, 12)
const anyTime = fc.integer({ min: first, max: last })
const plan = planPartitions(now, new Map(), 400_000)
const spanOf = (at: number) => plan[partitionAt(plan, at)] ?? span(0, 1)

describe('where a message lies in its partition', () => {
  it('is a whole number that grows with time, and tells its time back', () => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 0, max: 10_000_000 }), fc.string(), (at, later, id) => {
        const place = spanOf(at)
        const rid = homeRid(place, at, id)
        assert.ok(Number.isSafeInteger(rid + maxProbe) && rid >= 0)
        assert.ok(groupStart(place, at) <= rid && rid + maxProbe < groupStart(place, at) + place.slots, 'there is room behind it in its group')
        assert.equal(groupOf(place, rid), groupStart(place, at))
        assert.ok(instantOf(place, rid) <= at && at < instantOf(place, rid) + place.unit)
        const next = Math.min(at + later, place.end - 1)
        if (instantOf(place, groupStart(place, next)) > at) assert.ok(homeRid(place, next, id) > rid)
        assert.equal(isGroupStart(place, at), groupStart(place, at) !== groupStart(place, at - 1))
      }),
    )
  })
  it('is told apart to a tenth of a second in all of the present', () => {
    for (const at of [now - 366 * 86_400_000, now, now + 86_400_000]) assert.equal(spanOf(at).unit, 100)
  })
})

describe('the plan of partitions', () => {
  const volume: fc.Arbitrary<Volume> = fc.array(fc.tuple(fc.integer({ min: -600_000, max: 600_000 }), fc.integer({ min: 0, max: 2_000_000 })), { maxLength: 300 }).map((hours) => new Map(hours))
  it('covers all time without a gap, bounded in number, with an open newest partition', () => {
    fc.assert(
      fc.property(volume, fc.integer({ min: 0, max: now }), (volume, now) => {
        const plan = planPartitions(now, volume, 400_000)
        assert.equal(plan[0]?.start, first)
        assert.equal(plan.at(-1)?.end, last + 1)
        for (const [i, { start, end }] of plan.entries()) {
          assert.ok(start < end)
          if (i > 0) assert.equal(plan[i - 1]?.end, start)
        }
        assert.ok(plan.length <= maxPartitions - 50, `${plan.length} leave room to grow`)
        const newest = plan.at(-2)
        assert.ok(newest !== undefined && newest.start <= Math.max(now, Date.UTC(2006, 0, 2)) && newest.end > now + 19 * 365 * 86_400_000)
      }),
    )
  })
  it('is bounded however unevenly the past is spread over its hours', () => {
    const last = Math.floor(now / 3_600_000)
    const spread = fc.tuple(fc.integer({ min: 1, max: 1500 }), fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(spread, ([hours, pattern]) => {
        const plan = planPartitions(now, new Map(Array.from({ length: hours }, (_, i) => [last - i, pattern[i % pattern.length] ?? 1] as const)), 400_000)
        assert.ok(plan.length <= maxPartitions - 50, `${plan.length}`)
      }),
      { examples: [[[198, [410_000, 5000]]], [[199, [3_600_000]]]] },
    )
  })
  it('cuts the past where there was much', () => {
    const hour = (at: number): number => Math.floor(at / 3_600_000)
    const busy = Date.UTC(2017, 3, 1)
    const plan = planPartitions(now, new Map([...Array.from({ length: 100 }, (_, i) => [hour(busy) + i, 100_000] as const), [hour(now) - 5, 10]]), 400_000)
    const cuts = plan.map(({ start }) => start).filter((start) => start >= busy && start < busy + 100 * 3_600_000)
    assert.equal(cuts.length, 24, '10 million in parts of 400,000')
    assert.ok(plan.length < 32, 'and nowhere else')
  })
  it('keeps what it has when the newest partition is cut', () => {
    const newest = plan.at(-2)
    assert.ok(newest !== undefined)
    const [closed, open] = cutNewest(newest, now + 1000)
    assert.deepEqual(closed, { ...newest, end: now + 1000 })
    assert.deepEqual([open.start, open.end, open.unit], [now + 1000, newest.end, 100])
    assert.equal(homeRid(closed, now, 'x'), homeRid(newest, now, 'x'))
  })
  it('stays bounded while a billion messages arrive', () => {
    let partitions = plan.length
    for (let total = 0; total < 1_000_000_000; partitions++) total += fullAt(total, 400_000)
    assert.ok(partitions <= maxPartitions, `${partitions}`)
  })
})
