import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from '../../src/support/turns.ts'

test('work on one path goes one after the other, also after one that failed, and work on another does not wait', async () => {
  const said: string[] = []
  const first = Promise.withResolvers<void>()
  const work = [
    inTurn('a', async () => {
      await first.promise
      said.push('a1')
      throw new Error('failed')
    }),
    inTurn('a', async () => void said.push('a2')),
    inTurn('b', async () => void said.push('b')),
  ]
  await work[2]
  assert.deepEqual(said, ['b'])
  first.resolve()
  assert.deepEqual((await Promise.allSettled(work)).map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled'])
  assert.deepEqual(said, ['b', 'a1', 'a2'])
})
