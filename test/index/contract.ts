// Owns what every index has to do, whatever engine keeps it: one suite, every index. The naive model is the judge.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { facetFields, orders, type Hits, type Index, type Order, type Page } from '../../src/index/port.ts'
import { encodeEntry, encodeLine, type Entry } from '../../src/message/line.ts'
import type { Message } from '../../src/message/schema.ts'
import { fold } from '../../src/message/text/fold.ts'
import { printQuery } from '../../src/query/print.ts'
import { parseQuery } from '../../src/query/query.ts'
import { everything, type Query } from '../../src/query/tree.ts'
import { asShown, authorIs, edit, history, insert, Lines, remove, shown, someQuery, today } from './made.ts'
import { Model } from './model.ts'

/** Opens an empty index, to be closed by the test. It may ask for the journal again. */
export type OpenEmpty = (lines: Lines) => Promise<Index>

const timeout = 20_000
const page: Page = { order: 'created_at', limit: 100, count: 'exact', timeout }
const at = (seconds: number): string => new Date(today + seconds * 1000).toISOString()
const query = (text: string): Query => parseQuery(text, { now: today }).query
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id_str }) => id_str)
const find = async (index: Index, text: string): Promise<string[]> => idsOf(shown((await index.search(query(text), page)).messages))

/** Runs a test in an index of its own that has applied some entries. */
async function having(openEmpty: OpenEmpty, entries: readonly Entry[], test: (index: Index, lines: Lines) => Promise<void>): Promise<void> {
  const lines = new Lines()
  const index = await openEmpty(lines)
  try {
    await index.apply(lines.append(entries))
    await test(index, lines)
  } finally {
    await index.close()
  }
}

/** Every hit, page by page. */
async function pages(index: Index, asked: Query, order: Order, limit: number): Promise<Message[]> {
  const all: Message[] = []
  for (let cursor: string | undefined; ; ) {
    const answer: Hits = await index.search(asked, { order, limit, count: 'none', timeout, ...(cursor === undefined ? {} : { cursor }) })
    assert.equal(answer.partial, undefined)
    assert.ok(answer.cursor === undefined || answer.messages.length === limit, 'only the last page is short')
    all.push(...shown(answer.messages))
    if (answer.cursor === undefined) return all
    ;({ cursor } = answer)
  }
}

/** The index answers every question as the model does. */
async function agree(index: Index, model: Model, asked: Query): Promise<void> {
  for (const order of orders) {
    const found = await pages(index, asked, order, 7)
    const expected = model.search(asked, order)
    assert.deepEqual(idsOf(found), idsOf(expected), `${printQuery(asked)}, by ${order}`)
    assert.deepEqual(found, asShown(expected))
  }
  const matching = model.matching(asked)
  const { hits, hits_relation } = await index.search(asked, { ...page, limit: 0 })
  assert.deepEqual({ hits, hits_relation }, { hits: matching.length, hits_relation: 'eq' })

  const facets = await index.facets(asked, { fields: facetFields, limit: 100, timeout })
  for (const field of facetFields) {
    const expected = model.facet(asked, field)
    const answered = facets.fields[field] ?? []
    if (field === 'screen_name') {
      const authors = model.authors(asked)
      if (authors !== undefined) assert.deepEqual(answered.map(({ value, count }) => [fold(value), count]), authors.map(({ folded, count }) => [folded, count]), field)
      continue
    }
    assert.deepEqual(answered.map(({ value, count }) => [fold(value), count]), expected.map(({ folded, count }) => [folded, count]), field)
    for (const [i, { value }] of answered.entries()) assert.ok(expected[i]?.spellings.includes(value), `${field}: ${value} is not the first spelling`)
  }

  const { buckets } = await index.histogram(asked, { interval: 'hour', timezoneOffset: 30, timeout, from: today - 90_000_000, to: today + 1 })
  const local = (at: number): number => Math.floor((at - 1_800_000) / 3_600_000) * 3_600_000 + 1_800_000
  assert.equal(buckets[0]?.start, local(today - 90_000_000))
  assert.equal(buckets.at(-1)?.start, local(today))
  assert.deepEqual(buckets.map(({ start, count }) => [start, count]), buckets.map(({ start }) => [start, matching.filter(({ created_at }) => local(Date.parse(created_at)) === start).length]))
}

