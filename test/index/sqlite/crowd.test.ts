// Very many messages of one instant: imports whose times make no sense are all moved to one.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { beginning, writeCursor } from '../../../src/index/cursor.ts'
import type { Order, Page } from '../../../src/index/port.ts'
import { Catalog, catalogFile } from '../../../src/index/sqlite/files/catalog.ts'
import { profile } from '../../../src/index/sqlite/read/authors.ts'
import { Best } from '../../../src/index/sqlite/read/best.ts'
import { PartitionReader } from '../../../src/index/sqlite/read/partition-reader.ts'
import { scopeOf } from '../../../src/index/sqlite/read/scope.ts'
import { search } from '../../../src/index/sqlite/read/search.ts'
import { unpackMessages } from '../../../src/index/sqlite/read/faces.ts'
import { Turn } from '../../../src/index/sqlite/read/turn.ts'
import { View } from '../../../src/index/sqlite/read/view.ts'
import { Ingest } from '../../../src/index/sqlite/write/ingest.ts'
import { allOf } from '../../../src/query/normal.ts'
import { everything, link, term, time, type Query } from '../../../src/query/tree.ts'
import { insert, Lines, shown } from '../made.ts'
import { Model } from '../model.ts'
import { madeFolder } from './folders.ts'

const clamped = Date.parse('2006-01-01T00:00:00.000Z')
const count = 5000
const user = { screen_name: 'ann', user_id: 'did:plc:ann' }
/** Nearly all of one instant; some shortly after it and before it. */
const entries = Array.from({ length: count }, (_, i) =>
  insert({
    id_str: `m${(i * 7919) % count}`,
    created_at: new Date(clamped + (i % 100 === 0 ? 30 : 0) - (i % 500 === 1 ? 1000 : 0)).toISOString(),
    hashtags: ['tag'], user, links: i % 50 === 0 ? ['https://example.org/fifty'] : [], retweet_count: i % 1000 === 7 ? 1 : 0,
  }),
)
const folder = madeFolder()
const ingest = new Ingest({ folder, rows: 100_000, onDamage: (name, reason) => assert.fail(`${name}: ${reason}`) })
ingest.catalog.aim(0)
ingest.apply(new Lines().append(entries))
ingest.close()
const view = new View(folder, new Catalog(join(folder, catalogFile), true), 2 ** 24)
const model = new Model().apply(entries)

/** A clock that goes on by one whenever it is looked at: `steps` is how often a question may go on. */
const turnOf = (steps: number): Turn => {
  let now = 0
  return new Turn(steps, { now: () => now++ })
}
const page: Page = { order: 'created_at', limit: 1000, count: 'none', timeout: 0 }
const found = async (query: Query, given: Partial<Page>, steps: number) => {
  const { messages, ...answer } = await search(query, { ...page, ...given }, view, turnOf(steps))
  return { ...answer, ids: shown(unpackMessages(messages)).map(({ id_str }) => id_str) }
}
const cut = allOf([term('#', 'tag'), time({ since: clamped - 500, until: clamped + 20 })])

describe('very many messages of one instant', () => {
  for (const [name, query] of [['everything', everything], ['a term', term('#', 'tag')], ['a time that ends among them', cut], ['what each has to be looked at for', link('*example.org/fifty')]] as const) {
    for (const order of ['created_at', 'retweet_count', 'timestamp'] satisfies Order[]) {
      it(`are all found once, page by page: ${name}, by ${order}`, async () => {
        const all: string[] = []
        for (let cursor: string | undefined; ; ) {
          const answer = await found(query, { order, ...(cursor === undefined ? {} : { cursor }) }, 1_000_000)
          assert.equal(answer.partial, undefined)
          all.push(...answer.ids)
          if (answer.cursor === undefined) break
          assert.equal(answer.ids.length, page.limit)
          ;({ cursor } = answer)
        }
        assert.deepEqual(all, model.search(query, order).map(({ id_str }) => id_str))
      })
    }
    it(`are counted: ${name}`, async () => {
      const { hits, hits_relation } = await found(query, { limit: 0, count: 'exact' }, 1_000_000)
      assert.deepEqual([hits, hits_relation], [model.matching(query).length, 'eq'])
    })
  }
  it('are read in steps between which others get their turn, whatever is asked of them', async (t) => {
    const limits: number[] = []
    const { newest, idsOf } = PartitionReader.prototype
    t.mock.method(PartitionReader.prototype, 'newest', function (this: PartitionReader, ...asked: Parameters<typeof newest>) {
      limits.push(asked[2])
      return newest.apply(this, asked)
    })
    t.mock.method(PartitionReader.prototype, 'idsOf', function (this: PartitionReader, rids: readonly number[]) {
      limits.push(rids.length)
      return idsOf.call(this, rids)
    })
    for (const order of ['created_at', 'retweet_count'] as const) await found(cut, { order, limit: 10, count: 'exact' }, 1_000_000)
    await profile('ann', view, turnOf(1_000_000))
    assert.ok(limits.length > 6)
    assert.deepEqual(limits.filter((limit) => limit > 2000), [])
  })
  it('are not waited for when time is up: the answer says so, and its cursor leads past nothing', async () => {
    for (const order of ['created_at', 'retweet_count'] as const) {
      const expected = model.search(term('#', 'tag'), order).map(({ id_str }) => id_str)
      for (let steps = 1; steps < 8; steps++) {
        const answer = await found(term('#', 'tag'), { order, limit: 10, count: 'exact' }, steps)
        if (answer.partial === undefined) continue
        assert.deepEqual(answer.partial, { reason: 'deadline' })
        const rest = await found(term('#', 'tag'), { order, limit: 10, ...(answer.cursor === undefined ? {} : { cursor: answer.cursor }) }, 1_000_000)
        const from = order === 'created_at' || answer.cursor !== writeCursor(order, beginning) ? answer.ids.length : 0
        assert.deepEqual(rest.ids, expected.slice(from, from + 10), `${steps} steps, by ${order}`)
      }
    }
    assert.deepEqual((await found(cut, { limit: 10 }, 3)).partial, { reason: 'deadline' })
    assert.deepEqual((await profile('ann', view, turnOf(6)))?.partial, { reason: 'deadline' })
  })
  it('the author of all has a profile, of which the count stops at the cap', async () => {
    const ann = await profile('ann', view, turnOf(1_000_000))
    assert.deepEqual([ann?.messages, ann?.messages_relation, ann?.appearance_first, ann?.appearance_latest], [count, 'eq', new Date(clamped - 1000).toISOString(), new Date(clamped + 30).toISOString()])
    assert.equal(ann?.partial, undefined)
  })
})

describe('the best of very many that are level', () => {
  // Where each is sorted in again this takes minutes.
  it('are kept at a cost that grows with their number, whatever comes before and after', { timeout: 30_000 }, () => {
    const [part] = scopeOf(everything, view).parts
    if (part === undefined) assert.fail('no part')
    const best = new Best(10)
    for (let rid = 0; rid < 500_000; rid++) best.offer(rid % 100_000 === 99_999 ? 2 : 1, 5, rid, part)
    const levels = [...best.portions(1000)]
    assert.deepEqual(levels.slice(0, 5).map(({ key, rids }) => [key, ...rids]), [99_999, 199_999, 299_999, 399_999, 499_999].map((rid) => [2, rid]))
    assert.equal(levels.slice(5).reduce((sum, { rids }) => sum + rids.length, 0), 499_995)
    assert.ok(levels.every(({ rids }) => rids.length <= 1000))
  })
})
