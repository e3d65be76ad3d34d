// What is done to sealed segments: compaction, repair, verification, retention.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { cleanForeign } from '../../src/journal/foreign.ts'
import { nothingForgotten, remember, type Forgotten } from '../../src/journal/forget.ts'
import { remainders, type KeptId } from '../../src/journal/remains.ts'
import { overdue, retain } from '../../src/journal/retain.ts'
import type { Segment } from '../../src/journal/port.ts'
import { verify, type Verified } from '../../src/journal/verify.ts'
import { encodeEntry, encodeLine } from '../../src/message/line.ts'
import { author, edit, heldClock, insert, noFollowers, openAt, readAll, remove, temporaryFolder, told, type Opened } from './fixtures.ts'

const forgotten = (what: Partial<Forgotten>): Forgotten => ({ ...nothingForgotten, ...what })
const quiet = () => undefined
const never = new AbortController().signal

async function verified(journal: Opened, path: string): Promise<Verified[]> {
  const all: Verified[] = []
  for await (const one of verify(journal.segments(), join(path, 'state', 'segments'), quiet, never)) all.push(one)
  return all
}

test('compaction takes out deleted, superseded and abandoned text and leaves ids, deletes, edits and handles', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path)
  const [, , oldAuthor] = await journal.append([insert('kept'), insert('gone'), author('key:ann', 'Old name'), insert('edited', 'first'), insert('bob', 'of a deleted author', 'bob')])
  const [, edited, newAuthor, goneAuthor] = await journal.append([remove('gone'), edit('edited', 'second'), author('key:ann', 'New name'), author('key:bob', 'Bob', 'deleted')])
  await journal.close()
  const clock = heldClock(Date.UTC(2026, 0, 4))
  const later = await openAt(t, path, { now: clock.now })
  await later.rotateIfDue()
  const changed = await later.compact(
    forgotten({ ids: new Set(['gone']), edited: new Map([['edited', edited ?? 0]]), authors: new Set(['key:bob']), renewed: new Map([['key:ann', newAuthor ?? 0]]) }),
    never,
  )
  assert.deepEqual(changed, { changed: 5, failed: 0 })
  const records = await readAll(later)
  assert.deepEqual(told(records), ['I kept text of kept', 'A key:ann -', 'D bob', 'D gone', 'U edited second', 'A key:ann New name', 'A key:bob -'])
  assert.deepEqual(records.at(-1), { op: 'A', imported: false, position: goneAuthor, author: { key: 'key:bob', network: 'test', handle: 'key:bob.test', state: 'deleted' } })
  assert.deepEqual(records.find(({ position }) => position === oldAuthor), { op: 'A', imported: false, position: oldAuthor, author: { key: 'key:ann', network: 'test', handle: 'key:ann.test' } })
  assert.equal((await verified(later, path))[0]?.checksum, 'ok')
})

test('text that only looks like an id is not taken for one', () => {
  const tricky = encodeLine(5, encodeEntry(insert('kept', 'they wrote "id_str":"gone" and "user_id":"key:bob"')))
  assert.equal(remember(tricky, forgotten({ ids: new Set(['gone']), authors: new Set(['key:bob']) })), tricky)
})

test('a reader in mid-file during compaction sees every record that was there when it began', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now, segmentBytes: 8_000_000 })
  for (let i = 0; i < 10; i++) await journal.append(Array.from({ length: 200 }, (_, j) => insert(`m${i * 200 + j}`, 'x'.repeat(1_000))))
  clock.add(86_400_000)
  await journal.rotateIfDue()
  await journal.sealed()
  const reader = journal.read(0, new AbortController().signal)[Symbol.asyncIterator]()
  const first = await reader.next()
  assert.deepEqual(await journal.compact(forgotten({ ids: new Set(['m1999']) }), never), { changed: 1, failed: 0 })
  let seen = first.done === true ? 0 : first.value.lines.length
  assert.ok(seen > 0 && seen < 2_000)
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) seen += next.value.lines.length
  assert.equal(seen, 2_000)
  assert.equal((await readAll(journal)).length, 1_999)
})

