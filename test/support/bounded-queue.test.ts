import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundedQueue } from '../../src/support/bounded-queue.ts'

test('first in, first out', () => {
  const queue = new BoundedQueue<string>(10)
  for (const item of ['a', 'b', 'c']) assert.ok(queue.add(item))
  assert.deepEqual(queue.take(2), ['a', 'b'])
  assert.deepEqual(queue.take(2), ['c'])
  assert.deepEqual(queue.take(2), [])
})

test('an item that waits already keeps its place', () => {
  const queue = new BoundedQueue<string>(10)
  for (const item of ['a', 'b', 'a']) assert.ok(queue.add(item))
  assert.equal(queue.size, 2)
  assert.deepEqual(queue.take(5), ['a', 'b'])
  assert.ok(queue.add('a'), 'and can wait again after it was taken')
  assert.equal(queue.size, 1)
})

test('a full queue refuses what is new, not what waits in it', () => {
  const queue = new BoundedQueue<number>(2)
  queue.add(1)
  queue.add(2)
  assert.equal(queue.add(3), false)
  assert.equal(queue.add(2), true)
  assert.deepEqual(queue.take(5), [1, 2])
})
