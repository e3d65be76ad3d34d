import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openArchive } from '../../src/intake/archive.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import * as fc from 'fast-check'
import { failingDisk, heldClock, noFollowers, temporaryFolder, told } from '../journal/fixtures.ts'
import { author, draft, edit, openTest, remove } from './fixtures.ts'

test('a message is written once, whatever its source offers again, also after a restart', async (t) => {
  const { archive, outcomes, records, close } = await openTest(t)
  assert.deepEqual(await outcomes(draft('test:a'), draft('test:b'), draft('test:a')), ['new', 'new', 'known'])
  assert.deepEqual(await outcomes(draft('test:a', { text: 'another text under the same id' })), ['known'])
  assert.equal((await records()).length, 2)
  await close()
  const again = await openTest(t, { path: archive.folder.path })
  assert.deepEqual(await again.outcomes(draft('test:b'), draft('test:c')), ['known', 'new'])
})

test('a receipt has the position of the line that was written, and none where none was', async (t) => {
  const { offer, records } = await openTest(t)
  const receipts = await offer(draft('test:a'), draft('test:a'), remove('test:a'))
  const written = await records()
  assert.deepEqual(receipts.map(({ position }) => position), [written[0]?.position, undefined, written[1]?.position])
})

test('an edit replaces the message and never moves it in time; an older edit that is told again is no news', async (t) => {
  const clock = heldClock()
  const { outcomes, records } = await openTest(t, { now: clock.now })
  await outcomes(draft('test:a', { created_at: '2026-01-01T00:00:00.000Z' }))
  clock.add(3_600_000)
  assert.deepEqual(await outcomes(edit('test:a', 'second', '2026-01-02T12:30:00.000Z'), edit('test:a', 'third', '2026-01-02T12:40:00.000Z'), edit('test:a', 'second', '2026-01-02T12:30:00.000Z')), ['edited', 'edited', 'unchanged'])
  const [first, , third] = await records()
  assert.ok(first?.op === 'I' && third?.op === 'U')
  assert.equal(third.message.text, 'third')
  assert.deepEqual([third.message.created_at, third.message.timestamp], [first.message.created_at, first.message.timestamp])
})

test('edits that are told again are no news where our clock is behind theirs, also after a restart', async (t) => {
  const clock = heldClock()
  const { archive, outcomes, close } = await openTest(t, { now: clock.now })
  const ahead = (seconds: number): string => new Date(clock.now() + 300_000 + seconds * 1000).toISOString()
  const edits = [edit('test:a', 'one', ahead(1)), edit('test:a', 'two', ahead(2))]
  await outcomes(draft('test:a'))
  assert.deepEqual(await outcomes(...edits), ['edited', 'edited'])
  clock.add(2_000)
  assert.deepEqual(await outcomes(...edits), ['unchanged', 'unchanged'])
  await close()
  const again = await openTest(t, { path: archive.folder.path, now: clock.now })
  assert.deepEqual(await again.outcomes(...edits), ['unchanged', 'unchanged'])
})

test('of two edits of one time both count, once: neither is news when they are told again, also after a restart or from the dumps', async (t) => {
  const { archive, outcomes, records, close } = await openTest(t)
  const time = '2026-01-02T12:30:00.000Z'
  const edits = [edit('test:a', 'one', time), edit('test:a', 'two', time)]
  await outcomes(draft('test:a'))
  assert.deepEqual(await outcomes(...edits, ...edits), ['edited', 'edited', 'unchanged', 'unchanged'])
  assert.deepEqual(await outcomes(...edits), ['unchanged', 'unchanged'])
  assert.deepEqual((await records()).map((record) => record.op === 'U' && [record.message.text, record.message.edited_at]).slice(1), [['one', time], ['two', '2026-01-02T12:30:00.001Z']])
  await close()
  const restarted = await openTest(t, { path: archive.folder.path })
  assert.deepEqual(await restarted.outcomes(...edits), ['unchanged', 'unchanged'])
  await restarted.close()
  await rm(join(archive.folder.state, 'known.db'))
  const again = await openTest(t, { path: archive.folder.path })
  assert.deepEqual(await again.outcomes(...edits, edit('test:a', 'later', '2026-01-02T12:31:00.000Z')), ['unchanged', 'unchanged', 'edited'])
})

