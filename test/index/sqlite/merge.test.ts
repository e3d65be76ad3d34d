// Terms are merged while nothing else is to be done: nothing of what is found changes, it ends, and begins again with growth.
import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { partitionFile } from '../../../src/index/sqlite/files/catalog.ts'
import { PartitionReader } from '../../../src/index/sqlite/read/partition-reader.ts'
import { Ingest } from '../../../src/index/sqlite/write/ingest.ts'
import { Merging } from '../../../src/index/sqlite/write/merge.ts'
import { everything } from '../../../src/query/tree.ts'
import { authorIs, insert, Lines, remove, today } from '../made.ts'
import { madeFolder, openIn } from './folders.ts'

const all = { from: 0, to: Number.MAX_SAFE_INTEGER }
const user = { screen_name: 'ann', user_id: 'k:ann' }

/** An index of so many messages of one partition, committed in portions. */
function filled(count: number): { readonly ingest: Ingest; readonly lines: Lines; readonly path: string; readonly damaged: string[] } {
  const folder = madeFolder()
  const lines = new Lines()
  const damaged: string[] = []
  const ingest = new Ingest({ folder, rows: 10 * count, onDamage: (name) => void damaged.push(name) })
  add(ingest, lines, 0, count)
  const partition = ingest.partitions.at(today)
  return { ingest, lines, path: join(folder, partitionFile(partition)), damaged }
}

function add(ingest: Ingest, lines: Lines, from: number, to: number): void {
  for (let i = from; i < to; i += 1000) ingest.apply(portion(lines, i))
}

/** The lines of a thousand messages. */
function portion(lines: Lines, from: number): readonly string[] {
  return lines.append(Array.from({ length: 1000 }, (_, n) => insert({ id_str: `m${from + n}`, created_at: new Date(today - (from + n) * 10).toISOString(), text: `rain number${(from + n) % 50} only${from + n}`, ...(n % 100 === 0 ? { user } : {}) })))
}

/** Segments that a question has to look at, by the number of distinct ones that hold pages. */
function segments(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  const row = db.prepare('SELECT count(DISTINCT segid) AS n FROM terms_idx').get()
  db.close()
  return Number(row?.['n'])
}

function found(path: string, ingest: Ingest): (number | string | undefined)[] {
  const reader = new PartitionReader(path, ingest.partitions.at(today).span)
  const words = ['"rain"', '"number7"', '"only12345"', '"rain" NOT "number7"', '"rain number7"']
  const answer = words.flatMap((word) => [reader.count(word, all, 100_000), reader.newest(word, all, 3, true).map(({ id }) => id).join()])
  const fault = reader.fault()
  reader.close()
  return [...answer, fault]
}

const mergeAll = ({ merging }: Ingest): number => {
  let steps = 0
  while (merging.step() === 'worked') steps++
  return steps
}

describe('merging', () => {
  it('brings terms into one segment, changes nothing that is found, and is done once', () => {
    const { ingest, path } = filled(24_000)
    const before = [segments(path), ...found(path, ingest)]
    assert.ok(Number(before[0]) > 1)
    assert.ok(mergeAll(ingest) > 1)
    assert.deepEqual([segments(path), ...found(path, ingest)], [1, ...before.slice(1)])
    assert.equal(mergeAll(ingest), 0)
    ingest.close()
  })

  it('begins again after a partition has grown by half, and goes on while more arrives', () => {
    const { ingest, lines, path } = filled(24_000)
    mergeAll(ingest)
    add(ingest, lines, 24_000, 35_000)
    assert.equal(mergeAll(ingest), 0)
    add(ingest, lines, 35_000, 40_000)
    assert.equal(ingest.merging.step(), 'worked')
    add(ingest, lines, 40_000, 41_000)
    // What goes and who is hidden in between is in no answer afterwards.
    ingest.apply(lines.append([remove('m7'), remove('m40507'), authorIs({ key: 'k:ann', state: 'hidden' })]))
    mergeAll(ingest)
    const [rain, , number7, newest, only] = found(path, ingest)
    assert.deepEqual([rain, number7, newest, only, found(path, ingest).at(-1)], [41_000 - 410 - 2, 820 - 2, 'm57,m107,m157', 1, undefined])
    ingest.close()
  })

  it('does not begin where the disk has no room for what is there twice meanwhile', () => {
    const { ingest, path } = filled(24_000)
    let room = statSync(path).size
    const merging = new Merging(ingest.partitions, () => room)
    assert.equal(merging.step(), 'idle')
    room += 1
    assert.equal(merging.step(), 'worked')
    ingest.close()
  })

  it('begins anew after a step that failed', () => {
    const { ingest, path } = filled(24_000)
    const { with: work } = ingest.partitions
    ingest.partitions.with = () => { throw new Error('database or disk is full') }
    assert.throws(() => ingest.merging.step(), /full/)
    ingest.partitions.with = work
    mergeAll(ingest)
    assert.equal(segments(path), 1)
    ingest.close()
  })

  it('leaves small partitions alone', () => {
    const { ingest } = filled(3000)
    assert.equal(ingest.merging.step(), 'idle')
    ingest.close()
  })

  it('sets a damaged partition aside, and does not touch it again', () => {
    const { ingest, path, damaged } = filled(24_000)
    ingest.partitions.close()
    writeFileSync(path, 'no database, but long enough to be read as one\n'.repeat(1000))
    assert.deepEqual([ingest.merging.step(), damaged.length], ['damaged', 1])
    assert.equal(ingest.merging.step(), 'idle')
    ingest.close()
  })
})

it('an index merges by itself when there is nothing else to do', { timeout: 60_000 }, async () => {
  const folder = madeFolder()
  const lines = new Lines()
  const index = await openIn(folder, lines, { rows: 1_000_000 })
  for (let i = 0; i < 24; i++) await index.apply(portion(lines, i * 1000))
  const partition = (await index.stats()).parts.find(({ messages }) => messages > 0)
  assert.ok(partition !== undefined)
  const path = join(folder, partition.name)
  assert.ok(segments(path) > 1)
  // Each look is a turn of the event loop and a read of the file: it ends with the timeout of the test if nothing is merged.
  while (segments(path) > 1) await index.stats()
  assert.equal((await index.search(everything, { order: 'created_at', limit: 1, count: 'exact', timeout: 20_000 })).hits, 24_000)
  await index.close()
})
