import assert from 'node:assert/strict'
import { test } from 'node:test'
import { telling } from '../../src/support/telling.ts'

test('what is said comes in order, then what the work came to', async () => {
  const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const told = telling(async (say: (said: number) => void) => {
    say(1)
    await next[0]?.promise
    say(2)
    await next[1]?.promise
    return 'done'
  })
  assert.deepEqual(await told.next(), { value: 1, done: false })
  next[0]?.resolve()
  assert.deepEqual(await told.next(), { value: 2, done: false })
  next[1]?.resolve()
  assert.deepEqual(await told.next(), { value: 'done', done: true })
})

test('what nobody takes in time gives way to what is newer', async () => {
  const told = telling(async (say: (said: number) => void) => {
    for (let n = 1; n <= 1000; n++) say(n)
  })
  assert.deepEqual(await told.next(), { value: 1000, done: false })
  assert.deepEqual(await told.next(), { value: undefined, done: true })
})

test('the last word is told though the work ends with it', async () => {
  const told = telling((say: (said: string) => void) => {
    say('last')
    return Promise.resolve(7)
  })
  assert.deepEqual(await told.next(), { value: 'last', done: false })
  assert.deepEqual(await told.next(), { value: 7, done: true })
})

test('where the work fails, so does who listens', async () => {
  const told = telling(() => Promise.reject(new Error('no')))
  await assert.rejects(told.next(), /no/)
})
