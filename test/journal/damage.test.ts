// Faults of the disk and of what lies on it, while segments are read, sealed, compacted and repaired.
import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { checksum, readSeal, writeSeal } from '../../src/journal/checksum.ts'
import { createDamageLog } from '../../src/journal/damage.ts'
import { realDisk } from '../../src/journal/disk.ts'
import { nothingForgotten, type Forgotten } from '../../src/journal/forget.ts'
import { verify } from '../../src/journal/verify.ts'
import { failingDisk, heldClock, insert, openAt, readAll, temporaryFolder, told, type Opened } from './fixtures.ts'

const never = new AbortController().signal
const forgetting = (...ids: string[]): Forgotten => ({ ...nothingForgotten, ids: new Set(ids) })
const ids = async (journal: Opened): Promise<(string | undefined)[]> => told(await readAll(journal)).map((line) => line.split(' ')[1])

/** A journal of two sealed segments (`a` and `b`, each with a line `…2`) and an open one (`d`), and where it lies. */
async function sealedTwo(t: TestContext): Promise<{ journal: Opened; path: string; seals: string }> {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 1 })
  for (const id of ['a', 'b']) await journal.append([insert(id), insert(`${id}2`)])
  await journal.append([insert('d')])
  await journal.sealed()
  return { journal, path, seals: join(path, 'state', 'segments') }
}

test('a sealed segment that cannot be read keeps no other from being compacted, and is told', async (t) => {
  const { journal } = await sealedTwo(t)
  const [first] = journal.segments()
  await writeFile(first?.path ?? '', 'not gzip any more')
  assert.deepEqual(await journal.compact(forgetting('a2', 'b2'), never), { changed: 1, failed: 1 })
  assert.deepEqual(await ids(journal), ['b', 'd'])
  assert.match(journal.notes.damaged.join(), /not rewritten: incorrect header check/)
  assert.equal((await readdir(join(first?.path ?? '', '..'))).filter((name) => name.endsWith('.tmp')).length, 0)
})

test('a compaction that is told to stop leaves the rest as it is', async (t) => {
  const { journal } = await sealedTwo(t)
  assert.deepEqual(await journal.compact(forgetting('a2'), AbortSignal.abort()), { changed: 0, failed: 0 })
  assert.equal((await ids(journal)).length, 5)
})

test('a segment that could not be sealed leaves nothing half-done and is sealed as soon as the disk takes it', async (t) => {
  const path = await temporaryFolder()
  let full = true
  const disk = { ...realDisk, rename: (from: string, to: string) => (full ? Promise.reject(new Error('ENOSPC')) : realDisk.rename(from, to)) }
  const journal = await openAt(t, path, { disk, segmentBytes: 1 })
  await journal.append([insert('a')])
  await journal.append([insert('b')])
  await journal.sealed()
  assert.deepEqual(await readdir(join(path, 'dump', 'own')), journal.segments().map(({ name }) => name))
  full = false
  await journal.rotateIfDue()
  await journal.sealed()
  assert.deepEqual(journal.segments().map(({ sealed }) => sealed), [true, false])
  assert.deepEqual(await ids(journal), ['a', 'b'])
})

test('a position is never given twice, also where the last record was compacted away', async (t) => {
  const { journal, path } = await sealedTwo(t)
  const clock = heldClock()
  clock.add(86_400_000)
  await journal.close()
  const later = await openAt(t, path, { now: clock.now })
  await later.rotateIfDue()
  await later.sealed()
  const last = later.last()
  await later.compact(forgetting('d'), never)
  await later.close()
  const again = await openAt(t, path, { now: heldClock(0).now })
  assert.equal(again.last(), last)
  const [next] = await again.append([insert('e')])
  assert.ok((next ?? 0) > last)
})

test('a power cut between the checksum of a compacted segment and its place ends with the compacted one', async (t) => {
  const { journal, path, seals } = await sealedTwo(t)
  const [first] = journal.segments()
  assert.ok(first !== undefined)
  await journal.close()
  const [line] = gunzipSync(await readFile(first.path)).toString().split('\n')
  await writeFile(`${first.path}.tmp`, gzipSync(`${line}\n`))
  const seal = await readSeal(seals, first.name)
  assert.ok(seal !== undefined)
  await writeSeal(seals, { ...seal, records: 1, sha256: await checksum(`${first.path}.tmp`) })
  const again = await openAt(t, path)
  assert.deepEqual(await ids(again), ['a', 'b', 'b2', 'd'])
  for await (const verified of verify(again.segments(), seals, () => undefined, never)) assert.notEqual(verified.checksum, 'wrong')
})

test('a wrong digit in a position hides no other record, and repair takes only the wrong lines out', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  await journal.append([insert('a'), insert('b'), insert('c'), insert('d'), insert('e')])
  const file = journal.segments()[0]?.path ?? ''
  await journal.close()
  const lines = (await readFile(file, 'utf8')).split('\n')
  lines[1] = lines[1]?.replace('{"$T":1', '{"$T":8') ?? ''
  lines[3] = lines[3]?.replace('"text":', '"text"') ?? ''
  await writeFile(file, lines.join('\n'))
  clock.add(86_400_000)
  const again = await openAt(t, path, { now: clock.now })
  assert.deepEqual(await ids(again), ['a', 'c', 'e'])
  await again.append([insert('f')])
  await again.sealed()
  assert.deepEqual(await again.repair(), { changed: 2, failed: 0, broken: 0, resealed: 0 })
  assert.deepEqual(await ids(again), ['a', 'c', 'e', 'f'])
  for await (const { damages } of verify(again.segments(), join(path, 'state', 'segments'), () => undefined, never)) assert.equal(damages, 0)
})

