import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Type } from 'typebox'
import { asAsked, mergeParameters, parameterReader, parseForm } from '../../src/http/parameters.ts'
import { LoklakError } from '../../src/watch/errors.ts'

const Asked = Type.Object({
  q: Type.String({ default: '', maxLength: 10 }),
  count: Type.Integer({ default: 20, minimum: 0 }),
  radius: Type.Optional(Type.Number()),
  minified: Type.Boolean({ default: false }),
  order: Type.Optional(Type.Enum(['created_at', 'timestamp'])),
})
const read = parameterReader(Asked)
const refusal = (text: string) => (error: unknown) => error instanceof LoklakError && error.code === 'BAD_PARAMETER' && error.detail.includes(text)

test('what is not given takes its default', () => {
  assert.deepEqual(read({}), { q: '', count: 20, minified: false })
})

test('booleans are true only for true and 1', () => {
  for (const [text, value] of [['true', true], ['1', true], ['TRUE', false], ['yes', false], ['on', false], ['0', false], ['', false]] as const) {
    assert.equal(read({ minified: text }).minified, value, text)
  }
})

test('an empty number is its default, and one that is none is refused by name', () => {
  assert.equal(read({ count: '' }).count, 20)
  assert.equal(read({ count: ' ' }).count, 20)
  assert.equal(read({ count: '7' }).count, 7)
  assert.equal(read({ radius: '' }).radius, undefined)
  for (const bad of ['x', '1x', 'NaN', 'Infinity', '1,5']) assert.throws(() => read({ count: bad }), refusal('count: '), bad)
  assert.throws(() => read({ count: '-1' }), refusal('count: '))
  assert.throws(() => read({ count: '1.5' }), refusal('count: '))
})

test('the schema decides about the rest, and what it does not name is ignored', () => {
  assert.throws(() => read({ q: 'x'.repeat(11) }), refusal('q: '))
  assert.throws(() => read({ order: 'random' }), refusal('order: '))
  assert.deepEqual(read({ other: '1', constructor: '2' }), { q: '', count: 20, minified: false })
})

test('the query string wins over the body', () => {
  assert.deepEqual({ ...mergeParameters(parseForm('q=a'), { q: 'b', count: 3 }) }, { q: 'a', count: 3 })
})

test('a JSON body may have numbers, booleans and lists; nothing deeper', () => {
  const { q, count, minified } = read(mergeParameters({}, { q: ['a', 2], count: 3, minified: true, radius: null }))
  assert.deepEqual([q, count, minified], ['a,2', 3, true])
  assert.throws(() => read(mergeParameters({}, { q: { deep: 1 } })), refusal('q: '))
  assert.deepEqual({ ...mergeParameters({}, undefined) }, {})
  for (const none of ['text', ['list'], null, 7]) assert.throws(() => mergeParameters({}, none), { code: 'BAD_BODY' })
})

test('what is not asked for may be anything', () => {
  assert.equal(read(mergeParameters({}, { q: 'a', other: { deep: 1 } })).q, 'a')
})

test('of a name given twice the first counts; plus is a space; broken escapes are text', () => {
  assert.deepEqual({ ...parseForm('q=a+b&q=c&x=%zz&y') }, { q: 'a b', x: '%zz', y: '' })
})

test('no name of a field reaches the prototype', () => {
  const fields = parseForm('__proto__=1&constructor=2&toString=3')
  assert.deepEqual(Object.keys(fields).toSorted(), ['__proto__', 'constructor', 'toString'])
  const merged = mergeParameters(fields, JSON.parse('{"__proto__":"4"}'))
  assert.equal(Object.getPrototypeOf(merged), null)
  assert.equal(Object.hasOwn(Object.prototype, '1'), false)
})

test('whatever is sent is read or refused, never anything else', () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom('q', 'count', 'radius', 'minified', 'order', 'x'), fc.string()), (given) => {
    try {
      const { q, count, minified } = read(given)
      assert.ok(typeof q === 'string' && Number.isInteger(count) && typeof minified === 'boolean')
    } catch (error) {
      assert.ok(error instanceof LoklakError && error.code === 'BAD_PARAMETER', String(error))
    }
  }))
})

test('callers see that what has a default need not be given', () => {
  const Needed = Type.Object({ id: Type.String(), count: Type.Integer({ default: 1 }), more: Type.Optional(Type.String()) })
  assert.deepEqual(asAsked(Needed), { ...Needed, required: ['id'] })
})
