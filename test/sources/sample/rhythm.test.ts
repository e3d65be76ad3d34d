import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { languages } from '../../../src/sources/sample/languages.ts'
import { seeded } from '../../../src/sources/sample/random.ts'
import { languageAt, timesBefore } from '../../../src/sources/sample/rhythm.ts'

const day = 86_400_000
const midnight = Date.UTC(2026, 5, 1)

describe('times', () => {
  test('rise, are as many as asked for, and lie in the days before the end', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: midnight, max: midnight + day }), (seed, count, days, until) => {
        const times = [...timesBefore(seeded(seed), count, until, days)]
        assert.equal(times.length, count)
        assert.deepEqual(times, times.toSorted((a, b) => a - b))
        for (const time of times) assert.ok(time >= until - days * day && time <= until)
      }),
    )
  })

  test('follow the day, and every day gets its part', () => {
    const hours = Array.from({ length: 24 }, () => 0)
    const days = Array.from({ length: 10 }, () => 0)
    for (const time of timesBefore(seeded(1), 20_000, midnight, 10)) {
      const hour = new Date(time).getUTCHours()
      hours[hour] = (hours[hour] ?? 0) + 1
      const at = Math.floor((time - midnight) / day) + 10
      days[at] = (days[at] ?? 0) + 1
    }
    assert.ok(Math.max(...hours) > 1.5 * Math.min(...hours))
    for (const count of days) assert.ok(Math.abs(count - 2000) < 20)
  })
})

describe('the languages', () => {
  const shareAt = (code: string, hour: number): number => {
    const random = seeded(2)
    const drawn = Array.from({ length: 5000 }, () => languages[languageAt(random, midnight + hour * 3_600_000)]?.code)
    return drawn.filter((one) => one === code).length / drawn.length
  }

  test('make all messages together', () => assert.ok(Math.abs(languages.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9))

  test('each have their hours', () => {
    for (const { code, peak } of languages) assert.ok(shareAt(code, peak) > shareAt(code, (peak + 12) % 24), code)
  })
})
