import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { pick, seeded, whole, zipf } from '../../../src/sources/sample/random.ts'

const many = 50_000
const draws = (seed: number, draw: (random: () => number) => number): number[] => {
  const random = seeded(seed)
  return Array.from({ length: many }, () => draw(random))
}
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

describe('chance', () => {
  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(draws(7, (random) => random()), draws(7, (random) => random()))
    assert.notEqual(seeded(7)(), seeded(8)())
  })

  test('lies between 0 and 1, evenly', () => {
    const numbers = draws(1, (random) => random())
    assert.ok(numbers.every((one) => one >= 0 && one < 1))
    assert.ok(Math.abs(mean(numbers) - 0.5) < 0.01)
  })

  test('stays below the size, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), (seed, size) => {
        const random = seeded(seed)
        for (let i = 0; i < 20; i++) for (const number of [whole(random, size), zipf(random, size)]) assert.ok(Number.isInteger(number) && number >= 0 && number < size)
      }),
    )
  })

  test('picks everything in a list', () => {
    const random = seeded(3)
    assert.deepEqual(new Set(Array.from({ length: 100 }, () => pick(random, ['a', 'b', 'c']))), new Set(['a', 'b', 'c']))
  })

  test('by Zipf falls with the rank', () => {
    const counts = new Map<number, number>()
    for (const rank of draws(5, (random) => zipf(random, 1000))) counts.set(rank, (counts.get(rank) ?? 0) + 1)
    const share = (rank: number): number => (counts.get(rank) ?? 0) / many
    // ln(2), ln(3/2) and ln(10/9) of ln(1001).
    assert.ok(Math.abs(share(0) - 0.1003) < 0.01)
    assert.ok(Math.abs(share(1) - 0.0587) < 0.01)
    assert.ok(Math.abs(share(8) - 0.0153) < 0.005)
  })
})
