// The whole way to an answer: people at a real PDS write, edit, delete, move and leave; what loklak then finds is compared with
// what they did, by its own API and, with Bluesky's official client, by Bluesky's.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AppBskyFeedDefs, AppBskyFeedPost, AtpAgent } from '@atproto/api'
import { isObject, parseJson, type JsonObject } from '../../src/support/json.ts'
import type { Account, Written } from './account.ts'
import { idOf, writeCatalogue, type Catalogue } from './catalogue.ts'
import { paths, startJetstream } from './jetstream.ts'
import { textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { startPds, type Pds } from './pds.ts'
import { ask, askJson, search, type Parameters } from './searching.ts'
import { until } from './until.ts'

const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

let folder: string
let pds: Pds
let loklak: Loklak
let anna: Account
let boris: Account
let clock: Account
let catalogue: Catalogue

/** Waits until everything that happened so far can be found. */
async function tick(): Promise<void> {
  const last = idOf(clock, await clock.post({ text: 'tick' }))
  await until('the last post is found', async () => ((await search(loklak, `id:${last}`)).hits === 1 ? true : undefined), { describe: () => loklak.output() })
}

/** What a query finds, as names of the catalogue, or ids where there is none; and the count agrees. */
async function found(query: string, parameters: Parameters = {}): Promise<string[]> {
  const { hits, statuses } = await search(loklak, query, parameters)
  assert.equal(hits, statuses.length, `${query}: hits`)
  return statuses.map((status) => textAt(status, 'id_str')).map((id) => catalogue.get(id) ?? id)
}

const foundSorted = async (query: string): Promise<string[]> => (await found(query)).sort()
const only = async (query: string, account: Account, ...posts: readonly Written[]): Promise<void> =>
  assert.deepEqual(await foundSorted(query), posts.map((post) => idOf(account, post)).sort(), query)

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-search-'))
  open.defer(() => rm(folder, { recursive: true }))
  pds = await startPds(join(folder, 'pds'))
  open.defer(() => pds.stop())
  const jetstream = await startJetstream(pds, join(folder, 'jetstream'))
  open.defer(() => jetstream.kill())
  loklak = await startLoklak('loklak', join(folder, 'loklak'), `${jetstream.url}${paths.v2}`)
  open.defer(() => loklak.kill())
  await loklak.live()
  anna = await pds.createAccount('anna')
  boris = await pds.createAccount('boris')
  clock = await pds.createAccount('clock')
  catalogue = await writeCatalogue(anna, boris)
  await tick()
})

/** What a query must find. */
const queries = (): readonly (readonly [query: string, ...names: readonly string[]])[] => [
  ['grusse', 'umlauts'],
  ['WETTER köln', 'umlauts'],
  ['"wetter ist heute"', 'umlauts'],
  ['"heute wetter"'],
  ['schön -köln'],
  ['schö*', 'umlauts'],
  ['☕', 'emoji'],
  ['👩‍👧 👍', 'emoji'],
  ['東京', 'japanese'],
  ['京都', 'japanese'],
  ['อากาศ', 'thai'],
  ['مرحبا', 'arabic'],
  ["don't", 'rain'],
  ['"light wind" OR pixel', 'picture', 'rain'],
  ['(wind OR pixel) from:anna.test', 'picture'],
  ['#LÖKLAK', 'umlauts'],
  ['#ulm #regen', 'rain'],
  ['#hidden-topic', 'outline'],
  ['host:example.org', 'link'],
  ['host:example.net', 'card'],
  ['/link=https://example.org/story*', 'link'],
  ['https://tickets.example.com/x?y=1', 'appointment'],
  ['12:30', 'appointment'],
  ['Re: tickets', 'appointment'],
  ['has:image', 'picture'],
  ['has:link', 'appointment', 'card', 'link'],
  ['@anna.test', 'mention'],
  [`@${anna.did}`, 'mention'],
  ['is:reply', 'reply'],
  ['lang:de', 'umlauts'],
  ['lang:ja', 'japanese'],
  ['lang:th', 'thai'],
  ['until:2011-12-31', 'old'],
  ['since:2011-01-01 until:2011-01-01', 'old'],
  ['since:2012-01-01 calling'],
]

