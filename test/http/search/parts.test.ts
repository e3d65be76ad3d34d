import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gapsWithin } from '../../../src/http/search/coverage.ts'
import { histogramAsked, labelled } from '../../../src/http/search/histogram.ts'
import { readShortLink, shortened } from '../../../src/http/search/shortlinks.ts'
import { steady, typed, understand } from '../../../src/http/search/understand.ts'
import { parseQuery } from '../../../src/query/query.ts'
import { term } from '../../../src/query/tree.ts'
import type { SourceState } from '../../../src/sources/source.ts'
import { message } from '../../index/made.ts'
import { liveSource, noon } from '../parts.ts'

const day = 86_400_000
const hour = 3_600_000

describe('the query of a request', () => {
  for (const [given, meant] of [
    ['rain wind', 'rain wind'],
    ['rain+wind', 'rain wind'],
    ['C++ rain', 'C++ rain'],
    ['since:2026-01-01T00:00:00+02:00', 'since:2026-01-01T00:00:00+02:00'],
    ['rain+since:2026-01-01T00:00:00+02:00', 'rain since:2026-01-01T00:00:00+02:00'],
    ['&quot;heavy rain&quot;', '"heavy rain"'],
    ['&lt;3 &amp;amp; &#38; &#x1F600;', '<3 &amp; & 😀'],
    ['&#0; &#xFFFFFF; &unknown;', '&#0; &#xFFFFFF; &unknown;'],
    ['', ''],
  ] as const) test(`${JSON.stringify(given)} is ${JSON.stringify(meant)}`, () => assert.equal(typed(given), meant))

  test('is joined with what else is asked', () => {
    const { text, warnings } = understand('rain OR wind :)', [term('has:', 'image')], { now: noon })
    assert.equal(text, '(rain OR wind) has:image')
    assert.equal(warnings.length, 1)
  })
})

describe('the query to go on with', () => {
  test('is the one that was understood', () => {
    const { text } = understand('rain since:2h', [], { now: noon })
    assert.equal(steady('rain since:2h', text), '(rain OR from:rain) since:2026-11-22T10:00:00Z')
    assert.equal(steady('', ''), '')
  })

  for (const [why, understood] of [
    ['is too long when spelled out', 'x'.repeat(1025)],
    ['has too many parts', Array.from({ length: 64 }, (_, at) => `#x${at}`).join(' ')],
    ['has a plus that would become a space', 'c+d'],
    ['has what would become another character', '&lt;'],
  ] as const) test(`is the one that was given where the other ${why}`, () => assert.equal(steady('given', understood), 'given'))
})

describe('a histogram', () => {
  const asked = (query: string) => histogramAsked(parseQuery(query, { now: noon }).query, 0, noon)

  test('has buckets as wide as the time of the query asks for', () => {
    assert.equal(asked('since:3h').interval, 'minute')
    assert.equal(asked('since:181m').interval, 'hour')
    assert.equal(asked('since:7d').interval, 'hour')
    assert.equal(asked('since:8d').interval, 'day')
    assert.equal(asked('').interval, 'day')
    assert.equal(asked('until:2006-01-02').interval, 'day')
    assert.equal(asked('since:2020-01-01 until:2020-01-02').interval, 'hour')
  })

  test('reaches over all of that time, but not into the future or before there was anything', () => {
    assert.deepEqual(asked('since:2h until:1h'), { interval: 'minute', timezoneOffset: 0, from: noon - 2 * hour, to: noon - hour })
    assert.deepEqual(asked('since:1h until:2030-01-01'), { interval: 'day', timezoneOffset: 0, from: noon - hour, to: noon })
    assert.equal(asked('since:0001-01-01').from, Date.UTC(2006, 0, 1))
    assert.deepEqual(asked('since:2030-01-01'), { interval: 'minute', timezoneOffset: 0 })
    assert.deepEqual(asked('until:1h'), { interval: 'day', timezoneOffset: 0 })
  })

  test('is labelled in the time of who asks', () => {
    const buckets = [{ start: Date.UTC(2026, 0, 1, 23), count: 3 }]
    assert.deepEqual(labelled({ buckets }, { interval: 'hour', timezoneOffset: -60 }), { '2026-01-02 00:00': 3 })
    assert.deepEqual(labelled({ buckets }, { interval: 'day', timezoneOffset: -60 }), { '2026-01-02': 3 })
  })
})