export function indexContract(name: string, openEmpty: OpenEmpty): void {
  const test = (title: string, entries: readonly Entry[], work: (index: Index, lines: Lines) => Promise<void>): void => {
    it(title, () => having(openEmpty, entries, work))
  }

  describe(`${name}: searching`, () => {
    const three = [
      insert({ id_str: '1', text: 'rain in Ulm', created_at: at(-30), hashtags: ['Rain'] }),
      insert({ id_str: '2', text: 'Rainbow over Köln', created_at: at(-20), retweet_count: 5 }),
      insert({ id_str: '3', text: 'no sun', created_at: at(-10), favourites_count: 2, retweet_count: 1 }),
    ]
    test('finds words, tags, prefixes and phrases, newest first', three, async (index) => {
      assert.deepEqual(await find(index, ''), ['3', '2', '1'])
      assert.deepEqual(await find(index, 'RAIN'), ['1'])
      assert.deepEqual(await find(index, 'rain*'), ['2', '1'])
      assert.deepEqual(await find(index, '#rain'), ['1'])
      assert.deepEqual(await find(index, '"over koln"'), ['2'])
      assert.deepEqual(await find(index, '-rain'), ['3', '2'])
      assert.deepEqual(await find(index, 'rain OR sun'), ['3', '1'])
      assert.deepEqual(await find(index, 'since:2026-11-20T11:59:35Z until:2026-11-20T11:59:50Z'), ['2'])
    })
    test('orders by what is asked, then by time', three, async (index) => {
      const by = async (order: Order): Promise<string[]> => idsOf(shown((await index.search(everything, { ...page, order })).messages))
      assert.deepEqual(await by('retweet_count'), ['2', '3', '1'])
      assert.deepEqual(await by('favourites_count'), ['3', '2', '1'])
    })
    test('finds a message by its id', three, async (index) => {
      assert.equal((await index.message('2'))?.text, 'Rainbow over Köln')
      assert.equal(await index.message('4'), undefined)
      assert.deepEqual(await find(index, 'id:2'), ['2'])
      assert.deepEqual(await find(index, 'id:2 OR rain'), ['2', '1'])
      assert.deepEqual(await find(index, '-id:2'), ['3', '1'])
    })
    test('one character of a script without spaces is found', [insert({ id_str: '1', text: '東京都の天気' }), insert({ id_str: '2', text: '京都' })], async (index) => {
      for (const [text, ids] of [['京', ['2', '1']], ['東京', ['1']], ['気', ['1']], ['天', ['1']], ['都の天', ['1']]] as const) assert.deepEqual(await find(index, text), ids, text)
    })
    test('everything that a message can be asked for survives being indexed', [insert({ id_str: '1', text: "it's \"quoted\" (or not) * -x OR NEAR/2 \u0000 \ud800", hashtags: ['a"b', 'x y'], mentions: ["o'neil", '*'], hosts: ['xn--bcher-kva.example'] })], async (index) => {
      for (const text of ['"quoted or not"', '"NEAR 2"', '#"a\'b" OR quoted', '@"o\'neil"', 'host:bücher.example']) assert.deepEqual(await find(index, text), ['1'], text)
      assert.deepEqual((await index.facets(everything, { fields: ['mentions'], limit: 10, timeout })).fields.mentions, [{ value: '*', count: 1 }, { value: "o'neil", count: 1 }])
      assert.deepEqual(await index.facets(everything, { fields: ['mentions', 'language'], limit: 0, timeout }), { fields: { mentions: [], language: [] } })
    })
    test('a place is found in a box, around a point, and across the 180th meridian', [
      insert({ id_str: 'berlin', location_point: [13.4, 52.5], created_at: at(-1) }), insert({ id_str: 'fiji', location_point: [179.9, -17], created_at: at(-2) }), insert({ id_str: 'nowhere' }),
    ], async (index) => {
      assert.deepEqual(await find(index, '/location=13,52,14,53'), ['berlin'])
      assert.deepEqual(await find(index, '/location=170,-20,-170,0'), ['fiji'])
      assert.deepEqual(await find(index, 'near:52.4,13.5,30'), ['berlin'])
      assert.deepEqual(await find(index, '-near:52.4,13.5,30'), ['nowhere', 'fiji'])
    })
  })

  describe(`${name}: edits, deletes and authors take effect at once`, () => {
    const ann = { screen_name: 'ann', user: { screen_name: 'ann', user_id: 'did:plc:ann', name: 'Ann' } }
    const world = [insert({ id_str: '1', text: 'rain', ...ann, hashtags: ['one'], created_at: at(-2) }), insert({ id_str: '2', text: 'rain', hashtags: ['two'], created_at: at(-1), screen_name: 'bob', user: { screen_name: 'bob', user_id: 'k:bob' } })]
    const seen = async (index: Index): Promise<unknown> => ({
      hits: await find(index, 'rain'),
      count: (await index.search(query('rain'), page)).hits,
      tags: (await index.facets(everything, { fields: ['hashtags'], limit: 9, timeout })).fields.hashtags?.map(({ value }) => value),
      bars: (await index.histogram(everything, { interval: 'day', timezoneOffset: 0, timeout })).buckets.map(({ count }) => count),
      names: (await index.suggest('@', { limit: 9, timeout })).suggestions.map(({ text }) => text).sort(),
      suggested: (await index.suggest('one', { limit: 9, timeout })).suggestions.map(({ text }) => text),
    })
    const both = { hits: ['2', '1'], count: 2, tags: ['one', 'two'], bars: [2], names: ['ann', 'bob'], suggested: ['one'] }
    const one = { hits: ['2'], count: 1, tags: ['two'], bars: [1], names: ['bob'], suggested: [] }

    test('an edit is the message from then on', world, async (index, lines) => {
      await index.apply(lines.append([edit({ id_str: '1', text: 'snow', ...ann, created_at: at(-2) })]))
      assert.deepEqual(await find(index, 'rain'), ['2'])
      assert.deepEqual(await find(index, 'snow'), ['1'])
      assert.deepEqual((await index.facets(everything, { fields: ['hashtags'], limit: 9, timeout })).fields.hashtags, [{ value: 'two', count: 1 }])
    })
    test('an edit of an unknown message is an insert', world, async (index, lines) => {
      await index.apply(lines.append([edit({ id_str: '9', text: 'snow' })]))
      assert.deepEqual(await find(index, 'snow'), ['9'])
    })
    test('a delete removes, with and without its time', world, async (index, lines) => {
      assert.deepEqual(await seen(index), both)
      await index.apply(lines.append([remove('1'), remove('unknown')]))
      assert.deepEqual(await seen(index), one)
      assert.equal(await index.message('1'), undefined)
      await index.apply(lines.append([remove('2', at(-1))]))
      assert.deepEqual(await find(index, ''), [])
    })
    test('a hidden author is gone until shown again; what was written meanwhile too', world, async (index, lines) => {
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'hidden', reason: 'suspended' })]))
      assert.deepEqual(await seen(index), one)
      assert.equal(await index.message('1'), undefined)
      assert.equal(await index.author('ann', { timeout }), undefined)
      await index.apply(lines.append([insert({ id_str: '3', text: 'rain', ...ann, created_at: at(-3) })]))
      assert.deepEqual(await seen(index), one)
      await index.apply(lines.append([remove('3'), authorIs({ key: 'did:plc:ann', state: 'active' })]))
      assert.deepEqual(await seen(index), both)
    })
    test('what a hidden author edits and deletes is so when shown again', [...world, insert({ id_str: '3', text: 'rain', ...ann, created_at: at(-3) })], async (index, lines) => {
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'hidden' })]))
      await index.apply(lines.append([edit({ id_str: '1', text: 'rain again', ...ann, hashtags: ['one'], created_at: at(-2) }), remove('3')]))
      assert.deepEqual(await seen(index), one)
      assert.equal((await index.search(everything, { ...page, limit: 0 })).hits, 1)
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'active' })]))
      assert.deepEqual(await seen(index), both)
      assert.deepEqual(await find(index, 'again'), ['1'])
    })
    test('an author whose name comes later is still hidden', world, async (index, lines) => {
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'hidden' }), authorIs({ key: 'did:plc:ann', handle: 'ann.example' })]))
      assert.deepEqual(await seen(index), one)
    })
    test('a deleted author is gone for good', world, async (index, lines) => {
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'deleted' })]))
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'active' }), insert({ id_str: '4', text: 'rain', ...ann })]))
      assert.deepEqual(await seen(index), one)
    })
    test('a renamed author is found under every handle and shown under the newest', world, async (index, lines) => {
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', handle: 'Old.Example' }), authorIs({ key: 'did:plc:ann', handle: 'new.example', name: 'New', avatar: 'https://example.org/a.png' })]))
      for (const name of ['ann', 'old.example', 'NEW.example', 'did:plc:ann']) assert.deepEqual(await find(index, `from:"${name}"`), ['1'], name)
      const [message] = shown((await index.search(query('from:ann'), page)).messages)
      assert.deepEqual([message?.screen_name, message?.user], ['new.example', { screen_name: 'new.example', user_id: 'did:plc:ann', name: 'New', profile_image_url_https: 'https://example.org/a.png' }])
      assert.deepEqual((await index.facets(everything, { fields: ['screen_name'], limit: 9, timeout })).fields.screen_name, [{ value: 'new.example', count: 1 }, { value: 'bob', count: 1 }])
      assert.deepEqual((await index.suggest('@n', { limit: 9, timeout })).suggestions, [{ kind: 'name', text: 'new.example', count: 1 }])
      assert.deepEqual((await index.author('old.example', { timeout }))?.handles.toSorted(), ['ann', 'new.example', 'old.example'])
    })
    test('an author is found under every handle that messages were written under, by word too', [insert({ id_str: '1', text: 'snow', screen_name: 'old.name', user: { screen_name: 'old.name', user_id: 'k:zed' }, created_at: at(-2) }), insert({ id_str: '2', text: 'sun', screen_name: 'new.name', user: { screen_name: 'new.name', user_id: 'k:zed' }, created_at: at(-1) }), insert({ id_str: '3', screen_name: 'other' })], async (index) => {
      for (const text of ['from:old.name', 'from:NEW.name', 'from:"k:zed"', 'old.name']) assert.deepEqual(await find(index, text), ['2', '1'], text)
      assert.deepEqual(await find(index, '-from:old.name'), ['3'])
    })
    test('an author is counted once, whatever handles messages were written under, and with those who show the same handle', [
      ...Array.from({ length: 200 }, (_, author) => Array.from({ length: 5 }, (_, i) => insert({ id_str: `p${author}.${i}`, created_at: at(-10 - i), screen_name: `p${author}`, user: { screen_name: `p${author}`, user_id: `k:p${author}` } }))).flat(),
      ...Array.from({ length: 8 }, (_, i) => insert({ id_str: `ann${i}`, created_at: at(-i), screen_name: `ann${i}`, user: { screen_name: `ann${i}`, user_id: 'k:ann' } })),
      authorIs({ key: 'k:ann', handle: 'Ann.example' }),
      insert({ id_str: 'namesake', screen_name: 'x', user: { screen_name: 'x', user_id: 'k:namesake' } }), authorIs({ key: 'k:namesake', handle: 'ann.example' }),
      insert({ id_str: 'keyless', screen_name: 'ANN.example' }),
    ], async (index) => {
      assert.deepEqual((await index.facets(everything, { fields: ['screen_name'], limit: 2, timeout })).fields.screen_name, [{ value: 'Ann.example', count: 10 }, { value: 'p0', count: 5 }])
    })
    test('the name of a hidden author is not suggested, although others mention it', [...world, insert({ id_str: '7', text: 'x', created_at: at(-9), mentions: ['ann', 'anna'] }), authorIs({ key: 'did:plc:ann', state: 'hidden' })], async (index) => {
      assert.deepEqual((await index.suggest('@an', { limit: 9, timeout })).suggestions, [{ kind: 'name', text: 'anna', count: 1 }])
    })
    test('of a name that very many accounts have, so many are asked for, and the answer says so', [
      insert({ id_str: 'first', text: 'x', created_at: at(-2), user: { screen_name: 'ann', user_id: 'k:0000' } }), insert({ id_str: 'last', text: 'x', created_at: at(-1), user: { screen_name: 'k', user_id: 'k:9999' }, screen_name: 'k' }),
      ...Array.from({ length: 5000 }, (_, i) => authorIs({ key: `k:${String(i).padStart(4, '0')}`, handle: 'same' })), authorIs({ key: 'k:9999', handle: 'same' }),
    ], async (index) => {
      for (const text of ['from:same', 'same']) {
        const { messages, partial } = await index.search(query(text), page)
        assert.deepEqual([idsOf(shown(messages)), partial], [['first'], { reason: 'crowded' }], text)
      }
      assert.equal((await index.search(query('from:ann'), page)).partial, undefined)
    })
    test('the profile of an author is what was collected', [...world, insert({ id_str: '5', ...ann, text: 'x', created_at: at(-100), hashtags: ['One', 'more'] })], async (index) => {
      assert.deepEqual(await index.author('Ann', { timeout }), {
        screen_name: 'ann', user_id: 'did:plc:ann', name: 'Ann', avatar: undefined, network: 'bluesky', handles: ['ann'],
        messages: 2, messages_relation: 'eq', appearance_first: at(-100), appearance_latest: at(-2), hashtags: [{ value: 'One', count: 2 }, { value: 'more', count: 1 }],
      })
      assert.equal(await index.author('nobody', { timeout }), undefined)
    })
  })

  describe(`${name}: counting`, () => {
    const many = Array.from({ length: 10_050 }, (_, i) => insert({ id_str: `m${i}`, text: i % 2 === 0 ? 'even' : 'odd', created_at: at(-i), hashtags: [i % 2 === 0 ? 'Even' : 'ODD'] }))
    test('stops at the cap and says so, unless asked for exactly', many, async (index) => {
      const count = async (text: string, count: Page['count']): Promise<unknown> => {
        const { hits, hits_relation } = await index.search(query(text), { ...page, limit: 1, count })
        return [hits, hits_relation]
      }
      assert.deepEqual(await count('', 'capped'), [10_000, 'gte'])
      assert.deepEqual(await count('even OR odd', 'capped'), [10_000, 'gte'])
      assert.deepEqual(await count('', 'exact'), [10_050, 'eq'])
      assert.deepEqual(await count('even OR odd', 'exact'), [10_050, 'eq'])
      assert.deepEqual(await count('even', 'capped'), [5025, 'eq'])
      assert.deepEqual(await count('even', 'none'), [undefined, undefined])
      const { fields } = await index.facets(everything, { fields: ['hashtags'], limit: 1, timeout })
      assert.deepEqual(fields.hashtags, [{ value: 'ODD', count: 5025 }], 'of two with as many, that of the earliest message')
      const { messages } = await index.search(everything, { ...page, offset: 9_999, limit: 2 })
      assert.deepEqual(idsOf(shown(messages)), ['m9999', 'm10000'])
    })
    test('a histogram has its empty buckets and begins days at local midnight', [insert({ id_str: '1', created_at: '2026-11-18T23:30:00.000Z' }), insert({ id_str: '2', created_at: '2026-11-20T00:30:00.000Z' })], async (index) => {
      const days = async (timezoneOffset: number): Promise<unknown> => (await index.histogram(everything, { interval: 'day', timezoneOffset, timeout })).buckets.map(({ start, count }) => [new Date(start).toISOString(), count])
      assert.deepEqual(await days(0), [['2026-11-18T00:00:00.000Z', 1], ['2026-11-19T00:00:00.000Z', 0], ['2026-11-20T00:00:00.000Z', 1]])
      assert.deepEqual(await days(-60), [['2026-11-18T23:00:00.000Z', 1], ['2026-11-19T23:00:00.000Z', 1]])
      const { buckets } = await index.histogram(query('nothing'), { interval: 'minute', timezoneOffset: 0, from: today, to: today + 120_000, timeout })
      assert.deepEqual(buckets, [{ start: today, count: 0 }, { start: today + 60_000, count: 0 }])
      await assert.rejects(index.histogram(everything, { interval: 'minute', timezoneOffset: 0, from: 0, to: today, timeout }), { code: 'BAD_PARAMETER' })
    })
  })

  describe(`${name}: a histogram of more time than it has buckets`, () => {
    test('has the newest, and says that it is not all', [insert({ id_str: '1', created_at: '2026-11-01T00:00:00.000Z' }), insert({ id_str: '2', created_at: at(0) })], async (index) => {
      const { buckets, partial } = await index.histogram(everything, { interval: 'minute', timezoneOffset: 0, timeout })
      assert.deepEqual([buckets.length, buckets.reduce((sum, { count }) => sum + count, 0), partial], [10_000, 1, { reason: 'overfull' }])
    })
  })

  describe(`${name}: suggestions`, () => {
    const posted = [
      insert({ id_str: '1', text: 'raining rainbow', hashtags: ['RainyDay'], screen_name: 'rainer' }),
      insert({ id_str: '2', text: 'rainbow snow', hashtags: ['rainyday'], screen_name: 'rainer', mentions: ['rain_man'] }),
      insert({ id_str: '3', text: '東京', screen_name: 'snowy' }),
    ]
    const texts = async (index: Index, text: string): Promise<string[]> => (await index.suggest(text, { limit: 9, timeout })).suggestions.map(({ kind, text, count }) => `${kind} ${text} ${count}`)
    test('are tags, names and words that were posted, by how often', posted, async (index) => {
      assert.deepEqual(await texts(index, 'rain'), ['word rainbow 2', 'name rainer 2', 'hashtag rainyday 2', 'name rain_man 1', 'word raining 1'])
      assert.deepEqual(await texts(index, '#Rain'), ['hashtag rainyday 2'])
      assert.deepEqual(await texts(index, '@rain'), ['name rainer 2', 'name rain_man 1'])
      assert.deepEqual(await texts(index, ''), ['hashtag rainyday 2'])
      assert.deepEqual(await texts(index, '東'), ['word 東京 1'])
      assert.deepEqual(await texts(index, 'xyz'), [])
    })
    test('are never what only the index knows', [insert({ id_str: '1', text: 'hello', user: { screen_name: 'ann', user_id: 'did:plc:ann' }, mention_ids: ['did:plc:bob'] })], async (index) => {
      for (const text of ['h', 'u', 'u=did', 't', 't25', 't=2', 'n', 's=', '@did:', 'h=']) assert.deepEqual((await texts(index, text)).filter((text) => /[=:]/.test(text)), [], text)
      assert.deepEqual(await texts(index, 'hell'), ['word hello 1'])
    })
    test('find what exists among very many others', [...Array.from({ length: 30 }, (_, i) => insert({ id_str: `m${i}`, text: Array.from({ length: 800 }, (_, word) => `a${(i * 800 + word).toString(36).padStart(5, 'b')}`).join(' ') })), insert({ id_str: 'zebra', text: 'azzzebra' })], async (index) => {
      assert.deepEqual(await texts(index, 'azzzebar'), ['word azzzebra 1'])
      const { suggestions, partial } = await index.suggest('sazzzebra', { limit: 9, timeout })
      assert.deepEqual([suggestions, partial], [[], undefined], 'the first character is taken to be right')
    })
    test('forgive a slip', posted, async (index) => {
      assert.deepEqual(await texts(index, 'rainbwo'), ['word rainbow 2'])
      assert.deepEqual(await texts(index, 'snwo'), [])
      assert.deepEqual(await texts(index, 'snw'), ['word snow 1'])
    })
  })

  describe(`${name}: paging`, () => {
    test('a cursor holds while messages arrive, whatever their time', Array.from({ length: 30 }, (_, i) => insert({ id_str: `m${i}`, created_at: at(-i * 10) })), async (index, lines) => {
      const before = idsOf(await pages(index, everything, 'created_at', 100))
      const found: string[] = []
      let cursor: string | undefined
      for (let round = 0; round === 0 || cursor !== undefined; round++) {
        const answer: Hits = await index.search(everything, { order: 'created_at', limit: 4, count: 'none', timeout, ...(cursor === undefined ? {} : { cursor }) })
        found.push(...idsOf(shown(answer.messages)))
        ;({ cursor } = answer)
        await index.apply(lines.append([insert({ id_str: `new${round}`, created_at: at(round) }), insert({ id_str: `late${round}`, created_at: at(-round * 40 - 5) })]))
      }
      assert.deepEqual(found.filter((id) => id.startsWith('m')), before, 'each of the old ones once, in order')
      assert.equal(new Set(found).size, found.length, 'nothing twice')
      assert.ok(!found.some((id) => id.startsWith('new')), 'nothing newer than the first page')
    })
    test('messages of one instant are in the order of their ids, across pages', Array.from({ length: 25 }, (_, i) => insert({ id_str: `same${(i * 7) % 25}` })), async (index) => {
      const ids = idsOf(await pages(index, everything, 'created_at', 3))
      assert.equal(ids.length, 25)
      assert.deepEqual(ids, ids.toSorted((a, b) => (a < b ? 1 : -1)))
    })
    test('what is no cursor, or belongs to another order, is refused', [insert({ id_str: '1' }), insert({ id_str: '2' })], async (index) => {
      const { cursor = '' } = await index.search(everything, { ...page, limit: 1 })
      await assert.rejects(index.search(everything, { ...page, order: 'timestamp', cursor }), { code: 'BAD_PARAMETER' })
      for (const bad of ['', 'x', 'W10', Buffer.from('[0,"a",1,2]').toString('base64url')]) await assert.rejects(index.search(everything, { ...page, cursor: bad }), { code: 'BAD_PARAMETER' }, bad)
    })
  })

  describe(`${name}: a projection of the journal`, () => {
    test('lines up to the cursor change nothing; the cursor is the last position', [insert({ id_str: '1' })], async (index, lines) => {
      const [first] = lines.all
      await index.apply(lines.append([remove('1')]))
      assert.equal(index.cursor(), lines.last())
      await index.apply([first?.line ?? ''])
      assert.deepEqual(await find(index, ''), [])
      assert.equal(index.cursor(), lines.last())
    })
    test('lines that follow what the index does not reach are refused, all of them', [insert({ id_str: '1' })], async (index, lines) => {
      const cursor = index.cursor()
      const later = lines.append([insert({ id_str: '2' }), insert({ id_str: '3' })])
      await assert.rejects(index.apply(later.slice(1), cursor + 1000))
      assert.deepEqual([await find(index, ''), index.cursor()], [['1'], cursor])
      await index.apply(later, cursor)
      assert.deepEqual(await find(index, ''), ['3', '2', '1'])
    })
    test('a line that is no record counts as applied, so that what follows it is taken', [insert({ id_str: '1' })], async (index, lines) => {
      const last = lines.last()
      await index.apply([`{"$T":${last + 1},broken`], last)
      await index.apply([encodeLine(last + 2, encodeEntry(insert({ id_str: '2' })))], last + 1)
      assert.deepEqual(await find(index, ''), ['2', '1'])
    })
    test('a line that is no record is counted and passed over', [insert({ id_str: '1' })], async (index, lines) => {
      const last = lines.last()
      await index.apply([`{"$T":${last + 1},"$P":"X"}`, `{"$T":${last + 2},"$P":"I","text":1}`, `{"$T":${last + 3},broken`, encodeLine(last + 4, encodeEntry(insert({ id_str: '2', created_at: '2026-13-01T00:00:00.000Z' })))])
      assert.deepEqual((await index.stats()).refused, { operation: 1, shape: 1, json: 1, created_at: 1 })
      assert.equal(index.cursor(), last + 4)
      assert.deepEqual(await find(index, ''), ['1'])
    })
    test('what is forgotten is not found any more, the cursor stays, and it can come again', [insert({ id_str: '1' }), insert({ id_str: '2', created_at: at(-900_000) })], async (index, lines) => {
      const cursor = index.cursor()
      await index.forget(['2', 'unknown'])
      assert.deepEqual(await find(index, ''), ['1'])
      assert.equal(index.cursor(), cursor)
      await index.apply(lines.append([insert({ id_str: '2', created_at: at(-900_000) })]))
      assert.deepEqual(await find(index, ''), ['1', '2'])
    })
    test('what is forgotten is gone, and the cursor stays', [insert({ id_str: '1' }), insert({ id_str: '2', hashtags: ['two'] })], async (index, lines) => {
      await index.forget(['2', 'unknown'])
      assert.deepEqual(await find(index, ''), ['1'])
      assert.deepEqual((await index.facets(everything, { fields: ['hashtags'], limit: 9, timeout })).fields.hashtags, [])
      assert.equal(index.cursor(), lines.last())
    })
    test('cleared, it is empty, and the same journal makes it the same again', [insert({ id_str: '1' }), insert({ id_str: '2', created_at: at(-900_000) })], async (index, lines) => {
      const { cursor = '' } = await index.search(everything, { ...page, limit: 1 })
      await index.clear()
      assert.equal(index.cursor(), 0)
      assert.deepEqual(await find(index, ''), [])
      await index.apply(lines.after(0))
      assert.deepEqual(idsOf(shown((await index.search(everything, { ...page, cursor })).messages)), ['2'], 'the cursor of before still holds')
    })
    test('cleared, it says of every answer that it is not whole until it has come to where the journal was', Array.from({ length: 20 }, (_, i) => insert({ id_str: `m${i}`, hashtags: ['tag'], text: 'rain' })), async (index, lines) => {
      const reasons = async (): Promise<unknown[]> => {
        const { partial: suggested } = await index.suggest('#t', { limit: 9, timeout })
        const { partial: profile } = (await index.author('ann', { timeout })) ?? {}
        const { partial: found } = await index.search(query('rain'), page)
        const { partial: ranked } = await index.search(everything, { ...page, order: 'retweet_count' })
        const { partial: counted } = await index.facets(everything, { fields: ['hashtags'], limit: 9, timeout })
        const { partial: bars } = await index.histogram(everything, { interval: 'day', timezoneOffset: 0, timeout })
        return [...new Set([found, ranked, counted, bars, suggested, profile].map((partial) => partial?.reason))]
      }
      const standing = (): unknown => index.health().state
      assert.deepEqual([await reasons(), standing()], [[undefined], 'ok'])
      await index.clear()
      assert.equal(standing(), 'building')
      assert.equal((await index.search(query('rain'), page)).partial?.reason, 'rebuilding')
      await index.apply(lines.after(0).slice(0, 19))
      assert.deepEqual([await reasons(), standing()], [['rebuilding'], 'building'])
      // What comes meanwhile does not put the end off.
      const more = lines.append([insert({ id_str: 'more' })])
      await index.apply(lines.after(0).slice(19, 20))
      assert.deepEqual([await reasons(), standing()], [[undefined], 'ok'])
      await index.apply(more)
      assert.deepEqual([await reasons(), standing()], [[undefined], 'ok'])
    })
    it('agrees with the model on any history and any query, in whatever portions it comes, and again when made anew from what compaction leaves', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(history, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), fc.array(someQuery, { minLength: 6, maxLength: 6 }), async (entries, portions, queries) => {
          const lines = new Lines()
          const index = await openEmpty(lines)
          try {
            for (let i = 0, portion = 0; i < entries.length; portion++) {
              const size = portions[portion % portions.length] ?? 1
              await index.apply(lines.append(entries.slice(i, i + size)))
              i += size
            }
            const model = new Model().apply(entries)
            for (const asked of [everything, ...queries]) await agree(index, model, asked)
            await index.clear()
            const kept = compacted(lines)
            await index.apply(kept.map(({ position, entry }) => encodeLine(position, encodeEntry(entry))))
            await agree(index, model, everything)
            // A handle that only what is gone was written under is forgotten with it.
            const remembered = new Model().apply(kept.map(({ entry }) => entry))
            for (const asked of queries) await agree(index, remembered, asked)
          } finally {
            await index.close()
          }
        }),
        { numRuns: 12 },
      )
    })
  })
}

