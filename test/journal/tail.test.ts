import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveBatch } from '../../src/journal/batch.ts'
import { createTail } from '../../src/journal/tail.ts'
import { encodeEntry, encodeLine, type Entry } from '../../src/message/line.ts'
import { author, edit, insert, remove } from './fixtures.ts'

const entries: readonly Entry[] = [insert('a'), edit('a', 'again'), author('key:ann', 'Ann'), remove('a'), insert('b'), insert('c'), remove('c')]
const batches = entries.map((entry, i) => liveBatch([i + 1], [entry], [encodeLine(i + 1, encodeEntry(entry))]))

test('who comes late gets from the tail what those got who came at once, though only the lines of older batches are held', () => {
  const tail = createTail(0)
  for (const batch of batches) tail.push(batch, 1_000)
  const late = tail.after(0) ?? []
  assert.deepEqual(late.flatMap((batch) => [...batch.records()]), entries.map((entry, i) => ({ ...entry, position: i + 1 })))
  assert.deepEqual(late.map((batch) => batch === batches[batch.last - 1]), [false, false, false, true, true, true, true])
})

test('the oldest go where the tail is full, and who was there has to read the disk', () => {
  const tail = createTail(0, 3_500)
  for (const batch of batches) tail.push(batch, 1_000)
  assert.equal(tail.floor(), 4)
  assert.equal(tail.after(3), undefined)
  assert.deepEqual(tail.after(4)?.map(({ last }) => last), [5, 6, 7])
})
