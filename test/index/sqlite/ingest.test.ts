import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Catalog, catalogFile } from '../../../src/index/sqlite/files/catalog.ts'
import { rowOf } from '../../../src/index/sqlite/write/row.ts'
import { span } from '../../../src/index/sqlite/files/place.ts'
import { facets } from '../../../src/index/sqlite/read/facets.ts'
import { search } from '../../../src/index/sqlite/read/search.ts'
import { unpackMessages } from '../../../src/index/sqlite/read/faces.ts'
import { Turn } from '../../../src/index/sqlite/read/turn.ts'
import { View } from '../../../src/index/sqlite/read/view.ts'
import { Ingest } from '../../../src/index/sqlite/write/ingest.ts'
import { PartitionReader } from '../../../src/index/sqlite/read/partition-reader.ts'
import type { Change } from '../../../src/index/sqlite/write/change.ts'
import { PartitionWriter } from '../../../src/index/sqlite/write/partition-writer.ts'
import type { Entry } from '../../../src/message/line.ts'
import { fold } from '../../../src/message/text/fold.ts'
import { everything, type Query } from '../../../src/query/tree.ts'
import { asShown, authorIs, history, insert, Lines, message, remove, shown, someQuery, today } from '../made.ts'
import { Model } from '../model.ts'
import { madeFolder } from './folders.ts'

const open = (folder: string, rows = 25): Ingest => new Ingest({ folder, rows, onDamage: (name, reason) => assert.fail(`${name}: ${reason}`) })

/** The files of a folder answer as the model does. */
async function agree(folder: string, model: Model, queries: readonly Query[]): Promise<void> {
  const view = new View(folder, new Catalog(join(folder, catalogFile), true), 2 ** 20)
  for (const query of queries) {
    const answer = await search(query, { order: 'created_at', limit: 1000, count: 'exact', timeout: 1 }, view, new Turn(60_000))
    const expected = model.search(query, 'created_at')
    assert.deepEqual(shown(unpackMessages(answer.messages)), asShown(expected))
    assert.equal(answer.hits, expected.length)
    const { fields } = await facets(query, { fields: ['hashtags'], limit: 100 }, view, new Turn(60_000))
    assert.deepEqual(fields.hashtags?.map(({ value, count }) => [fold(value), count]), model.facet(query, 'hashtags').map(({ folded, count }) => [folded, count]))
  }
  view.close()
}

class Crash extends Error {}

/** Where a crash may fall, as what to break so that it does. */
const points: Record<string, (ingest: Ingest) => void> = {
  'before anything is written': ({ catalog }) => void (catalog.announce = () => { throw new Crash() }),
  'when ids are known': ({ partitions }) => void (partitions.with = () => { throw new Crash() }),
  'when one partition is written'({ partitions }) {
    const write = partitions.with.bind(partitions)
    let written = 0
    partitions.with = (partition, work) => {
      if (written++ === 1) throw new Crash()
      return write(partition, work)
    }
  },
  'when all partitions are written': ({ catalog }) => void (catalog.settle = () => { throw new Crash() }),
  'when the cursor is written': ({ partitions }) => void (partitions.cutIfFull = () => { throw new Crash() }),
}

describe('a crash in mid-index', () => {
  for (const [point, breakAt] of Object.entries(points)) {
    it(`${point} is made right by applying from the cursor again, in other portions`, async () => {
      await fc.assert(
        fc.asyncProperty(history, fc.nat(), fc.integer({ min: 1, max: 50 }), fc.array(someQuery, { minLength: 3, maxLength: 3 }), async (entries, crashAt, portion, queries) => {
          const folder = madeFolder()
          const lines = new Lines()
          lines.append(entries)
          const all = lines.after(0)
          const before = crashAt % all.length
          const broken = open(folder)
          if (before > 0) broken.apply(all.slice(0, before))
          breakAt(broken)
          try {
            broken.apply(all.slice(before, before + portion))
          } catch (error) {
            assert.ok(error instanceof Crash)
          }
          broken.close()
          const again = open(folder)
          assert.ok(again.catalog.cursor() <= lines.last())
          again.apply(lines.after(again.catalog.cursor()))
          again.close()
          await agree(folder, new Model().apply(entries), [everything, ...queries])
        }),
        { numRuns: 6 },
      )
    })
  }
  it('brings nothing back for a moment that was deleted before the crash', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const broken = open(folder)
    points['when all partitions are written']?.(broken)
    const portion = lines.append([insert({ id_str: '1' }), insert({ id_str: '2' }), remove('1')])
    assert.throws(() => broken.apply(portion), Crash)
    broken.close()
    const again = open(folder)
    again.apply(portion.slice(0, 1))
    again.close()
    await agree(folder, new Model().apply([insert({ id_str: '2' })]), [everything])
  })
  it('while authors are hidden everywhere is made right too', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const user = { screen_name: 'ann', user_id: 'k' }
    const entries: Entry[] = [0, 100, 200, 300].map((days) => insert({ id_str: `m${days}`, user, created_at: new Date(today - days * 86_400_000).toISOString() }))
    const broken = open(folder)
    broken.apply(lines.append(entries))
    points['when one partition is written']?.(broken)
    const hide = lines.append([authorIs({ key: 'k', state: 'hidden' })])
    assert.throws(() => broken.apply(hide), Crash)
    broken.close()
    const again = open(folder)
    again.apply(hide)
    again.close()
    await agree(folder, new Model().apply(lines.all.map(({ entry }) => entry)), [everything])
  })
})

