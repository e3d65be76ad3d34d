import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from '../../../src/message/text/fold.ts'
import { character } from '../../support/characters.ts'

test('case, diacritics, compatible forms, invisible characters and skin tones do not count', () => {
  assert.equal(fold('ÜberFlut'), 'uberflut')
  assert.equal(fold('STRASSE'), fold('straße'))
  assert.equal(fold('Ｋｏｌｎ\u200C'), 'koln')
  assert.equal(fold('Ａnn\u2066\u2069'), 'ann')
  assert.equal(fold('👍🏽'), '👍')
})

test('what makes another word is kept: vowel signs, voicing marks', () => {
  assert.notEqual(fold('की'), fold('का'))
  assert.notEqual(fold('が'), fold('か'))
  assert.equal(fold('ｶﾞ'), 'ガ')
})

test('folding twice is folding once, and the result is well-formed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: character })), (text) => {
      const folded = fold(text)
      assert.equal(fold(folded), folded)
      assert.ok(folded.isWellFormed())
    }),
    { numRuns: 10_000 },
  )
})