test('also where the first of them was the first that was seen of the message, and what tells them apart is their hash at the source', async (t) => {
  const { outcomes } = await openTest(t)
  const of = (cid: string) => edit('test:a', 'one text, another picture', '2026-01-02T12:30:00.000Z', { cid })
  assert.deepEqual(await outcomes(of('x'), of('x'), of('y')), ['new', 'unchanged', 'edited'])
})

test('the claim of an edit stands only where it is of the time that is kept', async (t) => {
  const clock = heldClock()
  const { outcomes, records } = await openTest(t, { now: clock.now })
  const seen = new Date(clock.now()).toISOString()
  const ahead = new Date(clock.now() + 60_000).toISOString()
  await outcomes(draft('test:a', { created_at: '2026-01-01T00:00:00' }), draft('test:b', { created_at: ahead }))
  clock.add(3_600_000)
  await outcomes(...['test:a', 'test:b'].flatMap((id) => [edit(id, 'moved', '2026-01-02T12:30:00.000Z', { created_at: '1970-01-01T00:00:00.000Z' }), edit(id, 'as it was', '2026-01-02T12:40:00.000Z', { created_at: id === 'test:a' ? '2026-01-01T00:00:00' : ahead })]))
  const times = (await records()).map((record) => (record.op === 'I' || record.op === 'U') && [record.message.created_at, record.message.created_at_claimed])
  const [a, b] = [['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00'], [seen, ahead]]
  assert.deepEqual(times, [a, b, [a[0], undefined], a, [b[0], undefined], b])
})

test('an edit of an unknown id is an insert', async (t) => {
  const { outcomes, records } = await openTest(t)
  assert.deepEqual(await outcomes(edit('test:a', 'only version', '2026-01-02T12:30:00.000Z')), ['new'])
  assert.deepEqual(told(await records()), ['I test:a only version'])
})

test('deleted stays deleted: neither the message nor an edit comes back; a delete of an unknown id is kept', async (t) => {
  const { outcomes, records } = await openTest(t)
  await outcomes(draft('test:a'))
  assert.deepEqual(await outcomes(remove('test:a'), remove('test:a'), draft('test:a'), edit('test:a', 'x', '2027-01-01T00:00:00.000Z')), ['deleted', 'unchanged', 'known', 'known'])
  assert.deepEqual(await outcomes(remove('test:never'), draft('test:never')), ['deleted', 'known'])
  const deletes = (await records()).filter(({ op }) => op === 'D')
  assert.deepEqual(deletes.map((record) => (record.op === 'D' ? [record.id_str, record.created_at] : [])), [['test:a', '2026-01-02T03:04:05.000Z'], ['test:never', undefined]])
})

test('authors: what is left out stays, no news writes nothing, a message names the handle known by then', async (t) => {
  const { outcomes, records } = await openTest(t)
  assert.deepEqual(await outcomes(author('key:ann', { handle: 'ann.test', name: 'Ann' }), author('key:ann', { name: 'Ann' }), author('key:ann', { name: 'Anna' })), ['author', 'unchanged', 'author'])
  await outcomes(draft('test:a'))
  const [, second, message] = await records()
  assert.ok(second?.op === 'A' && message?.op === 'I')
  assert.deepEqual(second.author, { key: 'key:ann', network: 'test', handle: 'ann.test', name: 'Anna', state: 'active', state_since: 0 })
  assert.deepEqual([message.message.screen_name, message.message.user.screen_name], ['ann.test', 'ann.test'])
})

