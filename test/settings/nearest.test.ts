import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { didYouMean, editDistance, nearest } from '../../src/settings/nearest.ts'

describe('the nearest name', () => {
  const known = ['port.http', 'port.https', 'data.path', 'host']

  test('is the one with the fewest letters changed', () => {
    assert.equal(nearest('prot.http', known), 'port.http')
    assert.equal(nearest('port.htps', known), 'port.https')
    assert.equal(nearest('DATA.PATH', known), 'data.path')
  })

  test('or has the word as its beginning or end', () => {
    assert.equal(nearest('port', known), 'port.http')
    assert.equal(nearest('path', known), 'data.path')
  })

  test('is nothing where nothing is near', () => {
    assert.equal(nearest('colour', known), undefined)
    assert.equal(nearest('', known), undefined)
    assert.equal(didYouMean(undefined), '.')
  })

  test('swapped neighbours are one change', () => {
    assert.equal(editDistance('abcd', 'acbd'), 1)
    assert.equal(editDistance('', 'abc'), 3)
    assert.equal(editDistance('kitten', 'sitting'), 3)
  })

  test('distance is zero for the same word, symmetric, and at most the longer length', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      assert.equal(distance === 0, a === b)
      assert.equal(distance, editDistance(b, a))
      assert.ok(distance <= Math.max(a.length, b.length))
    }))
  })
})
