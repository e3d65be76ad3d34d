import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Page } from '../../../src/index/port.ts'
import { Catalog, catalogFile } from '../../../src/index/sqlite/files/catalog.ts'
import { facets } from '../../../src/index/sqlite/read/facets.ts'
import { search } from '../../../src/index/sqlite/read/search.ts'
import { unpackMessages } from '../../../src/index/sqlite/read/faces.ts'
import { Abandoned, Turn } from '../../../src/index/sqlite/read/turn.ts'
import { View } from '../../../src/index/sqlite/read/view.ts'
import { Ingest } from '../../../src/index/sqlite/write/ingest.ts'
import { everything, link, term, type Query } from '../../../src/query/tree.ts'
import { insert, Lines, shown, today } from '../made.ts'
import { madeFolder } from './folders.ts'

/** Messages in many partitions, some at one instant, with links that only the text of each tells. */
function filled(): View {
  const folder = madeFolder()
  const lines = new Lines()
  const ingest = new Ingest({ folder, rows: 30, onDamage: (name, reason) => assert.fail(`${name}: ${reason}`) })
  ingest.catalog.aim(0)
  for (let second = 0; second < 60; second++) {
    const some = Array.from({ length: 5 }, (_, i) => insert({ id_str: `m${second}-${i}`, created_at: new Date(today + second * 1000 + (i % 2)).toISOString(), links: [`https://example.org/${i}`], hashtags: ['tag'] }))
    ingest.apply(lines.append(some, 200_000))
  }
  ingest.close()
  return new View(folder, new Catalog(join(folder, catalogFile), true), 2 ** 20)
}

/** A clock that goes on by one whenever it is looked at: `steps` is how often a question may go on. */
const turnOf = (steps: number): Turn => {
  let now = 0
  return new Turn(steps, { now: () => now++ })
}

async function pagesWithin(query: Query, steps: number, view: View): Promise<{ readonly ids: string[]; readonly late: number }> {
  const ids: string[] = []
  let late = 0
  let cursor: string | undefined
  for (let pages = 0; pages === 0 || cursor !== undefined; pages++) {
    assert.ok(pages < 1000, 'it comes to an end')
    const page: Page = { order: 'created_at', limit: 200, count: 'none', timeout: 0, ...(cursor === undefined ? {} : { cursor }) }
    const answer = await search(query, page, view, turnOf(steps))
    const messages = shown(unpackMessages(answer.messages))
    ids.push(...messages.map(({ id_str }) => id_str))
    if (answer.partial !== undefined) late += 1
    ;({ cursor } = answer)
  }
  return { ids, late }
}

describe('a question whose time is up', () => {
  const view = filled()
  for (const [name, query] of [['everything', everything], ['a term', term('#', 'tag')], ['what each message has to be looked at for', link('*example.org/3')]] as const) {
    it(`answers with what it has and a cursor that loses nothing and repeats nothing: ${name}`, async () => {
      const whole = await pagesWithin(query, 1_000_000, view)
      assert.equal(whole.late, 0)
      assert.equal(whole.ids.length, query === everything || query.kind === 'term' ? 300 : 60)
      for (const steps of [4, 9]) {
        const hurried = await pagesWithin(query, steps, view)
        assert.ok(hurried.late > 0, `${steps} steps are too few for all`)
        assert.deepEqual(hurried.ids, whole.ids)
      }
    })
  }
  it('says of counts and facets that they are not whole', async () => {
    const answer = await search(everything, { order: 'retweet_count', limit: 5, count: 'exact', timeout: 0 }, view, turnOf(8))
    assert.deepEqual([answer.partial, answer.hits_relation], [{ reason: 'deadline' }, 'gte'])
    const { partial, fields } = await facets(term('#', 'tag'), { fields: ['hashtags'], limit: 5 }, view, turnOf(14))
    assert.deepEqual(partial, { reason: 'deadline' })
    assert.ok((fields.hashtags?.[0]?.count ?? 0) < 300)
  })
  it('ends when nobody waits for the answer', async () => {
    const turn = turnOf(1_000_000)
    turn.abandon()
    await assert.rejects(search(everything, { order: 'created_at', limit: 5, count: 'none', timeout: 0 }, view, turn), Abandoned)
  })
})
