import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWindows, type Span } from '../../src/watch/windows.ts'

const began = Date.UTC(2026, 10, 22, 12)

test('events fall into all windows that reach back to them', () => {
  const clock = { now: began }
  const windows = createWindows(() => clock.now)
  windows.count(5)
  clock.now += 5 * 60_000
  windows.count(2)
  const counts = Object.entries(windows.windows()).map(([span, { count }]) => [span, count])
  assert.deepEqual(counts, [['minute', 2], ['ten_minutes', 7], ['hour', 7], ['day', 7], ['week', 7]])
})

test('the rate is over the window, or over the time since counting began where that is less', () => {
  const clock = { now: began }
  const windows = createWindows(() => clock.now)
  clock.now += 10_000
  windows.count(100)
  assert.equal(windows.windows().week.rate, 10)
  clock.now += 110_000
  windows.count(60)
  assert.equal(windows.windows().minute.rate, 1)
})

test('an event counts where it happened, not where it was seen; the future counts as now', () => {
  const windows = createWindows(() => began)
  windows.count(1, began - 2 * 3_600_000)
  windows.count(1, began - 30 * 86_400_000)
  windows.count(1, began + 86_400_000)
  const { minute, hour, day, week } = windows.windows()
  assert.deepEqual([minute.count, hour.count, day.count, week.count], [1, 1, 2, 2])
})

test('agrees with counting one by one, to a bucket, whatever happens when', () => {
  const lengths: readonly [Span, number, number][] = [['minute', 60_000, 1000], ['ten_minutes', 600_000, 10_000], ['hour', 3_600_000, 60_000], ['day', 86_400_000, 900_000], ['week', 604_800_000, 3_600_000]]
  const step = fc.record({ wait: fc.nat(200_000_000), age: fc.nat(700_000_000), many: fc.nat(9) })
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const clock = { now: began }
    const windows = createWindows(() => clock.now)
    const events: { at: number; many: number }[] = []
    for (const { wait, age, many } of steps) {
      clock.now += wait
      windows.count(many, clock.now - age)
      events.push({ at: clock.now - age, many })
    }
    const told = windows.windows()
    for (const [span, length, bucket] of lengths) {
      const since = (Math.floor(clock.now / bucket) - length / bucket + 1) * bucket
      const expected = events.filter(({ at }) => at >= since).reduce((sum, { many }) => sum + many, 0)
      assert.equal(told[span].count, expected, span)
    }
  }))
})
