import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfter } from '../../src/support/retry-after.ts'

test('it is seconds or a date, never negative, never more than the most, and nothing where it says nothing', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  const cases = [
    ['5', 5_000], [' 5 ', 5_000], ['0', 0], ['10000000', 3_600_000], ['99999999999999999999', 3_600_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000], ['Sun, 22 Nov 2026 11:00:00 GMT', 0], ['Sun, 22 Nov 2099 12:00:30 GMT', 3_600_000],
    ['', 0], [undefined, 0], [null, 0], ['soon', 0], ['-5', 0],
  ] as const
  for (const [header, ms] of cases) assert.equal(retryAfter(header, now, 3_600_000), ms, String(header))
})
