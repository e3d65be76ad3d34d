// What must not come back, what must not be believed, and what must not take anything down.
import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Draft } from '../../src/intake/port.ts'
import { keepUp } from '../../src/intake/upkeep.ts'
import { dataFolder, openDataFolder } from '../../src/journal/data-folder.ts'
import { heldClock, noFollowers, readAll, temporaryFolder, told } from '../journal/fixtures.ts'
import { author, draft, edit, openTest, remove, type Opened } from './fixtures.ts'

const never = new AbortController().signal
const importing = async ({ archive }: Opened, ...drafts: Draft[]): Promise<string[]> => (await archive.intake.offer(drafts, { source: 'import', imported: true })).map(({ outcome }) => outcome)

test('a later import of deleted text, or of a deleted author, is cleaned out of the imported file again', async (t) => {
  const clock = heldClock()
  const opened = await openTest(t, { now: clock.now })
  const { archive, outcomes } = opened
  await outcomes(draft('test:a'), remove('test:a'), author('key:bob', { state: 'deleted' }))
  clock.add(86_400_000)
  await archive.journal.rotateIfDue()
  await archive.compact(never)
  assert.deepEqual([...archive.known.outdated(10)], [])
  const file = join(archive.folder.imported, 'old.txt')
  await writeFile(file, '{"id_str":"test:a","text":"secret"}\n{"id_str":"test:b","user":{"user_id":"key:bob"}}\n{"id_str":"test:c"}\n')
  assert.deepEqual(await importing(opened, draft('test:a'), draft('test:b', { user: { screen_name: 'bob', user_id: 'key:bob' } })), ['known', 'withheld'])
  assert.equal((await archive.compact(never)).foreign, 2)
  assert.equal(await readFile(file, 'utf8'), '{"id_str":"test:c"}\n')
})

test('an import does not put back what was heard of an author live; among imports the later one counts', async (t) => {
  const opened = await openTest(t)
  await opened.outcomes(author('key:ann', { handle: 'ann.new', labels: ['!no-unauthenticated'] }))
  assert.deepEqual(await importing(opened, author('key:ann', { handle: 'ann.old', labels: [], state: 'active' }), draft('test:a')), ['unchanged', 'withheld'])
  assert.equal(opened.archive.known.author('key:ann')?.handle, 'ann.new')
  assert.deepEqual(await importing(opened, author('key:bob', { handle: 'one' }), author('key:bob', { handle: 'two' })), ['author', 'author'])
  assert.deepEqual(await importing(opened, author('key:bob', { handle: 'three' })), ['author'])
  assert.deepEqual(await importing(opened, author('key:ann', { state: 'deleted' })), ['author'])
})

test('drafts nested or sized so that no line could hold them are refused, and what came with them is stored', async (t) => {
  const { archive, outcomes, records } = await openTest(t)
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  const more = (value: unknown): object => ({ more: value })
  const results = await Promise.all([outcomes(draft('test:a')), outcomes(draft('test:deep', more(deep))), outcomes(draft('test:large', more(Array.from({ length: 260_000 }, () => 1e20)))), outcomes(draft('test:b'))])
  assert.deepEqual(results.flat(), ['new', 'invalid', 'invalid', 'new'])
  assert.equal((await records()).length, 2)
  assert.deepEqual(archive.intake.counts().invalid, { draft: 2 })
})

test('the time of a deleted message is a time or left out', async (t) => {
  const { outcomes, records } = await openTest(t)
  await outcomes({ kind: 'delete', id_str: 'test:a', created_at: 'yesterday, "or" so' }, { kind: 'delete', id_str: 'test:b', created_at: '2025-05-05T05:05:05Z' }, { kind: 'delete', id_str: 'test:c', created_at: '9999-01-01T00:00:00Z' })
  assert.deepEqual((await records()).map((record) => (record.op === 'D' ? record.created_at : 'not a delete')), [undefined, '2025-05-05T05:05:05.000Z', '2026-01-02T12:00:00.000Z'])
})

test('what is known of dumps that are gone is forgotten, so that they can be taken in again', async (t) => {
  const clock = heldClock()
  const first = await openTest(t, { now: clock.now })
  await first.outcomes(draft('test:a'))
  clock.add(86_400_000)
  await first.outcomes(draft('test:b'))
  const newest = first.archive.journal.segments().at(-1)?.path ?? ''
  await first.close()
  rmSync(newest)
  const again = await openTest(t, { path: first.archive.folder.path, now: clock.now })
  assert.match(again.notes.join(), /reaches further than the dumps/)
  assert.deepEqual(await again.outcomes(draft('test:a'), draft('test:b')), ['known', 'new'])
})

test('of what retention removed also the newest edit stays known, and a damaged remainder stops no start', async (t) => {
  const clock = heldClock()
  const first = await openTest(t, { now: clock.now })
  const { own, path, state } = first.archive.folder
  await first.outcomes(draft('test:a'), edit('test:a', 'second', '2026-01-02T11:00:00.000Z'))
  clock.add(86_400_000)
  await first.outcomes(draft('test:b'))
  await first.archive.journal.sealed()
  clock.add(10)
  await first.archive.retain({ age: 1, size: 0 }, noFollowers, never)
  await first.close()
  rmSync(join(state, 'known.db'))
  const second = await openTest(t, { path, now: clock.now })
  assert.deepEqual(await second.outcomes(edit('test:a', 'second', '2026-01-02T11:00:00.000Z')), ['unchanged'])
  await second.close()
  rmSync(join(state, 'known.db'))
  await writeFile(join(own, 'remainder_20260102_43200000.txt.gz'), 'not gzip')
  const third = await openTest(t, { path, now: clock.now })
  assert.match(third.notes.join(), /damaged dump remainder_20260102_43200000/)
  assert.deepEqual(told(await readAll(third.archive.journal)), ['I test:b text of test:b'])
})

test('a compaction that is remembered from a time to come does not keep the next one off', async (t) => {
  const clock = heldClock()
  const { archive, outcomes } = await openTest(t, { now: clock.now })
  await outcomes(draft('test:a'), remove('test:a'))
  clock.add(86_400_000)
  await archive.journal.rotateIfDue()
  await writeFile(join(archive.folder.state, 'compacted-at'), String(clock.now() + 1e12))
  const stop = new AbortController()
  const said: string[] = []
  await keepUp(archive, { compactEvery: 86_400_000, retention: { age: 0, size: 0 }, now: clock.now, log: { info: (text) => (said.push(text), stop.abort()), error: (text) => (said.push(text), stop.abort()) }, followers: noFollowers }, stop.signal)
  assert.deepEqual(said, ['compacted: 1 lines of dumps and 0 of other files went'])
})

test('a data folder whose version a power cut emptied opens; a lock that is no lock is told as such', async () => {
  const path = await temporaryFolder()
  const { state } = dataFolder(path)
  mkdirSync(state, { recursive: true })
  await writeFile(join(state, 'version'), '')
  openDataFolder(path).close()
  assert.equal(await readFile(join(state, 'version'), 'utf8'), '1\n')
  await writeFile(join(state, 'lock.db'), 'something else altogether '.repeat(100))
  assert.throws(() => openDataFolder(path), { code: 'DATA_FOLDER_UNUSABLE' })
})
