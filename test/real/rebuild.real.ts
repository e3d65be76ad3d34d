// The index made anew from dumps that were compacted answers as the one that followed them live, over more than a hundred
// thousand records of everything that happens.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFeed } from '../../src/index/feed.ts'
import { facetFields, orders, type Index, type Page } from '../../src/index/port.ts'
import { openSqliteIndex } from '../../src/index/sqlite/index.ts'
import type { Draft } from '../../src/intake/port.ts'
import type { Position } from '../../src/message/line.ts'
import { fold } from '../../src/message/text/fold.ts'
import { parseQuery } from '../../src/query/query.ts'
import { author, draft, edit, openTest, remove } from '../intake/fixtures.ts'
import { heldClock, temporaryFolder } from '../journal/fixtures.ts'
import { until } from './until.ts'

const messages = 80_000
const authors = 400
const timeout = 60_000
const never = new AbortController().signal
const begin = Date.parse('2026-01-01T00:00:00.000Z')

const words = ['rain', 'Regen', 'snow', 'sun', 'Köln', '東京都', 'wind', 'cloud', 'naïve', 'storm']
/** The same in every run; neighbours have little in common. */
const some = (n: number, of: number): number => ((n * 2_654_435_761) >>> 7) % of
const user = (n: number) => ({ screen_name: `user${some(n, authors)}`, user_id: `key:${some(n, authors)}` })

/** Some come late, many claim an instant that makes no sense and are all moved to one. */
const writtenAt = (n: number): string => (n % 8 === 0 ? '1985-10-26T01:21:00.000Z' : new Date(begin - (n % 31 === 0 ? 400 * 86_400_000 : 0) + some(n, 86_400 * 20) * 1000).toISOString())
const posted = (n: number): Draft =>
  draft(`test:m${n}`, {
    text: `${words[some(n, 10)]} ${words[some(n + 1, 10)]} number ${n} #tag${some(n, 60)}`, created_at: writtenAt(n), user: user(n),
    retweet_count: n % 500 === 0 ? n : 0, ...(n % 9 === 0 ? { links: [`https://host${n % 7}.example/${n}`] } : {}),
  })

/** What happens after a message was posted, now and then; about a third of all. */
function after(n: number): Draft[] {
  const drafts: Draft[] = []
  if (n % 6 === 5) {
    const made = edit(`test:m${n - 3}`, `edited ${n} ${words[n % 10]} #tag${n % 60}`, '2026-02-01T00:00:00.000Z')
    if (made.kind === 'edit') drafts.push({ ...made, message: { ...made.message, created_at: writtenAt(n - 3), user: user(n - 3) } })
  }
  if (n % 11 === 10) drafts.push(remove(`test:m${n - 7}`))
  if (n % 40 === 39) drafts.push(author(`key:${some(n, authors)}`, { handle: `handle${n}.example`, name: `Name ${n}` }))
  if (n % 400 === 399) drafts.push(author(`key:${some(n, authors)}`, { state: n % 1200 === 1199 ? 'deleted' : n % 800 === 799 ? 'active' : 'hidden' }))
  return drafts
}

const queries = ['', 'rain', 'rain* -snow', '"snow sun" OR #tag7', 'lang:en', 'has:link', 'host:host3.example', 'from:user7', '東京', 'until:2006-01-02', 'since:2026-01-05 until:2026-01-06', 'edited']
const page: Page = { order: 'created_at', limit: 1000, count: 'exact', timeout }

/** Page by page, so that neither has to be held whole. */
async function sameHits(live: Index, rebuilt: Index, text: string): Promise<number> {
  const { query } = parseQuery(text, { now: begin })
  let hits = 0
  for (const order of orders) {
    let cursor: string | undefined
    do {
      const asked: Page = { ...page, order, count: cursor === undefined ? 'exact' : 'none', ...(cursor === undefined ? {} : { cursor }) }
      const [one, other] = await Promise.all([live.search(query, asked), rebuilt.search(query, asked)])
      assert.deepEqual(other, one, `${text} by ${order}`)
      assert.equal(one.partial, undefined)
      hits = one.hits ?? hits
      // By time all of them, in the other orders the first and one page more: there the whole is looked at for each page.
      cursor = order === 'created_at' || cursor === undefined ? one.cursor : undefined
    } while (cursor !== undefined)
  }
  return hits
}

