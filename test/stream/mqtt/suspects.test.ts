import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createSuspects } from '../../../src/stream/mqtt/suspects.ts'

test('what was under way three times in a row when the connection ended is sent alone, and left out when that ends it again', () => {
  const suspects = createSuspects()
  assert.equal(suspects.ended([10, 60]), undefined)
  assert.equal(suspects.ended([40, 90]), undefined)
  assert.equal(suspects.alone(50), false, 'twice is not enough')
  assert.equal(suspects.ended([20, 55]), undefined)
  assert.deepEqual([39, 40, 55, 56].map((position) => suspects.alone(position)), [false, true, true, false])
  assert.equal(suspects.ended([47, 47]), 47)
  assert.equal(suspects.alone(50), false, 'then nothing is suspected any more')
})

test('connections that end with nothing in common, as those of a broker that comes and goes, make nobody suspect', () => {
  const suspects = createSuspects()
  for (const underWay of [[10, 10], [11, 11], [12, 12], [13, 13], undefined, [14, 14], [15, 15]] as const) assert.equal(suspects.ended(underWay), undefined)
  assert.deepEqual([10, 14, 15].map((position) => suspects.alone(position)), [false, false, false])
})

test('a connection that ends with another record than the suspects clears them', () => {
  const suspects = createSuspects()
  for (let n = 0; n < 3; n++) suspects.ended([40, 50])
  assert.equal(suspects.ended([30, 30]), undefined)
  assert.equal(suspects.alone(45), false)
})

test('property: of all records only the one for which connections end is ever left out, and soon, whatever is under way with it', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), fc.infiniteStream(fc.tuple(fc.nat(500), fc.nat(500))), (culprit, spans) => {
    const suspects = createSuspects()
    for (let connections = 1; connections <= 4; connections++) {
      const [before, after] = spans.next().value ?? [0, 0]
      // Records come one after the other; those that are to be alone wait for all before them.
      const underWay = suspects.alone(culprit) ? ([culprit, culprit] as const) : ([culprit - before, culprit + after] as const)
      const found = suspects.ended(underWay)
      if (found !== undefined) {
        assert.equal(found, culprit)
        return
      }
    }
    assert.fail('it was not found')
  }))
})
