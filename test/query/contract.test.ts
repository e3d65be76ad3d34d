// Where the original deviated from its own language (marked in the contract, §3), each by name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../src/message/schema.ts'
import { BadQuery } from '../../src/query/bad-query.ts'
import { match } from '../../src/query/match.ts'
import { parseQuery } from '../../src/query/query.ts'
import { message } from './messages.ts'

const now = Date.parse('2026-06-15T12:00:00Z')
const finds = (query: string, fields: Partial<Message> & { readonly text: string }, timezoneOffset = 0): boolean =>
  match(parseQuery(query, { now, timezoneOffset }).query, message(fields))

test('a single negative word excludes', () => {
  assert.equal(finds('-rain', { text: 'rain' }), false)
  assert.equal(finds('-rain', { text: 'sun' }), true)
})

test('a phrase hits whatever its case and however many words it has, also excluded', () => {
  assert.equal(finds('"Heavy RAIN today"', { text: 'no heavy rain today!' }), true)
  assert.equal(finds('-"Heavy Rain"', { text: 'no heavy rain today!' }), false)
  assert.equal(finds('"heavy rain"', { text: 'rain heavy' }), false)
})

test('a word with an inner minus is a phrase with spaces', () => {
  assert.equal(finds('well-known x', { text: 'well known x' }), true)
  assert.equal(finds('well-known x', { text: 'known well x' }), false)
})

test('a quoted value does not break at its space', () => {
  assert.throws(() => parseQuery('near:"New York"', { now }), (error) => error instanceof BadQuery && error.code === 'FEATURE_MISSING' && error.detail.includes('New York'))
  assert.equal(finds('#"new york"', { text: '', hashtags: ['New York'] }), true)
})

test('tags and handles are found whatever their case', () => {
  assert.equal(finds('#OpenSource', { text: '', hashtags: ['openSOURCE'] }), true)
  assert.equal(finds('from:ANN', { text: '', screen_name: 'Ann' }), true)
  assert.equal(finds('@BOB', { text: '', mentions: ['bob'] }), true)
})

test('an address as a search word does not match everything', () => {
  assert.equal(finds('https://example.org/a', { text: 'see https://example.org/a' }), true)
  assert.equal(finds('https://example.org/a', { text: 'something else' }), false)
})

test('no other key:value is ignored', () => {
  assert.equal(finds('weather:rain', { text: 'something else' }), false)
  assert.equal(finds('weather:rain', { text: 'weather: rain' }), true)
})

test('an unknown source type and a date that cannot be read are told, not ignored', () => {
  for (const query of ['/source_type=FAX', 'since:someday', 'until:2026-13-01']) assert.throws(() => parseQuery(query, { now }), BadQuery)
})

test('until: covers the whole day for a bare day only', () => {
  const at = (created_at: string): { text: string; created_at: string } => ({ text: '', created_at })
  assert.equal(finds('until:2026-06-01', at('2026-06-01T23:59:59.999Z')), true)
  assert.equal(finds('until:2026-06-01', at('2026-06-02T00:00:00.000Z')), false)
  assert.equal(finds('until:2026-06-01_12:00', at('2026-06-01T12:00:00.000Z')), false)
  assert.equal(finds('until:2026-06-01_00:00', at('2026-06-01T00:00:00.000Z')), false)
})

test('a date without a zone is local time, UTC = local + timezoneOffset; an instant with its zone and a span are not', () => {
  const berlin = { text: '', created_at: '2026-05-31T22:00:00.000Z' }
  assert.equal(finds('since:2026-06-01', berlin, -120), true)
  assert.equal(finds('since:2026-06-01', berlin, 0), false)
  assert.equal(finds('since:2026-06-01_00:00', berlin, -120), true)
  assert.equal(finds('since:2026-06-01T00:00:00Z', berlin, -120), false)
  assert.equal(parseQuery('since:2h', { now, timezoneOffset: -120 }).text, parseQuery('since:2h', { now }).text)
})

test('near: takes latitude first, /location= longitude first, and both reach the same place', () => {
  const ulm = { text: '', location_point: [9.99, 48.4] as [number, number] }
  assert.equal(finds('near:48.4,9.99,1', ulm), true)
  assert.equal(finds('near:9.99,48.4,1', ulm), false)
  assert.equal(finds('/location=9.9,48.3,10.1,48.5', ulm), true)
})

test('the box asks for where it was written, and for what it is about with /about', () => {
  const about = { text: '', location_point: [9.99, 48.4] as [number, number], place_context: 'ABOUT' as const }
  assert.equal(finds('/location=9,48,10,49', about), false)
  assert.equal(finds('/location=9,48,10,49 /about', about), true)
  assert.equal(finds('(/location=9,48,10,49 OR #x) /about', about), true)
  assert.equal(finds('((/location=9,48,10,49 -#y) OR #x) /about', about), true)
})

test('OR binds tighter than AND', () => {
  assert.equal(finds('rain OR wind #ulm', { text: 'rain' }), false)
  assert.equal(finds('rain OR wind #ulm', { text: 'rain', hashtags: ['ulm'] }), true)
})

test('the only plain word of a group also finds its author, two do not', () => {
  const by = { text: 'sun', screen_name: 'Rain' }
  assert.equal(finds('rain', by), true)
  assert.equal(finds('"rain"', by), false)
  assert.equal(finds('rain sun', by), false)
  assert.equal(finds('-rain', by), true)
})

test('from: finds an author under any handle it had', () => {
  const { query } = parseQuery('from:Old.Name', { now })
  const written = message({ text: '', screen_name: 'new.name', user: { screen_name: 'new.name', user_id: 'did:plc:a' } })
  assert.equal(match(query, written, (handle) => (handle === 'old.name' ? ['did:plc:a'] : [])), true)
  assert.equal(match(query, written), false)
})

test('several id: are alternatives, several -id: all excluded', () => {
  assert.equal(finds('id:1 id:2', { text: '', id_str: '2' }), true)
  assert.equal(finds('-id:1 -id:2', { text: '', id_str: '2' }), false)
})

test('a query has at most 1 kB and 64 parts', () => {
  assert.equal(parseQuery('é'.repeat(512), { now }).warnings.length, 0)
  assert.throws(() => parseQuery(`${'é'.repeat(512)}x`, { now }), /1025 bytes/u)
  const names = Array.from({ length: 63 }, (_, n) => `n${n}`).join(',')
  assert.equal(parseQuery(`from:${names}`, { now }).query.kind, 'or')
  assert.throws(() => parseQuery(`from:${names},x`, { now }), /65 parts/u)
})