async function countedOf(index: Index, text: string): Promise<unknown> {
  const { query } = parseQuery(text, { now: begin })
  const facets = await index.facets(query, { fields: facetFields, limit: 1000, timeout })
  const { buckets, partial } = await index.histogram(query, { interval: 'day', timezoneOffset: 0, timeout })
  assert.deepEqual([facets.partial, partial], [undefined, undefined])
  // Of messages of one instant any may say how a value is spelled.
  const values = Object.entries(facets.fields).map(([field, values]) => [field, values.map(({ value, count }) => [fold(value), count])])
  return { values, buckets }
}

test('an index that is made anew after compaction is the index that followed live', { timeout: 280_000 }, async (t) => {
  const clock = heldClock()
  const { archive, outcomes } = await openTest(t, { now: clock.now, segmentBytes: 16_000_000 })
  const { journal } = archive
  const folder = await temporaryFolder()
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  async function* replay(after: Position, _upTo: Position, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    for await (const { lines } of journal.read(after, signal)) yield lines
  }
  const open = (name: string): Promise<Index> =>
    openSqliteIndex({ folder: join(folder, name), last: () => journal.last(), replay, onDamage: ({ name, reason }) => assert.fail(`${name}: ${reason}`), onOtherVersion: () => undefined, onRepaired: () => undefined, rows: 20_000 })

  const live = await open('live')
  t.after(() => live.close())
  const stop = new AbortController()
  const feed = createFeed({ journal, index: live, log: { error: (message) => assert.fail(message) } })
  const running = feed.run(stop.signal)
  t.after(() => stop.abort())

  const seen = new Map<string, number>()
  let records = 0
  for (let n = 0; n < messages; n += 500) {
    const drafts = Array.from({ length: 500 }, (_, i) => [posted(n + i), ...after(n + i)]).flat()
    records += drafts.length
    const imported = (n / 500) % 4 === 3
    for (const { outcome } of imported ? await archive.intake.offer(drafts, { source: 'import', imported }) : (await outcomes(...drafts)).map((outcome) => ({ outcome }))) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    // The days go by, so that dumps are closed and sealed.
    if (n % 20_000 === 0) {
      clock.add(86_400_000)
      await journal.rotateIfDue()
    }
  }
  assert.ok(records > 100_000, `${records} records`)
  for (const outcome of ['new', 'edited', 'deleted', 'author']) assert.ok((seen.get(outcome) ?? 0) > 100, `${outcome}: ${seen.get(outcome)}`)
  clock.add(86_400_000)
  await journal.rotateIfDue()
  const { lines } = await archive.compact(never)
  assert.ok(lines > 10_000, `${lines} lines were compacted`)
  await until('the live index has everything', () => live.cursor() >= journal.last() || undefined, { within: 120_000 })
  stop.abort()
  await running

  const rebuilt = await open('rebuilt')
  t.after(() => rebuilt.close())
  assert.equal(rebuilt.health().state, 'building')
  for await (const { lines } of journal.read(0, never)) await rebuilt.apply(lines)
  assert.deepEqual([rebuilt.health().state, rebuilt.cursor()], ['ok', live.cursor()])

  const hits = new Map<string, number>()
  for (const text of queries) hits.set(text, await sameHits(live, rebuilt, text))
  assert.ok((hits.get('') ?? 0) > 50_000 && (hits.get('until:2006-01-02') ?? 0) > 5000, JSON.stringify([...hits]))
  for (const text of ['', 'rain', 'until:2006-01-02']) assert.deepEqual(await countedOf(rebuilt, text), await countedOf(live, text), text)
  for (let n = 0; n < authors; n += 20) {
    const profiles = await Promise.all([live, rebuilt].map((index) => index.author(`user${n}`, { timeout })))
    const [one, other] = profiles.map((profile) => profile && { ...profile, handles: profile.handles.toSorted(), hashtags: profile.hashtags.map(({ value, count }) => [fold(value), count]) })
    assert.deepEqual(other, one, `user${n}`)
  }
  for (const text of ['rain', '#tag', '@user1', 'snwo']) assert.deepEqual(await rebuilt.suggest(text, { limit: 20, timeout }), await live.suggest(text, { limit: 20, timeout }), text)
})
