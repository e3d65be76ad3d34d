import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openAsking } from '../../../src/sources/bluesky/asking.ts'
import { temporaryFolder } from '../../journal/fixtures.ts'
import { anna, boris } from './frames.ts'

test('accounts wait in the order in which they were last added, each once, until they are done', () => {
  const asking = openAsking(':memory:', 10)
  for (const did of [anna, boris, anna]) asking.add(did)
  const { dids } = asking.next(5)
  assert.deepEqual([dids, asking.size], [[boris, anna], 2])
  const turn = asking.next(1)
  assert.deepEqual(asking.next(1), turn, 'nobody goes by being looked at')
  asking.done(turn)
  assert.deepEqual(asking.next(5).dids, [anna])
  asking.close()
})

test('who was added again after a turn began is not done with it', () => {
  const asking = openAsking(':memory:', 10)
  asking.add(anna)
  const turn = asking.next(5)
  asking.add(anna)
  asking.done(turn)
  assert.deepEqual([asking.next(5).dids, asking.size], [[anna], 1])
  asking.close()
})

test('more than the limit do not wait; one that waits is not turned away', () => {
  const asking = openAsking(':memory:', 1)
  assert.deepEqual([asking.add(anna), asking.add(boris), asking.add(anna)], [true, false, true])
  asking.done(asking.next(1))
  assert.equal(asking.add(boris), true)
  asking.close()
})

test('they are there again after a stop, and one that is damaged is begun anew', async () => {
  const path = join(await temporaryFolder(), 'sources', 'asking.db')
  const first = openAsking(path, 10)
  first.add(anna)
  first.close()
  const second = openAsking(path, 10)
  assert.deepEqual([second.next(5).dids, second.size], [[anna], 1])
  second.close()
  await writeFile(path, 'no database, but long enough to be taken for one '.repeat(100))
  const third = openAsking(path, 10)
  assert.equal(third.size, 0)
  third.close()
  assert.deepEqual(await readdir(join(path, '..')), ['asking.db'])
})

test('a disk that does not take it refuses, and throws nothing', () => {
  const asking = openAsking(':memory:', 10)
  asking.close()
  assert.equal(asking.add(anna), false)
  asking.done({ dids: [anna], upTo: 1 })
})