test('who asks not to be shown is hidden and not kept for as long as they ask; who is suspended is kept', async (t) => {
  const { outcomes, records } = await openTest(t)
  await outcomes(author('key:ann', { labels: ['!no-unauthenticated'] }))
  assert.deepEqual(await outcomes(draft('test:a')), ['withheld'])
  await outcomes(author('key:ann', { state: 'hidden', reason: 'suspended' }), author('key:ann', { state: 'active' }))
  assert.deepEqual(await outcomes(draft('test:a')), ['withheld'], 'the wish outlives a suspension')
  await outcomes(author('key:ann', { labels: [] }))
  assert.deepEqual(await outcomes(draft('test:a')), ['new'])
  await outcomes(author('key:ann', { state: 'hidden', reason: 'suspended' }))
  assert.deepEqual(await outcomes(draft('test:b')), ['new'])
  const states = (await records()).flatMap((record) => (record.op === 'A' ? [`${record.author.state} ${record.author.reason ?? ''}`.trim()] : []))
  assert.deepEqual(states, ['hidden asks not to be shown', 'hidden suspended', 'hidden asks not to be shown', 'active', 'hidden suspended'])
})

test('the wish also counts while the account is suspended or deactivated', async (t) => {
  const { outcomes } = await openTest(t)
  await outcomes(author('key:ann', { labels: ['!no-unauthenticated'] }), author('key:ann', { state: 'hidden', reason: 'deactivated' }))
  assert.deepEqual(await outcomes(draft('test:a')), ['withheld'])
})

test('the operator can decide not to heed the wish', async (t) => {
  const { outcomes } = await openTest(t, { consent: 'ignore' })
  await outcomes(author('key:ann', { labels: ['!no-unauthenticated'] }))
  assert.deepEqual(await outcomes(draft('test:a')), ['new'])
})

test('a deleted author cannot come back, and nothing more of them is kept', async (t) => {
  const { outcomes } = await openTest(t)
  assert.deepEqual(await outcomes(author('key:ann', { state: 'deleted' }), author('key:ann', { state: 'active' }), draft('test:a')), ['author', 'unchanged', 'withheld'])
})

test('invalid drafts are counted by reason, sampled, and take nothing else down', async (t) => {
  const { archive, offer, records, close } = await openTest(t)
  const receipts = await offer(draft('has a space'), draft('test:a'), draft('test:b', { reply_count: -3 }), remove(''), author('', {}))
  assert.deepEqual(receipts.map(({ outcome }) => outcome), ['invalid', 'new', 'invalid', 'invalid', 'invalid'])
  assert.match(receipts[0]?.reason ?? '', /^message\.id_str: /)
  assert.deepEqual(told(await records()), ['I test:a text of test:a'])
  assert.equal(Object.values(archive.intake.counts().invalid).reduce((sum, count) => sum + count, 0), 4)
  await close()
  const kept = await readFile(join(archive.folder.state, 'quarantine', 'invalid-20260102.ndjson'), 'utf8')
  assert.equal(kept.trimEnd().split('\n').length, 4)
  assert.equal(archive.intake.counts().quarantined, 4)
})

test('while what is known cannot be read, drafts wait, it is told why, and they are stored as soon as it can be', async (t) => {
  const blocked: (string | undefined)[] = []
  const isBlocked = Promise.withResolvers<void>()
  const { archive, outcomes } = await openTest(t, {
    onBlocked: (blockage) => {
      blocked.push(blockage?.detail)
      isBlocked.resolve()
    },
  })
  await outcomes(draft('test:a'))
  archive.known.commit()
  const other = new DatabaseSync(join(archive.folder.state, 'known.db'))
  other.exec('ALTER TABLE ids RENAME TO away')
  const waiting = outcomes(draft('test:a'), draft('test:b'))
  await isBlocked.promise
  assert.match(archive.journal.blockage()?.detail ?? '', /known\.db: no such table/)
  other.exec('ALTER TABLE away RENAME TO ids')
  other.close()
  assert.deepEqual(await waiting, ['known', 'new'])
  assert.equal(archive.journal.blockage(), null)
  assert.deepEqual(blocked.map((detail) => detail === undefined), [false, true])
})