describe('coverage', () => {
  const source = (state: Partial<SourceState>): SourceState => ({ ...liveSource, gaps: [], ...state })
  const clock = { now: noon, began: noon - 2 * hour }
  const gap = (from: number, to: number) => ({ from: new Date(noon - from).toISOString(), to: new Date(noon - to).toISOString(), reason: 'away' })

  test('has the gaps of all sources that touch the time, oldest first', () => {
    const sources = [source({ name: 'a', gaps: [gap(3 * hour, 2 * hour), gap(9 * hour, 8 * hour)] }), source({ name: 'b', gaps: [gap(4 * hour, 3 * hour)] })]
    assert.deepEqual(gapsWithin(sources, clock).map(({ source }) => source), ['a', 'b', 'a'])
    assert.deepEqual(gapsWithin(sources, clock, noon - 3 * hour).map(({ source }) => source), ['a'])
    assert.deepEqual(gapsWithin(sources, clock, undefined, noon - 4 * hour).map(({ source }) => source), ['a'])
  })

  test('has what a source misses at the moment', () => {
    const away = source({ state: 'waiting', reason: 'refused', last_message_at: new Date(noon - hour).toISOString() })
    assert.deepEqual(gapsWithin([away], clock), [{ source: 'bluesky', ...gap(hour, 0), reason: 'refused' }])
    for (const other of [{ state: 'live' }, { state: 'disabled' }, { network: 'dump' }] as const) assert.deepEqual(gapsWithin([{ ...away, ...other }], clock), [])
  })

  test('has all the time since its start where a source never heard of its network', () => {
    const never = source({ state: 'connecting', reason: null, last_message_at: null })
    assert.deepEqual(gapsWithin([never], clock), [{ source: 'bluesky', ...gap(2 * hour, 0), reason: 'the source is connecting' }])
    assert.deepEqual(gapsWithin([{ ...never, state: 'live' }], clock), [])
  })

  test('has the hundred newest, and the older ones of a source as one', () => {
    const gaps = Array.from({ length: 150 }, (_, at) => gap((at + 1) * day, (at + 1) * day - hour))
    const told = gapsWithin([source({ gaps })], clock)
    assert.deepEqual([told.length, told.at(-1)?.to], [101, gaps[0]?.to])
    assert.deepEqual(told[0], { source: 'bluesky', from: gaps.at(-1)?.from, to: gaps[100]?.to, reason: '50 older gaps in this time, of which only this is told' })
  })
})

describe('short links', () => {
  const long = `https://example.org/${'y'.repeat(200)}`
  const shortening = { longerThan: 100, stub: 'https://l.example' }

  test('stand for the links that are too long, wherever they stand', () => {
    const given = message({ id_str: '1', text: `${long} and ${long} $& https://ok.example`, links: [long, 'https://ok.example'], facets: [{}] })
    const { text, facets, unshorten } = shortened(given, shortening)
    assert.equal(text, 'https://l.example/x?id=1 and https://l.example/x?id=1 $& https://ok.example')
    assert.deepEqual([facets, Object.keys(unshorten ?? {})], [undefined, ['https://l.example/x?id=1']])
  })

  test('leave whole a link that begins as another does', () => {
    const longer = `${long}/more`
    assert.equal(shortened(message({ id_str: '1', text: `${long} and ${longer}`, links: [long, longer] }), shortening).text, 'https://l.example/x?id=1 and https://l.example/x?id=1*1')
    // Also where its own short link would be no shorter, so that it stays.
    const id_str = 'z'.repeat(196)
    const links = [long, ...Array.from({ length: 9 }, (_, at) => `https://ok.example/${at}`), `${long}/`]
    assert.equal(shortened(message({ id_str, text: `${long}/ ${long}`, links }), shortening).text, `${long}/ https://l.example/x?id=${id_str}`)
  })

  test('change nothing where no link is too long, where it does not stand in the text, or where the short one is longer', () => {
    for (const given of [message({ id_str: '1', text: 'x', links: ['https://ok.example'] }), message({ id_str: '1', text: 'a card', links: [long] }), message({ id_str: 'z'.repeat(256), text: long, links: [long] })]) {
      assert.equal(shortened(given, shortening), given)
    }
  })

  test('are read back', () => {
    assert.deepEqual(readShortLink('bluesky:did:plc:a:3k'), { id: 'bluesky:did:plc:a:3k', number: 0 })
    assert.deepEqual(readShortLink('42*7'), { id: '42', number: 7 })
    for (const none of ['', '*1', '42*', '42*x', '42*99999', 'a/b', 'x'.repeat(257)]) assert.equal(readShortLink(none), undefined)
  })
})
