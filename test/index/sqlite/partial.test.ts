import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partialAnswer } from '../../../src/index/sqlite/read/partial.ts'

test('an answer that is not whole names what going on does not mend before what it does', () => {
  assert.deepEqual(partialAnswer('deadline', { building: true, crowded: false }), { partial: { reason: 'rebuilding' } })
  assert.deepEqual(partialAnswer(undefined, { building: true, crowded: false }), { partial: { reason: 'rebuilding' } })
  assert.deepEqual(partialAnswer('deadline', { building: false, crowded: false }), { partial: { reason: 'deadline' } })
  assert.deepEqual(partialAnswer('overfull', { building: false, crowded: false }), { partial: { reason: 'overfull' } })
  assert.deepEqual(partialAnswer(undefined, { building: false, crowded: false }), {})
})
