import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isModest, isObject, parseJson } from '../../src/support/json.ts'

test('an object is what has named members', () => {
  assert.ok(isObject({}))
  for (const other of [null, [], 'text', 1, undefined]) assert.equal(isObject(other), false)
})

test('text that is no JSON says nothing', () => {
  assert.equal(parseJson('{"a":'), undefined)
  assert.deepEqual(parseJson('{"a":1}'), { a: 1 })
})

test('what is too heavy or too deep is not modest', () => {
  assert.ok(isModest({ a: ['xyz', 1, null] }, 20, 3))
  assert.equal(isModest({ a: 'x'.repeat(100) }, 50, 3), false)
  assert.equal(isModest({ ['k'.repeat(100)]: 1 }, 50, 3), false)
  assert.equal(isModest([[[[1]]]], 50, 3), false)
})

test('what is nested too deep to be written again is found out without running out of stack', () => {
  const deep = parseJson(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
  assert.throws(() => JSON.stringify(deep), RangeError)
  assert.equal(isModest(deep, 1e9, 12), false)
})

test('whatever is modest can be written, and is not longer than its weight allows', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    if (isModest(value, 100, 4)) assert.ok(JSON.stringify(value).replaceAll(/\\u[0-9a-f]{4}|\\./g, '.').length < 100 * 30)
  }))
})
