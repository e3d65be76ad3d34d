import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHandles } from '../../src/stream/handles.ts'

test('that somebody has a handle is news once, also where whoever is asked does not know it yet', () => {
  let asked = 0
  const handles = createHandles(() => (asked++, ['key:old']))
  assert.deepEqual(handles.keysOf('ann.test'), ['key:old'])
  assert.equal(handles.learn('key:new', 'Ann.Test'), 'ann.test')
  assert.equal(handles.learn('key:new', 'ann.test'), undefined)
  assert.deepEqual(handles.keysOf('ann.test'), ['key:old', 'key:new'])
  assert.equal(asked, 1)
})

test('of a handle that is not remembered it is told that it may mean others now, and it is asked for', () => {
  const handles = createHandles(() => ['key:ann'])
  assert.equal(handles.learn('key:ann', 'ann.test'), 'ann.test')
  handles.keysOf('ann.test')
  assert.equal(handles.learn('key:ann', 'ann.test'), undefined)
  handles.forget()
  assert.equal(handles.learn('key:ann', 'ann.test'), 'ann.test')
})
