import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wanted, type FileState } from '../../src/http/range.ts'

const file: FileState = { size: 1000, modified: Date.UTC(2026, 10, 22, 12), etag: '"3e8-1"' }
const date = new Date(file.modified).toUTCString()
const whole = { kind: 'whole' }
const none = { kind: 'none' }
const part = (start: number, end: number) => ({ kind: 'part', start, end })

test('one range of bytes', () => {
  const examples: readonly [range: string, answer: object][] = [
    ['bytes=0-9', part(0, 9)],
    ['bytes=990-', part(990, 999)],
    ['bytes=-10', part(990, 999)],
    ['bytes=-5000', part(0, 999)],
    ['bytes=0-5000', part(0, 999)],
    ['bytes=999-999', part(999, 999)],
    ['bytes=1000-', none],
    ['bytes=1000-1001', none],
    ['bytes=-0', none],
    ['bytes=9-0', whole],
    ['bytes=-', whole],
    ['bytes=0-9,20-29', whole],
    ['bytes=a-b', whole],
    ['lines=0-9', whole],
    ['', whole],
  ]
  for (const [range, answer] of examples) assert.deepEqual(wanted({ range }, file, 'GET'), answer, range)
})

test('a HEAD has no range', () => {
  assert.deepEqual(wanted({ range: 'bytes=0-9' }, file, 'HEAD'), whole)
})

test('of an empty file there is no range', () => {
  assert.deepEqual(wanted({ range: 'bytes=0-' }, { ...file, size: 0 }, 'GET'), none)
  assert.deepEqual(wanted({}, { ...file, size: 0 }, 'GET'), whole)
})

test('a range is given only of the file that the client has a part of', () => {
  const range = 'bytes=500-'
  assert.deepEqual(wanted({ range, 'if-range': file.etag }, file, 'GET'), part(500, 999))
  assert.deepEqual(wanted({ range, 'if-range': date }, file, 'GET'), part(500, 999))
  for (const other of ['"other"', 'W/"3e8-1"', 'Sun, 22 Nov 2026 11:00:00 GMT', 'yesterday']) {
    assert.deepEqual(wanted({ range, 'if-range': other }, file, 'GET'), whole, other)
  }
})

test('what the client has already is not sent again', () => {
  const unchanged = { kind: 'unchanged' }
  assert.deepEqual(wanted({ 'if-none-match': file.etag }, file, 'GET'), unchanged)
  assert.deepEqual(wanted({ 'if-none-match': '"a", W/"3e8-1"' }, file, 'GET'), unchanged)
  assert.deepEqual(wanted({ 'if-none-match': '*' }, file, 'HEAD'), unchanged)
  assert.deepEqual(wanted({ 'if-modified-since': date }, file, 'GET'), unchanged)
  assert.deepEqual(wanted({ 'if-modified-since': 'Sun, 22 Nov 2026 11:59:59 GMT' }, file, 'GET'), whole)
  assert.deepEqual(wanted({ 'if-modified-since': 'soon' }, file, 'GET'), whole)
  assert.deepEqual(wanted({ 'if-none-match': '"other"', 'if-modified-since': date }, file, 'GET'), whole, 'the tag is the better witness')
})

test('a part is always inside the file', () => {
  const number = fc.oneof(fc.constant(''), fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String), fc.nat(20).map(String))
  fc.assert(fc.property(number, number, fc.nat(20), (first, last, size) => {
    const answer = wanted({ range: `bytes=${first}-${last}` }, { ...file, size }, 'GET')
    if (answer.kind === 'part') assert.ok(answer.start >= 0 && answer.start <= answer.end && answer.end < size)
  }))
})