describe('partitions', () => {
  it('are cut when full, at an instant after all that was seen, so that each message stays where it is', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const ingest = open(folder, 10)
    const entries: Entry[] = []
    for (let second = 0; second < 40; second++) {
      const some = [insert({ id_str: `a${second}`, created_at: new Date(today + second * 1000).toISOString() }), insert({ id_str: `late${second}`, created_at: new Date(today + second * 500).toISOString() })]
      entries.push(...some)
      ingest.apply(lines.append(some, 500_000))
    }
    const made = ingest.partitions.list.filter((partition) => partition.made)
    assert.ok(made.length >= 4, `${made.length} partitions`)
    for (const { span } of made) assert.equal(span.start % 1000, 0)
    ingest.close()
    await agree(folder, new Model().apply(entries), [everything])
  })
  it('are not cut while a message from the future stands in the way', () => {
    const ingest = open(madeFolder(), 10)
    const lines = new Lines()
    ingest.apply(lines.append([insert({ id_str: 'future', created_at: '2027-01-01T00:00:00.000Z' })]))
    const before = ingest.partitions.list.length
    for (let i = 0; i < 40; i++) ingest.apply(lines.append([insert({ id_str: `m${i}`, created_at: new Date(today + i * 1000).toISOString() })], 1_000_000))
    assert.equal(ingest.partitions.list.length, before)
    lines.append([], 0)
    const later = new Lines(Date.UTC(2027, 1, 1) * 1000)
    ingest.apply(later.append([insert({ id_str: 'then', created_at: '2027-02-01T00:00:00.000Z' })]))
    assert.equal(ingest.partitions.list.length, before + 1)
    ingest.close()
  })
  it('are divided by volume when everything is made anew', () => {
    const ingest = open(madeFolder(), 100)
    const lines = new Lines()
    const hours = 30
    ingest.apply(lines.append(Array.from({ length: 900 }, (_, i) => insert({ id_str: `m${i}`, created_at: new Date(Date.UTC(2017, 3, 1) + (i % hours) * 3_600_000).toISOString() }))))
    assert.equal(ingest.partitions.list.filter(({ made }) => made).length, 1)
    const volume = ingest.volume()
    assert.equal([...volume.values()].reduce((sum, count) => sum + count, 0), 900)
    ingest.close()
    const anew = open(madeFolder(), 100)
    anew.plan(today, volume)
    anew.apply(lines.after(0))
    const sizes = anew.partitions.list.filter(({ made }) => made).map(({ stored }) => stored)
    assert.equal(sizes.length, 10)
    assert.ok(sizes.every((size) => size <= 100), sizes.join())
    anew.close()
  })
})

describe('very many messages of one instant', () => {
  const put = (id: string, known = true): Change => ({ kind: 'put', known, shown: true, entry: { at: today, id, row: rowOf(message({ id_str: id }), JSON.stringify(message({ id_str: id }))), terms: `= word`, author: undefined, classNames: '[]', columns: { seen: 0, retweets: 0, favourites: 0, values: [] } } })
  it('are all kept, found and removed; those for which there is no room are counted', () => {
    // A span with few slots in a group, so that a test can fill it.
    const narrow = span(today - 1000, today + 1000, 4096 + 512)
    const path = join(madeFolder(), 'p.db')
    const writer = new PartitionWriter(path, narrow, true, 2 ** 20)
    const ids = Array.from({ length: 600 }, (_, i) => `id${i}`)
    let crowded = 0
    for (let i = 0; i < ids.length; i += 200) crowded += writer.apply(ids.slice(i, i + 200).map((id) => put(id)), i + 200)
    assert.equal(crowded, 0)
    assert.equal(writer.stored, 600)
    // Removed ones leave holes on the way to others.
    writer.apply(ids.slice(0, 300).map((id) => ({ kind: 'remove', at: today, id })), 7000)
    assert.equal(writer.stored, 300)
    writer.apply(ids.slice(300).map((id) => put(id)), 8000)
    assert.equal(writer.stored, 300, 'nobody is there twice')
    crowded = writer.apply(Array.from({ length: 5000 }, (_, i) => put(`more${i}`, false)), 9000)
    assert.ok(crowded > 0)
    assert.equal(writer.stored, 300 + 5000 - crowded)
    const reader = new PartitionReader(path, narrow)
    assert.equal(reader.fault(), undefined)
    reader.close()
    writer.close()
  })
})

it('a line that is nested too deep to be written anew is counted, and nothing else is lost', () => {
  const ingest = open(madeFolder())
  const lines = new Lines()
  const [first = '', second = ''] = lines.append([insert({ id_str: '1' }), insert({ id_str: '2' })])
  ingest.apply([first.replace('{', `{"deep":${'['.repeat(60_000)}${']'.repeat(60_000)},`).replace(/^\{("deep":\[+\]+),("\$T":\d+,"\$P":"I",)/, '{$2$1,'), second])
  assert.deepEqual([...ingest.refused], [['shape', 1]])
  assert.equal(ingest.partitions.at(today).stored, 1)
  ingest.close()
})

it('a line with a number that is none is counted, since it could not be written anew', () => {
  const ingest = open(madeFolder())
  const lines = new Lines()
  ingest.apply(lines.append([insert({ id_str: '1', retweet_count: 5 }), insert({ id_str: '2' })]).map((line) => line.replace('"retweet_count":5', '"retweet_count":1e400')))
  assert.deepEqual([...ingest.refused], [['shape', 1]])
  assert.equal(ingest.partitions.at(today).stored, 1)
  ingest.close()
})