test('what is known is made again from the dumps where its file is lost, damaged or behind', async (t) => {
  const first = await openTest(t)
  const { path, state } = first.archive.folder
  await first.outcomes(draft('test:a'), author('key:ann', { handle: 'ann.test' }), edit('test:a', 'x', '2026-01-02T13:00:00.000Z'), draft('test:b'), remove('test:b'))
  await first.close()
  for (const spoil of [() => rm(join(state, 'known.db')), () => writeFile(join(state, 'known.db'), 'not a database at all, but long enough to be read as one '.repeat(50))]) {
    for (const end of ['-wal', '-shm']) await rm(join(state, `known.db${end}`), { force: true })
    await spoil()
    const again = await openTest(t, { path })
    assert.deepEqual(await again.outcomes(draft('test:a'), draft('test:b'), edit('test:a', 'x', '2026-01-02T13:00:00.000Z'), remove('test:b')), ['known', 'known', 'unchanged', 'unchanged'])
    assert.equal(again.archive.known.author('key:ann')?.handle, 'ann.test')
    assert.equal(again.archive.known.size(), 2)
    await again.close()
  }
})

test('what is known of a file of an older version is made again from the dumps, and the start says so, once', async (t) => {
  const first = await openTest(t)
  const { path, state } = first.archive.folder
  await first.outcomes(draft('test:a', { user: { screen_name: 'ann.old', user_id: 'key:ann' } }))
  await first.close()
  assert.deepEqual(first.notes, [])
  const file = new DatabaseSync(join(state, 'known.db'))
  file.exec('DELETE FROM handles; ALTER TABLE edits DROP COLUMN content; PRAGMA user_version = 0')
  file.close()
  const second = await openTest(t, { path })
  assert.match(second.notes.join(), /known\.db is made again from the dumps: it is of version 0, where this program has \d/)
  assert.deepEqual(second.archive.known.keysOf('ann.old'), ['key:ann'])
  await second.close()
  assert.deepEqual((await openTest(t, { path })).notes, [])
})

test('opening it can be stopped while the dumps are read again; the next time reads them', async (t) => {
  const path = await temporaryFolder()
  const first = await openTest(t, { path })
  await first.offer(draft('test:a'), draft('test:b'))
  await first.close()
  await rm(join(path, 'state', 'known.db'))
  const held = openDataFolder(path)
  const reason = new Error('enough')
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  await assert.rejects(openArchive({ folder: held.folder, segmentBytes: 1e6, syncInterval: 0, floor: () => 0, consent: 'respect', now: Date.now, log, signal: AbortSignal.abort(reason) }), reason)
  held.close()
  const again = await openTest(t, { path })
  assert.deepEqual(await again.outcomes(draft('test:a'), draft('test:b')), ['known', 'known'])
})

test('ids of removed segments stay known, also when everything is made again from the dumps', async (t) => {
  const clock = heldClock()
  const first = await openTest(t, { now: clock.now })
  const { path, state } = first.archive.folder
  await first.outcomes(draft('test:old'), author('key:ann', { handle: 'ann.test' }))
  clock.add(86_400_000)
  await first.outcomes(draft('test:new'))
  await first.archive.journal.sealed()
  clock.add(10)
  const gone = await first.archive.retain({ age: 1, size: 0 }, noFollowers, new AbortController().signal)
  assert.equal(gone.length, 1)
  await first.close()
  await rm(join(state, 'known.db'))
  const again = await openTest(t, { path, now: clock.now })
  assert.deepEqual(await again.outcomes(draft('test:old')), ['known'])
  assert.equal(again.archive.known.author('key:ann')?.handle, 'ann.test')
})