test('what a failed write left on a disk that does not even let it be cut off is not written over', async (t) => {
  const path = await temporaryFolder()
  const failing = failingDisk()
  const stuck = () => Promise.reject(new Error('EIO'))
  const disk = {
    ...failing.disk,
    unlink: stuck,
    append: async (name: string) => ({ ...(await failing.disk.append(name)), truncate: stuck }),
  }
  const journal = await openAt(t, path, { disk, wait: () => Promise.resolve(failing.fail('write', undefined)) })
  failing.fail('write', 'EIO')
  await journal.append([insert('a')])
  await journal.append([insert('b')])
  assert.deepEqual(await ids(journal), ['a', 'b'])
  await journal.close()
  assert.deepEqual(await ids(await openAt(t, path)), ['a', 'b'])
})

async function checksums(journal: Opened, seals: string): Promise<string[]> {
  const all: string[] = []
  for await (const { checksum: kept, damages } of verify(journal.segments(), seals, () => undefined, new AbortController().signal)) all.push(`${kept} ${damages}`)
  return all
}

test('repair keeps what can be read of a sealed segment that breaks off, and all of it aside; compaction is done with it then', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now, segmentBytes: 8_000_000 })
  await journal.append(Array.from({ length: 3_000 }, (_, i) => insert(`a${i}`, String(Math.random()))))
  clock.add(86_400_000)
  await journal.append([insert('b')])
  await journal.sealed()
  const [first] = journal.segments()
  assert.ok(first !== undefined)
  const bytes = await readFile(first.path)
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 40)
  await writeFile(first.path, bytes)
  assert.deepEqual(await journal.compact(forgetting('a1'), never), { changed: 0, failed: 1 })
  const { failed, broken, resealed } = await journal.repair()
  assert.deepEqual({ failed, broken, resealed }, { failed: 0, broken: 1, resealed: 0 })
  assert.match(journal.notes.damaged.join(), /it breaks off \(.+\): .+\.damaged\.txt\.gz/)
  assert.deepEqual(await readFile(join(path, 'state', 'quarantine', first.name.replace('.txt.gz', '.damaged.txt.gz'))), bytes)
  const left = await ids(journal)
  assert.ok(left.length > 500 && left.length < 3_000, `${left.length}`)
  assert.deepEqual(left, [...Array.from({ length: left.length - 1 }, (_, i) => `a${i}`), 'b'])
  assert.deepEqual(await checksums(journal, join(path, 'state', 'segments')), ['ok 0', 'open 0'])
  assert.deepEqual(await journal.compact(forgetting('a1'), never), { changed: 1, failed: 0 })
  assert.deepEqual(await journal.repair(), { changed: 0, failed: 0, broken: 0, resealed: 0 })
})

test('of a sealed segment that is not packed at all repair keeps nothing but the file, and each that is kept', async (t) => {
  const { journal, path } = await sealedTwo(t)
  const [first] = journal.segments()
  for (const content of ['not gzip', 'nor this']) {
    await writeFile(first?.path ?? '', content)
    assert.equal((await journal.repair()).broken, 1)
  }
  assert.deepEqual(await ids(journal), ['b', 'b2', 'd'])
  const quarantine = join(path, 'state', 'quarantine')
  const kept = (await readdir(quarantine)).filter((name) => name.includes('.damaged')).sort()
  assert.deepEqual(await Promise.all(kept.map((name) => readFile(join(quarantine, name), 'utf8'))), ['nor this', 'not gzip'])
})

test('repair gives dumps that were brought back alone their checksums, and those that were changed', async (t) => {
  const { journal, seals } = await sealedTwo(t)
  const [first, second] = journal.segments()
  const before = await readSeal(seals, first?.name ?? '')
  await rm(join(seals, `${first?.name}.json`))
  await writeSeal(seals, { name: second?.name ?? '', bytes: 1, sha256: 'of something else', records: 1, last: 1e15 })
  assert.deepEqual(await checksums(journal, seals), ['missing 0', 'wrong 0', 'open 0'])
  assert.deepEqual(await journal.repair(), { changed: 0, failed: 0, broken: 0, resealed: 2 })
  assert.deepEqual(await checksums(journal, seals), ['ok 0', 'ok 0', 'open 0'])
  assert.deepEqual(await readSeal(seals, first?.name ?? ''), before)
})

test('every damaged place is counted, also past those that are remembered one by one', async () => {
  const told: string[] = []
  const damage = createDamageLog(join(await temporaryFolder(), 'damaged.ndjson'), ({ reason }) => told.push(reason), 100)
  for (let i = 0; i < 110; i++) damage.report('a segment', '', `place ${i}`)
  damage.report('a segment', '', 'place 0')
  assert.deepEqual([damage.count(), told.length], [110, 100])
  await damage.flush()
})
