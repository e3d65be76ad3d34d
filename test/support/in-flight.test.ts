import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { InFlight } from '../../src/support/in-flight.ts'

const unexpected = (error: unknown): void => assert.ifError(error)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a mark lands only when all work before it is done', async () => {
  const landed: string[] = []
  const flights = new InFlight<string>((mark) => landed.push(mark), unexpected)
  const [a, b, c] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  flights.add(a.promise, 10, 'a')
  flights.add(b.promise, 20, 'b')
  flights.add(c.promise, 30, 'c')
  b.resolve()
  await turn()
  assert.deepEqual(landed, [])
  assert.equal(flights.bytes, 60, 'what waits for earlier work still counts')
  assert.deepEqual(flights.marks, ['a', 'c'])
  a.resolve()
  await turn()
  assert.deepEqual(landed, ['b'], 'the newest of the finished beginning')
  assert.equal(flights.count, 1)
  c.resolve()
  await turn()
  assert.deepEqual(landed, ['b', 'c'])
  assert.equal(flights.bytes, 0)
  assert.equal(flights.marks, undefined)
})

test('nothing lands after work that failed', async () => {
  const landed: string[] = []
  const failures: unknown[] = []
  const flights = new InFlight<string>((mark) => landed.push(mark), (error) => failures.push(error))
  flights.add(Promise.resolve(), 1, 'a')
  flights.add(Promise.reject(new Error('closed')), 1, 'b')
  flights.add(Promise.resolve(), 1, 'c')
  await turn()
  assert.deepEqual(landed, ['a'])
  assert.equal(failures.length, 1)
  assert.equal(flights.count, 2)
})

test('in whatever order work ends, marks land in order and the last one in the end', async () => {
  await fc.assert(fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), async (order) => {
    const landed: number[] = []
    const done = new Set<number>()
    const flights = new InFlight<number>((mark) => {
      for (let earlier = 0; earlier <= mark; earlier++) assert.ok(done.has(earlier))
      landed.push(mark)
    }, unexpected)
    const works = order.map(() => Promise.withResolvers<void>())
    works.forEach(({ promise }, mark) => flights.add(promise, 1, mark))
    for (const mark of order) {
      done.add(mark)
      works[mark]?.resolve()
      await turn()
    }
    assert.deepEqual(landed, [...landed].sort((a, b) => a - b))
    assert.equal(landed.at(-1), 7)
  }), { numRuns: 50 })
})
