import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { streamIds } from '../../src/stream/id.ts'

const journal = '0123456789abcdef'
const ids = streamIds(journal)

test('an id is the journal and a position; digits alone are a position of ours, and the id of another journal is told', () => {
  assert.equal(ids.print(1_767_355_200_004_000), `${journal}-1767355200004000`)
  assert.equal(ids.read('1767355200004000'), 1_767_355_200_004_000)
  assert.equal(ids.read('0'), 0)
  assert.equal(ids.read('fedcba9876543210-1767355200004000'), 'foreign')
})

test('a number that is no position, and whatever else, is no id', () => {
  for (const text of ['', '2026', '-5', '-1h', '17673552000040000', '0767355200004000', journal, `${journal}-`, `${journal}-1x`, `x${journal}-1`, `${journal}-12345678901234567`]) assert.equal(ids.read(text), undefined, text)
})

test('a position beyond all is the last that can be', () => {
  assert.equal(ids.read('9999999999999999'), Number.MAX_SAFE_INTEGER)
})

test('property: what is printed is read again', () => {
  fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (position) => ids.read(ids.print(position)) === position))
})
