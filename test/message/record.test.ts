import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { idTime, messageId, writtenAt } from '../../src/message/identity.ts'
import { encodeEntry, encodeLine, linePosition, type Entry } from '../../src/message/line.ts'
import { BadLine, decodeLine } from '../../src/message/record.ts'
import { isMessage } from '../../src/message/schema.ts'
import { message } from '../journal/fixtures.ts'
import { character } from '../support/characters.ts'

const roundTrip = (position: number, entry: Entry) => decodeLine(encodeLine(position, encodeEntry(entry)))

test('each operation of the journal is one line that reads back as it was', () => {
  assert.equal(encodeLine(7, encodeEntry({ op: 'D', imported: false, id_str: 'a', created_at: undefined })), '{"$T":7,"$P":"D","id_str":"a"}')
  assert.equal(encodeLine(7, encodeEntry({ op: 'A', imported: true, author: { key: 'k', network: 'test' } })), '{"$T":7,"$P":"A","$I":true,"author":{"key":"k","network":"test"}}')
  assert.deepEqual(roundTrip(7, { op: 'U', imported: true, message: message('a') }), { op: 'U', imported: true, position: 7, message: message('a') })
})

test('property: every message survives the line, with keys that nobody knows', () => {
  const extra = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue(), { maxKeys: 4 })
  fc.assert(
    fc.property(fc.string({ unit: character }), extra, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (text, more, position) => {
      const whole = { ...message('a', text), ...more }
      assert.ok(isMessage(whole))
      const line = encodeLine(position, encodeEntry({ op: 'I', imported: false, message: whole }))
      assert.ok(!line.includes('\n'))
      assert.equal(linePosition(line), position)
      // What JSON itself does to a value (-0, lone surrogates) is not ours to keep.
      assert.deepEqual(decodeLine(line), JSON.parse(JSON.stringify({ op: 'I', imported: false, position, message: whole })))
    }),
  )
})

test('a line that is no record says why', () => {
  const reason = (line: string) => {
    try {
      decodeLine(line)
      return 'none'
    } catch (error) {
      return error instanceof BadLine ? error.reason : 'another error'
    }
  }
  assert.deepEqual(['', '{', '[]', 'null', '5'].map(reason), ['json', 'json', 'json', 'json', 'json'])
  assert.deepEqual(['{}', '{"$T":"5","$P":"I"}', '{"$T":-1,"$P":"I"}', '{"$T":1.5,"$P":"I"}'].map(reason), ['position', 'position', 'position', 'position'])
  assert.deepEqual(['{"$T":5}', '{"$T":5,"$P":"X"}'].map(reason), ['operation', 'operation'])
  assert.deepEqual(['{"$T":5,"$P":"I"}', '{"$T":5,"$P":"D"}', '{"$T":5,"$P":"A","author":{}}', '{"$T":5,"$P":"D","id_str":"a","$I":1}'].map(reason), ['shape', 'shape', 'shape', 'shape'])
})

test('ids: the network and the native id, or a hash where that does not fit', () => {
  assert.equal(messageId('bluesky', 'did:plc:abc:3kxyz'), 'bluesky:did:plc:abc:3kxyz')
  for (const native of ['with space', 'ümlaut', '', 'x'.repeat(257), 'a/b', 'new\nline']) assert.match(messageId('net', native), /^net:h-[0-9a-f]{32}$/)
  assert.notEqual(messageId('net', 'a b'), messageId('net', 'a  b'))
})

test('the time in an id: a TID, a snowflake, a ULID, and nothing else', () => {
  const iso = (id: string) => {
    const time = idTime(id)
    return time === undefined ? undefined : new Date(time / 1000).toISOString()
  }
  assert.equal(iso('bluesky:did:plc:q235v55g5unth4zjjdpacfdr:3mmoojp4cd223')?.slice(0, 16), '2026-05-25T14:23')
  assert.equal(iso('851832235686866944')?.slice(0, 16), '2017-04-11T16:20')
  assert.equal(iso('mastodon:01M8274887WJ2TWT16Q7D95DV6')?.slice(0, 4), '2026')
  for (const id of ['mastodon:h-0123', 'bluesky:did:plc:abc:self', '42', 'bluesky:x:zzzzzzzzzzzzz', 'a:1111111111111']) assert.equal(iso(id), undefined, id)
})

test('a claim is clamped to between 2006 and when it was seen, and kept verbatim where it was changed', () => {
  const seen = Date.UTC(2026, 0, 2)
  assert.deepEqual(writtenAt('2026-01-01T00:00:00Z', seen), { created_at: '2026-01-01T00:00:00.000Z' })
  assert.deepEqual(writtenAt('2099-01-01', seen), { created_at: '2026-01-02T00:00:00.000Z', created_at_claimed: '2099-01-01' })
  assert.deepEqual(writtenAt('0001-01-01', seen), { created_at: '2006-01-01T00:00:00.000Z', created_at_claimed: '0001-01-01' })
  assert.deepEqual(writtenAt('last tuesday', seen), { created_at: '2026-01-02T00:00:00.000Z', created_at_claimed: 'last tuesday' })
  assert.deepEqual(writtenAt(undefined, seen), { created_at: '2026-01-02T00:00:00.000Z' })
  assert.deepEqual(writtenAt('2025-05-25T10:00:00', seen), { created_at: '2025-05-25T10:00:00.000Z', created_at_claimed: '2025-05-25T10:00:00' })
  assert.deepEqual(writtenAt('2024-02-30T00:00:00Z', seen), { created_at: '2026-01-02T00:00:00.000Z', created_at_claimed: '2024-02-30T00:00:00Z' })
  const long = `2025-05-25 ${'x'.repeat(900)}`
  assert.equal(writtenAt(long, seen).created_at_claimed, long)
  assert.equal(writtenAt(long.repeat(2), seen).created_at_claimed?.length, 1024)
})