describe('what was posted', () => {
  test('is found by what it says, what hangs on it, who wrote it and when', async () => {
    for (const [query, ...names] of queries()) assert.deepEqual(await foundSorted(query), names, query)
  })

  test('is found by its thread', async () => {
    const [root] = Array.from(catalogue).find(([, name]) => name === 'umlauts') ?? []
    for (const query of [`reply:${root}`, `conversation:${root}`]) assert.deepEqual(await found(query), ['reply'], query)
  })

  test('comes newest first, and page by page', async () => {
    const all = await search(loklak, 'from:anna.test,boris.test')
    assert.equal(all.hits, catalogue.size)
    const times = all.statuses.map((status) => textAt(status, 'created_at'))
    assert.deepEqual(times, times.toSorted().reverse())
    const ids = all.statuses.map((status) => textAt(status, 'id_str'))
    const paged: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
      const { statuses, metadata } = await search(loklak, 'from:anna.test,boris.test', { count: '4', ...(cursor === undefined ? {} : { cursor }) })
      paged.push(...statuses.map((status) => textAt(status, 'id_str')))
      cursor = textAt(metadata, 'cursor')
      if (cursor === '') break
    }
    assert.deepEqual(paged, ids)
  })

  test('is counted by tag, host, mention, author and day', async () => {
    const { aggregations, hits } = await search(loklak, 'from:anna.test,boris.test', { count: '0', fields: 'hashtags,hosts,mentions,screen_name,created_at', limit: '100' })
    const { created_at: days, ...counted } = aggregations
    assert.deepEqual(counted, {
      hashtags: { 'hidden-topic': 1, 'löklak': 1, 'Regen': 1, 'ulm': 1 },
      hosts: { 'example.org': 1, 'news.example.net': 1, 'tickets.example.com': 1 },
      mentions: { 'anna.test': 1 },
      screen_name: { 'boris.test': 8, 'anna.test': 7 },
    })
    assert.ok(isObject(days))
    assert.equal(Object.values(days).reduce<number>((sum, count) => sum + Number(count), 0), hits)
    assert.equal(days['2011-01-01'], 1)
    assert.equal(days['2011-01-02'], 0)
  })

  test('is the same in every format', async () => {
    const asked = { q: 'from:anna.test,boris.test', count: '100' }
    const ids = (await search(loklak, asked.q)).statuses.map((status) => textAt(status, 'id_str'))
    const lines = (await ask(loklak, '/api/search.ndjson', asked)).trimEnd().split('\n')
    assert.deepEqual(lines.map((line) => textAt(parseJson(line), 'id_str')), ids)
    for (const format of ['csv', 'rss']) {
      const text = await ask(loklak, `/api/search.${format}`, asked)
      assert.deepEqual(ids.filter((id) => !text.includes(id)), [], format)
    }
    assert.equal((await ask(loklak, '/api/search.txt', asked)).trimEnd().split('\n').length, ids.length)
  })
})

