// What compaction has to look for: how it is remembered, bounded, and not looked for twice.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { compact, type Compacted } from '../../src/intake/compaction.ts'
import { heldClock, told } from '../journal/fixtures.ts'
import { author, draft, edit, openTest, remove, type Opened } from './fixtures.ts'

const never = new AbortController().signal
const names = ['a', 'b', 'c', 'd', 'e'] as const

/** A day on which everything happened that makes something out of date, and the next, on which it is sealed. */
async function aDayLater(t: TestContext): Promise<{ opened: Opened; clock: ReturnType<typeof heldClock> }> {
  const clock = heldClock()
  const opened = await openTest(t, { now: clock.now })
  await opened.outcomes(...names.map((name) => draft(`test:${name}`)), draft('test:bob', { user: { screen_name: 'bob', user_id: 'key:bob' } }), author('key:bob', { name: 'Bob' }), author('key:ann', { name: 'Ann' }))
  await opened.outcomes(remove('test:a'), remove('test:b'), edit('test:c', 'other', '2026-01-02T13:00:00.000Z'), author('key:bob', { state: 'deleted' }), author('key:ann', { name: 'Anna' }))
  clock.add(86_400_000)
  await opened.archive.journal.rotateIfDue()
  return { opened, clock }
}

const remains = ['I test:d text of test:d', 'I test:e text of test:e', 'D test:bob', 'A key:bob -', 'A key:ann -', 'D test:a', 'D test:b', 'U test:c other', 'A key:bob -', 'A key:ann Anna']
const inPasses = ({ archive }: Opened, atOnce: number, signal = never): Promise<Compacted> => compact(archive.journal, archive.known, archive.folder, () => assert.fail(), signal, atOnce)
const listed = ({ archive }: Opened): string[] => [...archive.known.outdated(1_000)].map(({ kind, id }) => `${kind} ${id}`)

test('in however many passes, the same goes', async (t) => {
  for (const atOnce of [1, 2, 5, 1_000]) {
    const { opened } = await aDayLater(t)
    assert.equal((await inPasses(opened, atOnce)).lines, 6, `${atOnce} at once`)
    assert.deepEqual([told(await opened.records()), listed(opened)], [remains, []])
    await opened.close()
  }
})

test('what is out of date is listed in order and in parts, none of it twice', async (t) => {
  const { opened } = await aDayLater(t)
  const all = [...opened.archive.known.outdated(1_000)]
  assert.deepEqual(all.map(({ position }) => position), all.map(({ position }) => position).toSorted((a, b) => a - b))
  const parts = []
  for (let part = [...opened.archive.known.outdated(2)]; part.length > 0; part = [...opened.archive.known.outdated(2, part.at(-1))]) parts.push(part)
  assert.ok(parts.length > 1 && parts.every(({ length }) => length <= 2))
  assert.deepEqual(parts.flat(), all)
})

test('a compaction that is stopped goes on with the pass that was not done', async (t) => {
  const { opened } = await aDayLater(t)
  const before = listed(opened)
  const stop = new AbortController()
  let passes = 0
  const journal = { ...opened.archive.journal, compact: (...of: Parameters<typeof opened.archive.journal.compact>) => (++passes === 3 ? stop.abort() : undefined, opened.archive.journal.compact(...of)) }
  await compact(journal, opened.archive.known, opened.archive.folder, () => assert.fail(), stop.signal, 2)
  const after = listed(opened)
  assert.ok(after.length > 0 && after.length < before.length, `${after.length} of ${before.length}`)
  assert.deepEqual(after, before.slice(-after.length))
  await inPasses(opened, 2)
  assert.deepEqual([told(await opened.records()), listed(opened)], [remains, []])
})

test('what was compacted is not listed again where what is known is made again from the dumps', async (t) => {
  const { opened, clock } = await aDayLater(t)
  const { path, state } = opened.archive.folder
  await opened.archive.compact(never)
  await opened.outcomes(remove('test:d'))
  await opened.close()
  rmSync(join(state, 'known.db'))
  const again = await openTest(t, { path, now: clock.now })
  assert.deepEqual(listed(again), ['deleted test:d'])
  assert.equal((await again.archive.compact(never)).lines, 1)
  assert.ok(!told(await again.records()).includes('I test:d text of test:d'))
})