test('compaction: deleted text is gone from the dumps, and what is known is the same as before', async (t) => {
  const clock = heldClock()
  const { archive, outcomes, records } = await openTest(t, { now: clock.now })
  await outcomes(draft('test:a', { text: 'secret' }), draft('test:b', { text: 'first' }), edit('test:b', 'second', '2026-01-02T13:00:00.000Z'), remove('test:a'))
  clock.add(86_400_000)
  await archive.journal.rotateIfDue()
  assert.deepEqual(await archive.compact(new AbortController().signal), { lines: 2, foreign: 0, failed: 0 })
  assert.deepEqual(await archive.compact(new AbortController().signal), { lines: 0, foreign: 0, failed: 0 })
  assert.deepEqual(told(await records()), ['U test:b second', 'D test:a'])
  assert.deepEqual(await outcomes(draft('test:a'), draft('test:b')), ['known', 'known'])
})

test('what becomes out of date while its line is still in the open segment goes at a later compaction', async (t) => {
  const clock = heldClock()
  const { archive, outcomes, records } = await openTest(t, { now: clock.now })
  await outcomes(draft('test:a', { text: 'secret' }), remove('test:a'))
  const signal = new AbortController().signal
  assert.equal((await archive.compact(signal)).lines, 0)
  clock.add(86_400_000)
  await archive.journal.rotateIfDue()
  assert.equal((await archive.compact(signal)).lines, 1)
  assert.deepEqual(told(await records()), ['D test:a'])
})

test('while the disk fails offers wait, and nothing that was not synced counts as known', async (t) => {
  const failing = failingDisk()
  const { archive, outcomes, records } = await openTest(t, { disk: failing.disk })
  await outcomes(draft('test:a'))
  failing.fail('sync', 'EIO')
  const waiting = outcomes(draft('test:b'))
  while (archive.journal.blockage() === null) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(archive.known.id('test:b'), undefined)
  failing.fail('sync', undefined)
  assert.deepEqual(await waiting, ['new'])
  assert.deepEqual(told(await records()).map((line) => line.split(' ')[1]), ['test:a', 'test:b'])
})

test('property: intake agrees with a naive model of what is stored, and what is made again agrees with what was live', async (t) => {
  const id = fc.constantFrom('test:a', 'test:b', 'test:c', '851832235686866944')
  const step = fc.oneof(
    fc.record({ what: fc.constant('message' as const), id }),
    fc.record({ what: fc.constant('edit' as const), id, at: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ what: fc.constant('delete' as const), id }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), async (batches) => {
      const { archive, outcomes, close } = await openTest(t)
      const model = new Map<string, { deleted: boolean; edited: number }>()
      const expected = (one: (typeof batches)[number][number]): string => {
        const stored = model.get(one.id)
        if (one.what === 'delete') {
          model.set(one.id, { deleted: true, edited: stored?.edited ?? 0 })
          return stored?.deleted === true ? 'unchanged' : 'deleted'
        }
        if (stored?.deleted === true) return 'known'
        if (one.what === 'message') {
          if (stored === undefined) model.set(one.id, { deleted: false, edited: 0 })
          return stored === undefined ? 'new' : 'known'
        }
        if (stored !== undefined && one.at <= stored.edited) return 'unchanged'
        model.set(one.id, { deleted: false, edited: one.at })
        return stored === undefined ? 'new' : 'edited'
      }
      for (const batch of batches) {
        const drafts = batch.map((one) => (one.what === 'message' ? draft(one.id) : one.what === 'delete' ? remove(one.id) : edit(one.id, `edit ${one.at}`, `2026-01-02T11:00:0${one.at}.000Z`)))
        assert.deepEqual(await outcomes(...drafts), batch.map(expected))
      }
      await close()
      await rm(join(archive.folder.state, 'known.db'), { force: true })
      const again = await openTest(t, { path: archive.folder.path })
      for (const [id, { deleted, edited }] of model) {
        assert.equal(again.archive.known.id(id)?.deleted, deleted)
        if (edited > 0 && !deleted) assert.equal(again.archive.known.edit(id)?.at, Date.parse(`2026-01-02T11:00:0${edited}.000Z`))
      }
      await again.close()
    }),
    { numRuns: 20 },
  )
})