describe('what people do later', () => {
  test('an edit: found by the new words and tags alone, at its old time', async () => {
    const text = 'zebra #stripes'
    const tagged = (text: string, name: string): JsonObject => ({ text, tags: [name] })
    const post = await anna.post(tagged(text, 'stripes'))
    await tick()
    await only('zebra #stripes', anna, post)
    const [before] = (await search(loklak, 'zebra')).statuses
    await anna.edit(post.rkey, tagged('okapi', 'legs'))
    await tick()
    await only('zebra OR #stripes', anna)
    await only('okapi #legs', anna, post)
    const { statuses: [after], aggregations } = await search(loklak, 'okapi', { fields: 'hashtags' })
    assert.equal(textAt(after, 'text'), 'okapi')
    assert.equal(textAt(after, 'created_at'), textAt(before, 'created_at'))
    assert.deepEqual(aggregations['hashtags'], { legs: 1 })
  })

  test('a delete: gone from hits, counts, facets and suggestions', async () => {
    const keep = await boris.post({ text: 'walrus keeps', tags: ['walrus'] })
    const drop = await boris.post({ text: 'walrus goes', tags: ['walrus', 'walrusgone'] })
    await tick()
    await only('walrus', boris, keep, drop)
    await boris.remove(drop.rkey)
    await tick()
    await only('walrus', boris, keep)
    await only(`id:${idOf(boris, drop)}`, boris)
    assert.deepEqual((await search(loklak, 'walrus', { fields: 'hashtags' })).aggregations, { hashtags: { walrus: 1 } })
    assert.deepEqual(await suggested('walrus'), { walrus: 1, '#walrus': 1 })
  })

  test('an account that is deactivated or taken down: gone, and back when it is', async () => {
    const clara = await pds.createAccount('clara')
    const posts = await clara.postTogether([{ text: 'narwhal one', tags: ['narwhal'] }, { text: 'narwhal two' }])
    await tick()
    for (const [leave, comeBack] of [
      [() => clara.deactivate(), () => clara.activate()],
      [() => clara.takeDown(true), () => clara.takeDown(false)],
    ] as const) {
      await only('narwhal', clara, ...posts)
      assert.equal(Object.keys(await suggested('#narwhal')).length, 1)
      await leave()
      await tick()
      await only('narwhal OR from:clara.test', clara)
      assert.deepEqual((await search(loklak, 'narwhal', { fields: 'hashtags,screen_name' })).aggregations, { hashtags: {}, screen_name: {} })
      assert.deepEqual(await suggested('#narwhal'), {})
      await comeBack()
      await tick()
    }
    await only('narwhal from:clara.test', clara, ...posts)
  })

  test('an account that is deleted: gone for good', async () => {
    const emil = await pds.createAccount('emil')
    const post = await emil.post({ text: 'quokka' })
    await tick()
    await only('quokka', emil, post)
    await emil.erase()
    await tick()
    await only(`quokka OR from:emil.test OR from:${emil.did}`, emil)
  })

  test('an account that moves: found under every handle, shown with the newest', async () => {
    const fritz = await pds.createAccount('fritz')
    const first = await fritz.post({ text: 'under the old name' })
    await tick()
    await fritz.rename('fritz-the-second')
    const second = await fritz.post({ text: 'under the new name' })
    await tick()
    for (const name of ['fritz.test', 'fritz-the-second.test', fritz.did]) await only(`from:${name}`, fritz, first, second)
    const { statuses, aggregations } = await search(loklak, 'from:fritz.test', { fields: 'screen_name' })
    assert.deepEqual(statuses.map(({ screen_name }) => screen_name), ['fritz-the-second.test', 'fritz-the-second.test'])
    assert.deepEqual(aggregations, { screen_name: { 'fritz-the-second.test': 2 } })
    const { user } = await askJson(loklak, '/api/user.json', { screen_name: 'fritz.test' })
    assert.partialDeepStrictEqual(user, { screen_name: 'fritz-the-second.test', user_id: fritz.did, messages_count: 2 })
  })
})

/** What is suggested for a beginning, with how many messages have it. */
async function suggested(q: string): Promise<Record<string, number>> {
  const { queries } = await askJson(loklak, '/api/suggest.json', { q })
  assert.ok(Array.isArray(queries))
  return Object.fromEntries(queries.filter(isObject).map((entry) => [textAt(entry, 'query'), Number(entry['messages_count'])]))
}

