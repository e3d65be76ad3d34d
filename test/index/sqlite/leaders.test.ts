// Of very many values the most frequent are told, as if all had been sorted.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { Leaders } from '../../../src/index/sqlite/read/leaders.ts'
import { Tally } from '../../../src/index/sqlite/read/tally.ts'
import type { Part } from '../../../src/index/sqlite/read/scope.ts'
import { emptyPartition } from '../../../src/index/sqlite/files/catalog.ts'
import { span } from '../../../src/index/sqlite/files/place.ts'

const part: Part = { partition: emptyPartition(span(0, 1000, 512)), since: 0, until: 1000, expression: undefined, whole: true, accepts: undefined, named: [], extras: [] }
const candidate = (count: number, at: number, rid: number) => ({ count, at, part, rid, nameIn: () => undefined })

it('the first so many are told, and all that are level with the last of them', () => {
  const leaders = new Leaders(2)
  for (const [i, count] of [1, 5, 3, 3, 3, 2].entries()) leaders.offer(candidate(count, count === 3 && i === 4 ? 9 : 1, i))
  assert.deepEqual(leaders.first().map(({ rid }) => rid), [1, 2, 3])
  assert.equal(leaders.least, 3)
})

it('what is asked for as often as the least does not change who leads, however many there are and however many are level', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 4000 }), fc.integer(), (limit, counts, size, seed) => {
    const all = Array.from({ length: size }, (_, i) => candidate(1 + (Math.abs(Math.imul(i + seed, 2_654_435_761)) % counts), Math.abs(Math.imul(i ^ seed, 40_503)) % 3, i))
    const leaders = new Leaders(limit)
    for (const one of all) if (one.count >= leaders.least) leaders.offer(one)
    const sorted = all.toSorted((a, b) => b.count - a.count || a.at - b.at)
    const last = sorted[limit - 1]
    const expected = sorted.filter(({ count, at }, i) => i < limit || (count === last?.count && at === last.at))
    assert.deepEqual(leaders.first(), expected)
  }), { numRuns: 50 })
})

it('a tally tells those that were counted often enough, each once, wherever it is cut', () => {
  const tally = new Tally()
  for (let value = 1; value <= 5000; value++) for (let times = 0; times < value % 4; times++) tally.add(value, value, 100 - times, 7, value * 10 + times)
  const told = []
  for (let slot = 0; slot < tally.slots; slot += 333) told.push(...tally.entries(slot, slot + 333, (low) => (low <= 100 ? 1 : 3)))
  const expected = Array.from({ length: 5000 }, (_, i) => i + 1).filter((value) => value % 4 >= (value <= 100 ? 1 : 3))
  assert.deepEqual(told.map(({ high }) => high).sort((a, b) => a - b), expected)
  for (const { high, count, at, place, rid } of told) assert.deepEqual([count, at, place, rid], [high % 4, 101 - (high % 4), 7, high * 10 + (high % 4) - 1])
})
