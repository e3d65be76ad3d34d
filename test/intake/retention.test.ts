// Retention: what goes, what stays of it, and that neither damage, nor a death, nor a stop, nor company on the way loses an id.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Segment } from '../../src/journal/port.ts'
import { remainders } from '../../src/journal/remains.ts'
import { retain, type Followers } from '../../src/journal/retain.ts'
import { verify } from '../../src/journal/verify.ts'
import { heldClock, noFollowers, told } from '../journal/fixtures.ts'
import { author, draft, edit, openTest, remove, type Opened } from './fixtures.ts'

const never = new AbortController().signal
const old = { age: 1, size: 0 }
const ids = Array.from({ length: 600 }, (_, i) => `test:${i}`)
/** Texts that do not pack well, so that a damaged byte is in the middle of something. */
const long = (i: number): string => Array.from({ length: 60 }, (_, j) => ((i * 7_919 + j * 104_729) % 999_983).toString(36)).join(' ')

interface Days extends Opened {
  readonly clock: ReturnType<typeof heldClock>
  readonly first: Segment
  /** The same folder, opened again without what was known. */
  again(): Promise<Opened>
}

/** A first day with messages, an edit, a delete and an author, sealed and old; and a second with one message. */
async function twoDays(t: TestContext): Promise<Days> {
  const clock = heldClock()
  const opened = await openTest(t, { now: clock.now })
  await opened.outcomes(author('key:ann', { handle: 'ann.test', name: 'Ann' }), ...ids.map((id, i) => draft(id, { text: long(i), language_detected: 'en' })))
  await opened.outcomes(edit('test:1', 'second', '2026-01-02T11:00:00.000Z'), remove('test:2'), remove('test:unseen'))
  clock.add(86_400_000)
  await opened.outcomes(draft('test:young'))
  await opened.archive.journal.sealed()
  clock.add(10)
  const [first] = opened.archive.journal.segments()
  assert.ok(first?.sealed === true)
  async function again(): Promise<Opened> {
    await opened.close()
    rmSync(join(opened.archive.folder.state, 'known.db'))
    return openTest(t, { path: opened.archive.folder.path, now: clock.now })
  }
  return { ...opened, clock, first, again }
}

const removed = ({ archive }: Opened, followers: Followers = noFollowers, signal = never): Promise<string[]> => archive.retain(old, followers, signal).then((gone) => gone.map(({ name }) => name))
const everything = [...ids, 'test:unseen'].map((id) => draft(id))
const isKnown = async (opened: Opened): Promise<void> => assert.deepEqual(new Set(await opened.outcomes(...everything)), new Set(['known']))
const leftovers = ({ archive: { folder } }: Opened): string[] => readdirSync(folder.own).filter((name) => name.endsWith('.tmp'))
const died = (): Promise<never> => Promise.reject(new Error('died'))

async function remainderOf({ archive }: Opened): Promise<Segment> {
  const [remainder] = await remainders(archive.folder.own)
  assert.ok(remainder !== undefined)
  return remainder
}

/** Where the last of what was packed is damaged, what lies before can be read. */
function damageEnd({ path }: Segment): void {
  const bytes = readFileSync(path)
  bytes.fill(0xff, bytes.length - 2_000, bytes.length - 1_900)
  writeFileSync(path, bytes)
}

async function verified({ archive: { folder } }: Opened): Promise<unknown[]> {
  const all = []
  for await (const { checksum, damages } of verify(await remainders(folder.own), join(folder.state, 'segments'), () => undefined, new AbortController().signal)) all.push([checksum, damages])
  return all
}

test('a segment goes only when it has been read by all that follow, also where they begin anew meanwhile', async (t) => {
  const days = await twoDays(t)
  const { archive: { journal }, first } = days
  let position = journal.last() - 1_000_000
  const dropped = new Set<string>()
  let begins = false
  const followers: Followers = {
    reached: () => position,
    drop: async (messages) => {
      for (const { id_str } of messages) dropped.add(id_str)
      if (begins) position = 0
    },
  }
  assert.deepEqual([await removed(days, followers), dropped.size], [[], 0])
  position = journal.last()
  begins = true
  assert.deepEqual([await removed(days, followers), existsSync(first.path)], [[], true])
  position = journal.last()
  begins = false
  assert.deepEqual([await removed(days, followers), dropped.size, existsSync(first.path)], [[first.name], ids.length, false])
  await isKnown(await days.again())
})

test('a damaged segment is kept aside whole and reported, and what can be read of it stays known', async (t) => {
  const days = await twoDays(t)
  const { archive: { folder, journal }, first, notes } = days
  damageEnd(first)
  const damaged = readFileSync(first.path)
  assert.deepEqual(await removed(days), [first.name])
  assert.deepEqual(readFileSync(join(folder.state, 'quarantine', first.name.replace('.txt.gz', '.damaged.txt.gz'))), damaged)
  assert.match(notes.join('\n'), /damaged dump messages_20260102_43200000\.txt\.gz: unreadable(.|\n)*retention removed it; not all of it could be read, so it is kept as .*quarantine/)
  assert.equal(journal.damage.count(), 2)
  await isKnown(days)
  const outcomes = await (await days.again()).outcomes(draft('test:0'))
  assert.deepEqual(outcomes, ['known'])
})