describe('app.bsky.feed.searchPosts, asked by the official client', () => {
  type Asked = Readonly<Record<string, string | number | readonly string[]>>
  const posts = (asked: Asked) => new AtpAgent({ service: loklak.url() }).app.bsky.feed.searchPosts({ q: '*', limit: 100, ...asked })
  const nameOf = (uri: string): string => {
    const [did, , rkey] = uri.replace('at://', '').split('/')
    return catalogue.get(`bluesky:${did}:${rkey}`) ?? uri
  }

  test('every post is a view, and every record a record, by the lexicons', async () => {
    const { data } = await posts({ q: 'from:anna.test,boris.test' })
    assert.deepEqual(new Set(data.posts.map(({ uri }) => nameOf(uri))).isSupersetOf(new Set(catalogue.values())), true)
    for (const post of data.posts) {
      assert.deepEqual([AppBskyFeedDefs.validatePostView(post).success, AppBskyFeedPost.validateRecord(post.record).success], [true, true], JSON.stringify(post))
      assert.ok(['anna.test', 'boris.test'].includes(post.author.handle), post.author.handle)
    }
  })

  test('every parameter of the lexicon means what it says', async () => {
    const cases: readonly (readonly [Asked, ...string[]])[] = [
      [{ q: 'grüße' }, 'umlauts'],
      [{ q: '東京' }, 'japanese'],
      [{ author: 'anna.test', q: 'pixel OR rain' }, 'picture'],
      [{ author: boris.did, q: 'pixel OR rain' }, 'rain'],
      [{ mentions: 'anna.test' }, 'mention'],
      [{ mentions: anna.did }, 'mention'],
      [{ lang: 'ja' }, 'japanese'],
      [{ domain: 'example.org' }, 'link'],
      [{ url: 'https://example.org/story?id=42&lang=de' }, 'link'],
      [{ tag: ['ulm'] }, 'rain'],
      [{ tag: ['ulm', 'regen'] }, 'rain'],
      [{ tag: ['ulm', 'löklak'] }],
      [{ until: '2012-01-01' }, 'old'],
      [{ since: '2011-01-01', until: '2011-01-01T00:00:00.001Z' }, 'old'],
      [{ since: '2010-01-01', until: '2011-01-01' }],
      [{ q: 'calling', since: '2012-01-01' }],
    ]
    for (const [asked, ...names] of cases) assert.deepEqual((await posts(asked)).data.posts.map(({ uri }) => nameOf(uri)), names, JSON.stringify(asked))
  })

  test('the cursor leads through everything, once, to the end, while more is posted', async () => {
    const all = (await posts({})).data.posts.map(({ uri }) => uri)
    assert.ok(all.length > 20 && all.length < 100)
    const paged: string[] = []
    for (let cursor: string | undefined = '', pages = 0; cursor !== undefined; pages++) {
      assert.ok(pages <= all.length, 'it never ends')
      const { data } = await posts({ limit: 3, ...(cursor === '' ? {} : { cursor }) })
      paged.push(...data.posts.map(({ uri }) => uri))
      cursor = data.cursor
      if (pages % 3 === 0) await tick()
    }
    assert.deepEqual(paged, all)
  })

  test('what is wrong is refused as the lexicon says', async () => {
    await assert.rejects(posts({ q: 'since:2026-99-99' }), { error: 'BadQueryString', status: 400 })
    await assert.rejects(posts({ limit: 101 }), { error: 'InvalidRequest', status: 400 })
    await assert.rejects(posts({ cursor: 'no cursor of ours' }), { error: 'InvalidRequest', status: 400 })
  })
})

describe('the same answers', () => {
  /** Everything that can be asked here, and what is answered. */
  async function answers(): Promise<unknown> {
    const asked = [...queries().map(([query]) => query), 'from:anna.test,boris.test', 'from:fritz.test', 'from:clara.test', 'walrus', 'okapi OR zebra']
    const all = []
    for (const query of asked) {
      const { hits, statuses, aggregations } = await search(loklak, query, { fields: 'hashtags,hosts,mentions,screen_name,language,created_at' })
      all.push({ query, hits, statuses, aggregations })
    }
    return [all, await suggested('wal'), await suggested('#')]
  }

  test('after kill -9, and from an index that was made anew from the dumps', async () => {
    const before = await answers()
    await loklak.kill()
    await loklak.restart()
    await tick()
    assert.deepEqual(await answers(), before)
    await loklak.kill()
    await rm(join(folder, 'loklak', 'index'), { recursive: true })
    await loklak.restart()
    await tick()
    assert.deepEqual(await answers(), before)
  })
})