test('verify finds a flipped byte, a lost checksum and a position that does not rise', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 1 })
  for (const id of ['a', 'b', 'c']) await journal.append([insert(id)])
  await journal.sealed()
  assert.deepEqual((await verified(journal, path)).map(({ checksum, damages }) => [checksum, damages]), [['ok', 0], ['ok', 0], ['open', 0]])
  const [one, , open] = journal.segments()
  const text = gunzipSync(await readFile(one?.path ?? ''))
  await writeFile(one?.path ?? '', gzipSync(text.toString().replace('text of a', 'text of A')))
  await appendFile(open?.path ?? '', `${encodeLine(1, encodeEntry(insert('d')))}\n`)
  const after = await verified(await reopened(journal, () => openAt(t, path)), path)
  assert.deepEqual(after.map(({ checksum }) => checksum), ['wrong', 'ok', 'open'])
  assert.match(after[2]?.damaged[0]?.reason ?? '', /does not rise/)
})

async function reopened(journal: Opened, open: () => Promise<Opened>): Promise<Opened> {
  await journal.close()
  return open()
}

test('repair takes damaged lines out of sealed segments and keeps them aside', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  await journal.append([insert('a'), insert('b')])
  const file = journal.segments()[0]?.path ?? ''
  await journal.close()
  const [a, b] = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, `${a}\n{"$T":17,"torn\n${b}\n`)
  clock.add(86_400_000)
  const again = await openAt(t, path, { now: clock.now })
  await again.rotateIfDue()
  assert.deepEqual(await again.repair(), { changed: 1, failed: 0, broken: 0, resealed: 0 })
  assert.deepEqual(await again.repair(), { changed: 0, failed: 0, broken: 0, resealed: 0 })
  assert.deepEqual((await verified(again, path)).map(({ checksum, damages, records }) => [checksum, damages, records]), [['ok', 0, 2]])
  assert.equal(await readFile(join(path, 'state', 'quarantine', 'messages_20260102_43200000.removed'), 'utf8'), '{"$T":17,"torn\n')
  assert.match(again.notes.damaged.join(), /1 damaged lines were taken out and lie in .*messages_20260102_43200000\.removed/)
})

test('repair keeps every line that it takes out, however many and however long', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 1 })
  await journal.append([insert('a')])
  await journal.append([insert('b')])
  await journal.sealed()
  const [first] = journal.segments()
  assert.ok(first !== undefined)
  const [line] = gunzipSync(await readFile(first.path)).toString().split('\n')
  const many = Array.from({ length: 12_000 }, (_, i) => `damaged line ${i}`).join('\n')
  const long = 'x'.repeat(9_000_000)
  await writeFile(first.path, gzipSync(`${many}\n${line}\n${long}`))
  assert.deepEqual(await journal.repair(), { changed: 12_001, failed: 0, broken: 0, resealed: 0 })
  const removed = await readFile(join(path, 'state', 'quarantine', first.name.replace('.txt.gz', '.removed')), 'utf8')
  // Not compared by deepEqual: what differed could not be shown.
  assert.ok(removed === `${many}\n${long}\n`, `${removed.length} letters were kept`)
  assert.deepEqual(told(await readAll(journal)), ['I a text of a', 'I b text of b'])
})

test('a sealed segment in which nothing changes is only read', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 1 })
  for (const id of ['a', 'b', 'c']) await journal.append([insert(id)])
  await journal.sealed()
  // Where a segment would be written anew there is something in the way.
  for (const { path } of journal.segments()) await mkdir(`${path}.tmp`)
  assert.deepEqual(await journal.compact(forgotten({ ids: new Set(['nobody']) }), never), { changed: 0, failed: 0 })
  assert.deepEqual(await journal.repair(), { changed: 0, failed: 0, broken: 0, resealed: 0 })
  assert.deepEqual(await journal.compact(forgotten({ ids: new Set(['b']) }), never), { changed: 0, failed: 1 })
  assert.deepEqual(journal.notes.damaged.length, 1)
})