test('compaction takes deleted text out of what was kept aside as well', async (t) => {
  const days = await twoDays(t)
  const { archive: { folder }, first } = days
  writeFileSync(first.path, gzipSync(gunzipSync(readFileSync(first.path)).toString().replace('\n', '\nno record\n')))
  assert.deepEqual(await removed(days), [first.name])
  await days.archive.compact(never)
  const text = gunzipSync(readFileSync(join(folder.state, 'quarantine', first.name.replace('.txt.gz', '.damaged.txt.gz')))).toString()
  assert.deepEqual([text.includes('"id_str":"test:2"'), text.includes('"id_str":"test:3"'), text.includes('no record')], [false, true, true])
})

test('a death between remainder and removal loses nothing, whatever compaction and damage do before it is tried again', async (t) => {
  const days = await twoDays(t)
  await assert.rejects(removed(days, { ...noFollowers, drop: died }), /died/)
  const again = await days.again()
  await isKnown(again)
  await again.outcomes(author('key:ann', { state: 'deleted' }))
  days.clock.add(86_400_000)
  await again.archive.journal.rotateIfDue()
  await again.archive.compact(never)
  damageEnd(days.first)
  assert.ok((await removed(again)).includes(days.first.name))
  const { path } = again.archive.folder
  await again.close()
  rmSync(join(again.archive.folder.state, 'known.db'))
  await isKnown(await openTest(t, { path, now: days.clock.now }))
})

test('compaction and retention go one after the other, however they are called', async (t) => {
  const days = await twoDays(t)
  const { archive } = days
  const file = join(archive.folder.imported, 'old.txt.gz')
  writeFileSync(file, gzipSync(ids.map((id, i) => `{"id_str":"${id}","text":"${long(i)}"}\n`).join('')))
  const order: string[] = []
  const dropping = Promise.withResolvers<void>()
  const wait = Promise.withResolvers<void>()
  const retaining = removed(days, { ...noFollowers, drop: () => (dropping.resolve(), wait.promise) }).then(() => order.push('retained'))
  await dropping.promise
  const compacting = [1, 2].map((n) => archive.compact(never).then(({ foreign }) => order.push(`compacted ${n}: ${foreign}`)))
  // Enough for a compaction to come to its end, if it were not waiting.
  await archive.journal.compact({ ids: new Set(), edited: new Map(), authors: new Set(), renewed: new Map() }, never)
  wait.resolve()
  await Promise.all([retaining, ...compacting])
  assert.deepEqual(order.map((what) => what.split(':')[0]), ['retained', 'compacted 1', 'compacted 2'])
  assert.equal(gunzipSync(readFileSync(file)).toString().split('\n').length, ids.length - 1)
})

test('a stop ends retention at once, in the writing and in the dropping, and leaves nothing half', async (t) => {
  const days = await twoDays(t)
  const { archive: { journal }, first, clock } = days
  for (const where of ['writing', 'dropping'] as const) {
    const stop = new AbortController()
    const { signal } = stop
    let drops = 0
    const followers: Followers = { ...noFollowers, drop: () => (drops++, stop.abort(), Promise.resolve()) }
    const leaving = { ...journal, leave: (...of: Parameters<typeof journal.leave>) => (where === 'writing' ? stop.abort() : undefined, journal.leave(...of)) }
    assert.deepEqual(await retain({ journal: leaving, followers, crashPoint: () => undefined, signal }, old, clock.now()), [])
    assert.deepEqual([drops, existsSync(first.path), leftovers(days)], [where === 'writing' ? 0 : 1, true, []])
    assert.equal((await remainders(days.archive.folder.own)).length, where === 'writing' ? 0 : 1)
  }
  assert.deepEqual(await removed(days), [first.name])
})

test('a remainder has a checksum that verify looks at', async (t) => {
  const days = await twoDays(t)
  await removed(days)
  assert.deepEqual(await verified(days), [['ok', 0]])
  const { path } = await remainderOf(days)
  writeFileSync(path, gzipSync(gunzipSync(readFileSync(path)).toString().replace('"id_str":"test:7"', '"id_str":"test:8"')))
  assert.deepEqual(await verified(days), [['wrong', 0]])
})

test('a bad line of a remainder is found by verify, reported where it is read, and taken out by repair', async (t) => {
  const days = await twoDays(t)
  await removed(days)
  const { path, name } = await remainderOf(days)
  const bad = (text: string): string => text.replace('"id_str":"test:7"', '"id_xyz":"test:7"').replace(/"timestamp":"[^"]*"(?=[^\n]*\n[^\n]*"test:unseen")/, '').replace('"D","id_str"', '"D","id"').replace('"$P":"A","author"', '"$P":"I","author"')
  writeFileSync(path, gzipSync(bad(gunzipSync(readFileSync(path)).toString())))
  const [found] = await verified(days)
  assert.deepEqual(found, ['wrong', 3])
  const again = await days.again()
  assert.deepEqual([again.archive.journal.damage.count(), again.notes.filter((note) => note.startsWith(`damaged dump ${name}: `)).length], [3, 3])
  assert.deepEqual(await again.archive.journal.repair(), { changed: 3, failed: 0, broken: 0, resealed: 0 })
  assert.deepEqual(await verified(again), [['ok', 0]])
  assert.match(readFileSync(join(again.archive.folder.state, 'quarantine', name.replace('.txt.gz', '.removed')), 'utf8'), /"id_xyz":"test:7"/)
  assert.deepEqual(told(await again.records()), ['I test:young text of test:young'])
})
