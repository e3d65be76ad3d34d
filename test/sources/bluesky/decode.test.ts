import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { decodeFrame } from '../../../src/sources/bluesky/decode.ts'
import type { DropReason } from '../../../src/sources/bluesky/event.ts'
import { tidTime } from '../../../src/message/identity.ts'
import { anna, boris, cid, lines, recorded, second, v1, v2 } from './frames.ts'
import { character } from '../../support/characters.ts'

function countByKind(path: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of lines(path)) {
    const decoded = decodeFrame(line)
    const what = decoded.kind === 'commit' ? `${decoded.operation} ${decoded.collection}` : decoded.kind === 'drop' ? `drop: ${decoded.reason}` : decoded.kind
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}

describe('frames as they are sent', () => {
  test('a v1 commit', () => {
    const time = second(0) + 509_107
    assert.deepEqual(decodeFrame(v1.commit({ time, rkey: '3n2w6veh3ks2k', record: { text: 'hello' } })), {
      kind: 'commit', did: anna, time, done: time, seq: undefined, operation: 'create', collection: 'app.bsky.feed.post', rkey: '3n2w6veh3ks2k', cid, record: { text: 'hello' },
    })
  })

  test('a v2 commit is the same event', () => {
    const what = { time: second(1) + 123, seq: 17, rkey: 'a', record: { text: 'hello' } }
    assert.deepEqual(decodeFrame(v2.commit(what)), decodeFrame(v1.commit(what)))
  })

  test('a delete has neither record nor cid', () => {
    const decoded = decodeFrame(v1.commit({ time: second(0), operation: 'delete' }))
    assert.ok(decoded.kind === 'commit')
    assert.deepEqual([decoded.operation, decoded.record, decoded.cid], ['delete', undefined, undefined])
  })

  test('an identity has its handle in lower case, or none', () => {
    const handle = (said?: string) => {
      const decoded = decodeFrame(v1.identity({ time: second(0) }, said))
      return decoded.kind === 'identity' ? decoded.handle : decoded
    }
    assert.deepEqual([handle('Anna.Test'), handle(), handle('handle.invalid'), handle('no dots'), handle('.x')], ['anna.test', undefined, undefined, undefined, undefined])
  })

  test('an account is active or says why not', () => {
    assert.deepEqual(decodeFrame(v1.account({ time: second(0) }, false, 'takendown')), {
      kind: 'account', did: anna, time: second(0), done: second(0), seq: undefined, active: false, status: 'takendown',
    })
  })

  test('when something was done is the same wherever it is read: the time of the revision, or of the event itself, but never after it was seen', () => {
    const doneAt = (text: string): number | undefined => {
      const decoded = decodeFrame(text)
      return 'done' in decoded ? decoded.done : undefined
    }
    const revised = tidTime('3n2w6vee6s22k') ?? 0
    assert.ok(revised > second(0))
    const commit = (time: number, rev: unknown) => JSON.stringify({ did: anna, time_us: time, kind: 'commit', commit: { rev, operation: 'delete', collection: 'a.b.c', rkey: 'x' } })
    assert.deepEqual([revised + 5, revised + 7_000_000, revised - 1].map((time) => doneAt(commit(time, '3n2w6vee6s22k'))), [revised, revised, revised - 1])
    for (const rev of [undefined, 5, '', 'not-a-tid-at-', '2222222222222']) assert.equal(doneAt(commit(second(1), rev)), second(1), String(rev))
    const account = (time: number) => JSON.stringify({ did: anna, time_us: time, kind: 'account', account: { did: anna, active: true, time: '2026-11-22T12:00:00.123456Z' } })
    assert.deepEqual([second(1), second(9), second(0)].map((time) => doneAt(account(time))), [second(0) + 123_456, second(0) + 123_456, second(0)])
  })

  test('notices of a v2 server', () => {
    assert.deepEqual(decodeFrame(v2.info('OutdatedCursor')), { kind: 'info', name: 'OutdatedCursor', message: 'starting at seq 24647190112' })
    assert.deepEqual(decodeFrame(v2.error('ConsumerTooSlow')), { kind: 'error', name: 'ConsumerTooSlow', message: 'reader below floor rate' })
  })
})

