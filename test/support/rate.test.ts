import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rate } from '../../src/support/rate.ts'

test('a rate is over the last minute, or since the beginning where that is less', () => {
  let now = 5_000_000
  const messages = rate(() => now)
  messages.count(30)
  now += 10_000
  assert.equal(messages.perSecond(), 3)
  now += 49_000
  messages.count(90)
  assert.equal(messages.perSecond(), 120 / 59)
  now += 1000
  assert.equal(messages.perSecond(), 1.5, 'the first second is forgotten')
  now += 60_000
  assert.equal(messages.perSecond(), 0)
})

test('a clock that goes back neither loses nor repeats a count', () => {
  let now = 5_000_000
  const messages = rate(() => now)
  now += 30_000
  messages.count(60)
  now -= 20_000
  messages.count(60)
  now += 20_000
  assert.equal(messages.perSecond(), 4)
})
