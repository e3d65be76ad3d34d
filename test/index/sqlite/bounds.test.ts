import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Catalog, catalogFile } from '../../../src/index/sqlite/files/catalog.ts'
import { facets } from '../../../src/index/sqlite/read/facets.ts'
import { search } from '../../../src/index/sqlite/read/search.ts'
import { unpackMessages } from '../../../src/index/sqlite/read/faces.ts'
import { Turn } from '../../../src/index/sqlite/read/turn.ts'
import { View } from '../../../src/index/sqlite/read/view.ts'
import { Ingest } from '../../../src/index/sqlite/write/ingest.ts'
import { everything, term } from '../../../src/query/tree.ts'
import { asShown, insert, Lines, shown, today } from '../made.ts'
import { Model } from '../model.ts'
import { madeFolder } from './folders.ts'

const long = (): Turn => new Turn(60_000)
const months = 240
/** Messages of twenty years, in more partitions than are ever open at once. */
const entries = Array.from({ length: months * 2 }, (_, i) =>
  insert({ id_str: `m${i}`, created_at: new Date(today - (i % months) * 30 * 86_400_000).toISOString(), hashtags: [`tag${i % 7}`], retweet_count: i % 11, language_detected: i % 2 === 0 ? 'de' : 'en' }),
)
const folder = madeFolder()
const ingest = new Ingest({ folder, rows: 1000, onDamage: (name, reason) => assert.fail(`${name}: ${reason}`) })
ingest.catalog.aim(0)
ingest.apply(new Lines().append(entries))
const made = ingest.partitions.list.filter((partition) => partition.made).length
ingest.close()
const model = new Model().apply(entries)

describe('within bounds', () => {
  it('more partitions than are open, and more columns than fit, are answered from all the same', async () => {
    assert.ok(made > 40, `${made} partitions`)
    const view = new View(folder, new Catalog(join(folder, catalogFile), true), 1)
    // It rests between the questions, which changes no answer.
    for (const query of [everything, term('#', 'tag3')]) {
      for (const order of ['created_at', 'retweet_count'] as const) {
        const { messages, hits } = await search(query, { order, limit: 1000, count: 'exact', timeout: 1 }, view, long())
        const expected = model.search(query, order)
        assert.deepEqual([shown(unpackMessages(messages)), hits], [asShown(expected), expected.length])
      }
      const { fields, partial } = await facets(query, { fields: ['hashtags', 'language'], limit: 100 }, view, long())
      assert.equal(partial, undefined)
      view.rest()
      for (const field of ['hashtags', 'language'] as const) assert.deepEqual(fields[field], model.facet(query, field).map(({ folded, count }) => ({ value: folded, count })))
    }
    view.close()
  })
  it('of a partition that is too large nothing is counted by value, which is said; it is searched all the same', async () => {
    const view = new View(folder, new Catalog(join(folder, catalogFile), true), 1, 5)
    const { partial, fields } = await facets(everything, { fields: ['language'], limit: 5 }, view, long())
    assert.deepEqual(partial, { reason: 'overfull' })
    assert.ok((fields.language?.[0]?.count ?? 0) < months)
    const answer = await search(everything, { order: 'created_at', limit: 1000, count: 'exact', timeout: 1 }, view, long())
    assert.deepEqual([answer.partial, answer.hits], [undefined, entries.length])
    view.close()
  })
})