describe('times', () => {
  const timeOf = (time: unknown, witnessedAt?: unknown) => {
    const decoded = decodeFrame(v2.message('commit', { did: anna, seq: 1, time, witnessedAt, operation: 'delete', collection: 'a.b.c', rkey: 'x' }))
    return decoded.kind === 'commit' ? decoded.time : decoded
  }

  test('keep their microseconds, however many digits are written', () => {
    const base = Date.UTC(2026, 10, 22, 17, 57, 41) * 1000
    assert.equal(timeOf('2026-11-22T17:57:41.506444Z'), base + 506_444)
    assert.equal(timeOf('2026-11-22T17:57:41.5Z'), base + 500_000)
    assert.equal(timeOf('2026-11-22T17:57:41Z'), base)
    assert.equal(timeOf('2026-11-22T17:57:41.506444999Z'), base + 506_444)
  })

  test('what a cursor is compared with is when the server witnessed the event', () => {
    assert.equal(timeOf('2020-01-01T00:00:00Z', '2026-11-22T17:57:41Z'), Date.UTC(2026, 10, 22, 17, 57, 41) * 1000)
  })

  test('that no cursor could mean are no times', () => {
    for (const time of ['', 'yesterday', '2026-11-22', '2026-13-45T99:99:99Z', '1999-01-01T00:00:00Z', '2101-01-01T00:00:00Z', 5, null, undefined])
      assert.deepEqual(timeOf(time), { kind: 'drop', reason: 'bad time' }, String(time))
    for (const time of [-1, 0, 1.5, 999_999_999_999_999, 1e16, 1e300])
      assert.deepEqual(decodeFrame(v1.account({ time }, true)), { kind: 'drop', reason: 'bad time' }, String(time))
  })
})

describe('frames that are skipped say why', () => {
  const ok = { did: anna, time_us: second(0), kind: 'commit' }
  const commit = { operation: 'create', collection: 'app.bsky.feed.post', rkey: 'x', record: {} }
  const cases: [DropReason, string, unknown][] = [
    ['frame is not JSON', 'half', undefined],
    ['frame is not an object', 'a list', []],
    ['frame is not an object', 'null', null],
    ['unknown kind', 'another kind', { ...ok, kind: 'party' }],
    ['unknown kind', 'no kind', { did: anna, time_us: second(0) }],
    ['unknown kind', 'an envelope without content', { $type: 'message' }],
    ['unknown kind', 'another envelope', { $type: 'parcel', payload: {} }],
    ['unknown kind', 'a foreign type in the envelope', { $type: 'message', payload: { $type: 'com.example#commit' } }],
    ['unknown kind', 'a sync, which was not asked for', JSON.parse(v2.message('sync', { did: anna, seq: 1, time: '2026-11-22T17:57:41Z' }))],
    ['bad did', 'no did', { ...ok, did: undefined }],
    ['bad did', 'a handle for a did', { ...ok, did: 'anna.test' }],
    ['bad did', 'a did of 10 kB', { ...ok, did: `did:plc:${'a'.repeat(10_000)}` }],
    ['bad did', 'a did with a slash', { ...ok, did: 'did:plc:a/../b' }],
    ['bad time', 'a time as text', { ...ok, time_us: '1795370261506444' }],
    ['bad commit', 'no commit', ok],
    ['bad commit', 'another operation', { ...ok, commit: { ...commit, operation: 'upsert' } }],
    ['bad commit', 'a collection that is a number', { ...ok, commit: { ...commit, collection: 1 } }],
    ['bad commit', 'a record key with a newline', { ...ok, commit: { ...commit, rkey: 'a\nb' } }],
    ['bad commit', 'an empty record key', { ...ok, commit: { ...commit, rkey: '' } }],
    ['bad record', 'a record that is a list', { ...ok, commit: { ...commit, record: [] } }],
    ['bad record', 'no record', { ...ok, commit: { ...commit, record: undefined } }],
    ['bad identity', 'an identity of somebody else', { ...ok, kind: 'identity', identity: { did: boris, handle: 'anna.test' } }],
    ['bad account', 'an account that is neither active nor not', { ...ok, kind: 'account', account: { did: anna, active: 'yes' } }],
    ['bad account', 'an account of somebody else', { ...ok, kind: 'account', account: { did: boris, active: false, status: 'deleted' } }],
  ]
  for (const [reason, what, frame] of cases) {
    test(`${what}: ${reason}`, () => {
      assert.deepEqual(decodeFrame(frame === undefined ? '{"did":"did:pl' : JSON.stringify(frame)), { kind: 'drop', reason })
    })
  }

  test('an unknown member is none of our business', () => {
    assert.equal(decodeFrame(JSON.stringify({ ...ok, commit, shiny: { new: [true] } })).kind, 'commit')
  })
})