type Kept = Pick<Lines['all'][number], 'position' | 'entry'>

/** What compaction leaves of a journal: no text that was edited or deleted since, of older states of an author only key and handle. */
function compacted({ all }: Lines): Kept[] {
  const newest = new Map<string, number>()
  const gone = new Set<string>()
  for (const { position, entry } of all) {
    if (entry.op === 'D') gone.add(entry.id_str)
    else newest.set(entry.op === 'A' ? `author ${entry.author.key}` : entry.message.id_str, position)
  }
  // Intake writes authors whole: what one record leaves out, the one before it says.
  const authors = new Map<string, Extract<Entry, { op: 'A' }>['author']>()
  return all.flatMap(({ position, entry }): Kept[] => {
    if (entry.op === 'D') return [{ position, entry }]
    if (entry.op === 'A') {
      const { key, network, handle } = entry.author
      const before = authors.get(key)
      const whole = { ...before, ...entry.author, ...(before?.state === 'deleted' ? { state: 'deleted' as const } : {}) }
      authors.set(key, whole)
      const kept = newest.get(`author ${key}`) === position ? whole : handle === undefined ? { key, network } : { key, network, handle }
      return [{ position, entry: { ...entry, author: kept } }]
    }
    return gone.has(entry.message.id_str) || newest.get(entry.message.id_str) !== position ? [] : [{ position, entry }]
  })
}