test('over other dumps, or where text came back since, everything is looked for once more', async (t) => {
  const { opened, clock } = await aDayLater(t)
  const { path, state } = opened.archive.folder
  const mark = join(state, 'compacted-to')
  const rebuilt = async (): Promise<Opened> => {
    rmSync(join(state, 'known.db'), { force: true })
    return openTest(t, { path, now: clock.now })
  }
  await opened.archive.compact(never)
  assert.ok(Number(readFileSync(mark, 'utf8')) > 0)
  await opened.archive.intake.offer([draft('test:a')], { source: 'import', imported: true })
  await opened.close()
  assert.equal(existsSync(mark), false)
  const after = await rebuilt()
  assert.ok(listed(after).includes('deleted test:a'))
  await after.close()
  await writeFile(mark, String(clock.now() * 1_000 + 1e15))
  const beyond = await rebuilt()
  assert.ok(listed(beyond).includes('deleted test:a'), 'a mark beyond the dumps was not made over them')
  assert.equal(existsSync(mark), false)
})

test('a compaction ends, however much becomes out of date while it is under way: that is for the next one', async (t) => {
  const { opened } = await aDayLater(t)
  const { archive, outcomes } = opened
  let passes = 0
  const journal = {
    ...archive.journal,
    async compact(...of: Parameters<typeof archive.journal.compact>) {
      assert.ok(++passes < 5, 'it goes on and on')
      const done = await archive.journal.compact(...of)
      await outcomes(remove(`test:late-${passes}`))
      return done
    },
  }
  await compact(journal, archive.known, archive.folder, () => assert.fail(), never)
  assert.deepEqual([passes, listed(opened)], [1, ['deleted test:late-1']])
})

test('what was seen again while a compaction is under way is looked for by the next one, also after everything was lost but the dumps', async (t) => {
  const { opened, clock } = await aDayLater(t)
  const { archive } = opened
  const journal = {
    ...archive.journal,
    async compact(...of: Parameters<typeof archive.journal.compact>) {
      const done = await archive.journal.compact(...of)
      await archive.intake.offer([draft('test:a')], { source: 'import', imported: true })
      return done
    },
  }
  await compact(journal, archive.known, archive.folder, () => assert.fail(), never)
  assert.deepEqual(listed(opened), ['deleted test:a'])
  await opened.close()
  rmSync(join(archive.folder.state, 'known.db'))
  assert.ok(listed(await openTest(t, { path: archive.folder.path, now: clock.now })).includes('deleted test:a'))
})

test('the ids of a deleted author stay known where what is known is made again after a compaction', async (t) => {
  const { opened, clock } = await aDayLater(t)
  await opened.archive.compact(never)
  const { path, state } = opened.archive.folder
  const size = opened.archive.known.size()
  await opened.close()
  rmSync(join(state, 'known.db'))
  const again = await openTest(t, { path, now: clock.now })
  assert.equal(again.archive.known.size(), size)
  // By whatever name, and as an edit: nothing brings it back.
  const nameless = { screen_name: 'bob' }
  assert.deepEqual(await again.outcomes(draft('test:bob', { user: nameless }), draft('test:bob'), edit('test:bob', 'later', '2026-01-03T13:00:00.000Z')), ['known', 'known', 'known'])
})

test('an archive that is closed syncs at once, however seldom it does otherwise', { timeout: 10_000 }, async (t) => {
  const { outcomes, close } = await openTest(t, { syncInterval: 30_000 })
  assert.deepEqual(await outcomes(draft('test:a')), ['new'])
  const late = [outcomes(draft('test:b')), outcomes(draft('test:c'))]
  await close()
  assert.deepEqual(await Promise.all(late), [['new'], ['new']])
})