describe('recorded frames all decode', () => {
  test('of every kind, picked by hand', { skip: recorded.golden.skip }, () => {
    assert.deepEqual(countByKind(recorded.golden.path), {
      'create app.bsky.feed.like': 1, 'create app.bsky.feed.post': 1, 'create app.bsky.feed.repost': 1, 'create app.bsky.graph.follow': 1,
      'create app.bsky.graph.block': 1, 'update app.bsky.actor.profile': 1, 'update place.stream.broadcast.origin': 1,
      'delete org.hypercerts.claim.activity': 1, identity: 1, account: 1,
    })
  })

  test('of production, v1', { skip: recorded.production.skip }, () => {
    assert.deepEqual(countByKind(recorded.production.path), {
      'create app.bsky.feed.like': 105, 'create app.bsky.feed.post': 17, 'create app.bsky.feed.repost': 15, 'create app.bsky.graph.follow': 6,
      'create app.bsky.graph.block': 1, 'update app.bsky.actor.status': 1, 'update fm.teal.alpha.actor.status': 1,
      'delete app.bsky.graph.follow': 3, 'delete app.bsky.feed.post': 1, identity: 1, account: 1,
    })
  })

  const local = {
    'create app.bsky.actor.profile': 1, 'create app.bsky.feed.post': 11, 'create app.bsky.feed.like': 1, 'create app.bsky.feed.repost': 1,
    'create app.bsky.graph.follow': 1, 'update app.bsky.feed.post': 1, 'delete app.bsky.feed.like': 1, 'delete app.bsky.feed.repost': 1,
    'delete app.bsky.graph.follow': 1, 'delete app.bsky.feed.post': 1, identity: 4, account: 6,
  }
  test('of one run, v1', { skip: recorded.localV1.skip }, () => assert.deepEqual(countByKind(recorded.localV1.path), local))
  test('of one run, v2', { skip: recorded.localV2.skip }, () => assert.deepEqual(countByKind(recorded.localV2.path), local))

  test('to the same events, whichever wire they came by', { skip: recorded.localV1.skip || recorded.localV2.skip }, () => {
    assert.deepEqual(lines(recorded.localV1.path).map(decodeFrame), lines(recorded.localV2.path).map(decodeFrame))
  })
})

describe('nothing that a server sends makes decoding throw', () => {
  const whole = (text: string): void => {
    const { kind } = decodeFrame(text)
    assert.ok(['commit', 'identity', 'account', 'info', 'error', 'drop'].includes(kind))
  }

  test('not any text', () => fc.assert(fc.property(fc.oneof(fc.string({ unit: character }), fc.json()), whole)))

  test('not a frame with a piece cut out, put in or doubled', () => {
    const frames = [v1.commit({ time: second(0), seq: 1 }), v2.commit({ time: second(0), seq: 1 }), v1.account({ time: second(0) }, false, 'deleted'), v2.info('OutdatedCursor')]
    const place = fc.nat({ max: 400 })
    fc.assert(fc.property(fc.constantFrom(...frames), place, place, fc.string({ maxLength: 8 }), (frame, from, to, piece) => {
      whole(frame.slice(0, from) + piece + frame.slice(to))
    }), { numRuns: 2000 })
  })

  test('not a frame in which any member has any value', () => {
    const [time, seq] = [second(0), 1]
    const frames = [v1.commit({ time }), v2.commit({ time, seq }), v1.identity({ time }, 'a.b'), v1.account({ time }, true), v2.error('x')].map((text): unknown => JSON.parse(text))
    const spoil = (value: unknown, at: number, by: unknown): unknown => {
      let left = at
      return JSON.parse(JSON.stringify(value), (_key, member: unknown) => (left-- === 0 ? by : member))
    }
    fc.assert(fc.property(fc.constantFrom(...frames), fc.nat({ max: 20 }), fc.jsonValue(), (frame, at, by) => {
      whole(JSON.stringify(spoil(frame, at, by)))
    }), { numRuns: 2000 })
  })
})