test('of authors who are gone or renewed nothing personal stays in what retention left either', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  await journal.append([insert('old'), author('key:ann', 'Ann'), author('key:bob', 'Bob')])
  clock.add(86_400_000)
  const [gone, renewed] = await journal.append([author('key:ann', 'Ann', 'deleted'), author('key:bob', 'Robert')])
  await journal.sealed()
  await retain({ journal, followers: noFollowers, crashPoint: quiet, signal: never }, { age: 1, size: 0 }, clock.now() + 10)
  assert.deepEqual(await journal.compact(forgotten({ authors: new Set(['key:ann']), renewed: new Map([['key:ann', gone ?? 0], ['key:bob', renewed ?? 0]]) }), never), { changed: 2, failed: 0 })
  const [remainder] = await remainders(join(path, 'dump', 'own'))
  const text = gunzipSync(await readFile(remainder?.path ?? '')).toString()
  assert.deepEqual([...text.matchAll(/"(?:id_str|name|handle)":"([^"]*)"/g)].map(([, value]) => value), ['old', 'key:ann.test', 'key:bob.test'])
})

test('retention removes the oldest sealed segments and leaves their ids, deletes and authors', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  await journal.append([insert('old'), remove('older'), author('key:ann', 'Ann')])
  clock.add(86_400_000)
  await journal.append([insert('young')])
  clock.add(86_400_000)
  await journal.append([insert('newest')])
  await journal.sealed()
  const dropped: string[] = []
  const followers = { ...noFollowers, drop: async (messages: readonly KeptId[]) => void dropped.push(...messages.map(({ id_str }) => id_str)) }
  const [first] = journal.segments()
  const gone = await retain({ journal, followers, crashPoint: quiet, signal: never }, { age: 12 * 3_600_000, size: 0 }, clock.now() + 1)
  assert.deepEqual([gone.map(({ name }) => name), dropped], [[first?.name], ['old']])
  assert.deepEqual(told(await readAll(journal)).map((line) => line.split(' ')[1]), ['young', 'newest'])
  const [remainder] = await remainders(join(path, 'dump', 'own'))
  const lines = gunzipSync(await readFile(remainder?.path ?? '')).toString().trimEnd().split('\n').map((line): unknown => JSON.parse(line))
  assert.deepEqual(lines.map((line) => (typeof line === 'object' && line !== null && '$P' in line ? line.$P : undefined)), ['K', 'D', 'A'])
  assert.ok(!JSON.stringify(lines).includes('text of'))
})

test('which segments are overdue: by age, by size, never the newest, never past one that is not sealed', () => {
  const day = 86_400_000
  const segment = (from: number, sealed = true): Segment => ({ name: `s${from}`, path: '', sealed, from: from * day * 1000, bytes: 100, modified: 0 })
  const all = [segment(1), segment(2), segment(3), segment(4, false)]
  const names = (age: number, size: number, segments = all) => overdue(segments, { age, size }, 10 * day).map(({ name }) => name)
  assert.deepEqual(names(0, 0), [])
  assert.deepEqual(names(7.5 * day, 0), ['s1'])
  assert.deepEqual(names(0, 250), ['s1', 's2'])
  assert.deepEqual(names(1, 1), ['s1', 's2', 's3'])
  assert.deepEqual(names(1, 1, [segment(1, false), segment(2)]), [])
})

test('deleted text leaves imported, rejected and torn files of every packing, other lines stay', async () => {
  const folder = await temporaryFolder()
  const text = ['{"id_str":"gone","text":"secret"}', '{"id_str":"kept","text":"fine"}', String.raw`{"line":3,"reason":"x","text":"{\"id_str\":\"gone\",\"text\":\"secret"}`, ''].join('\n')
  await writeFile(join(folder, 'a.txt'), text)
  await writeFile(join(folder, 'b.txt.gz'), gzipSync(text))
  await writeFile(join(folder, 'c.txt.gz'), 'not gzip')
  const before = createHash('sha1').update('not gzip').digest('hex')
  const unreadable: string[] = []
  const { gone } = await cleanForeign([{ path: folder }], forgotten({ ids: new Set(['gone']) }), (path) => unreadable.push(path), new AbortController().signal)
  assert.equal(gone, 4)
  assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), '{"id_str":"kept","text":"fine"}\n')
  assert.equal(gunzipSync(await readFile(join(folder, 'b.txt.gz'))).toString(), '{"id_str":"kept","text":"fine"}\n')
  assert.deepEqual(unreadable, [join(folder, 'c.txt.gz')])
  assert.equal(createHash('sha1').update(await readFile(join(folder, 'c.txt.gz'))).digest('hex'), before)
  assert.deepEqual((await readdir(folder)).sort(), ['a.txt', 'b.txt.gz', 'c.txt.gz'])
})
