// Deleted text in what is not our own dump: whatever it is called, whenever it came, however its ids are written.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { createQuarantine } from '../../src/intake/quarantine.ts'
import { messageId } from '../../src/message/identity.ts'
import { heldClock } from '../journal/fixtures.ts'
import { author, draft, openTest, remove, type Opened } from './fixtures.ts'

const never = new AbortController().signal
const line = (id: string, more = ''): string => `{"id_str":"${id}","network":"test","text":"secret"${more},"user":{"screen_name":"a"}}\n`

/** An archive in which `test:a` was written and deleted, with what else happened, and a day later. */
async function aDayLater(t: TestContext, ...more: Parameters<Opened['outcomes']>): Promise<Opened & { nextDay(): Promise<void> }> {
  const clock = heldClock()
  const opened = await openTest(t, { now: clock.now })
  const nextDay = async (): Promise<void> => {
    clock.add(86_400_000)
    await opened.archive.journal.rotateIfDue()
  }
  await opened.outcomes(draft('test:a'), remove('test:a'), ...more)
  await nextDay()
  return { ...opened, nextDay }
}

test('an imported file that is called as our dumps are is cleaned like the others', async (t) => {
  const { archive } = await aDayLater(t)
  const paths = ['messages_20170101_00000000.txt', 'remainder_20170101_00000000.txt', 'old.txt'].map((name) => join(archive.folder.imported, name))
  for (const path of paths) await writeFile(path, `${line('test:a')}${line('test:b')}`)
  assert.equal((await archive.compact(never)).foreign, 3)
  for (const path of paths) assert.equal(await readFile(path, 'utf8'), line('test:b'))
})

test('what was deleted while a file waits or is imported is looked for until it was moved', async (t) => {
  const { archive } = await aDayLater(t)
  const dropped = join(archive.folder.import, 'x.txt')
  await writeFile(dropped, line('test:a'))
  assert.equal((await archive.compact(never)).lines, 1)
  assert.equal((await archive.compact(never)).foreign, 0)
  await rename(dropped, join(archive.folder.imported, 'x.txt'))
  assert.deepEqual(await archive.compact(never), { lines: 0, foreign: 1, failed: 0 })
  assert.equal(await readFile(join(archive.folder.imported, 'x.txt'), 'utf8'), '')
  assert.deepEqual([...archive.known.outdated(10)], [])
})

test('an id is found however the line writes it, and one that an import had to hash as well', async (t) => {
  const { archive } = await aDayLater(t, remove(messageId('test', 'https://foo/1')))
  const path = join(archive.folder.imported, 'x.txt')
  const escaped = String.raw`{"id_str":"test\u003aa","text":"secret"}`
  const deep = `{"quoted":${'['.repeat(20_000)}${line('test:a').trim()}${']'.repeat(20_000)}}`
  const gone = ['{"id_str" :\t"test:a"}', escaped, line('https://foo/1').trim(), String.raw`{"network":"test","id_str":"https:\/\/foo\/1"}`, deep]
  // A line as a file of refused lines has it, whole and cut off.
  const rejected = [...gone, ...gone.slice(0, -1).map((one) => one.slice(0, -1))].map((text, i) => JSON.stringify({ line: i + 1, reason: 'x', text }))
  const torn = gone.slice(0, -1).map((one) => one.slice(0, -1))
  const kept = ['{"id_str":"test:b","text":"they wrote \\"id_str\\":\\"test:a\\""}', '{"text":"no id"}', '[1,"id_str"]', 'null']
  await writeFile(path, [...gone, ...kept, ...rejected, ...torn].join('\n'))
  assert.equal((await archive.compact(never)).foreign, gone.length + rejected.length + torn.length)
  assert.equal(await readFile(path, 'utf8'), `${kept.join('\n')}\n`)
})

test('records and refused drafts of authors who are gone or have a newer record go, what they are named in stays', async (t) => {
  const { archive } = await aDayLater(t, author('key:bob', { name: 'Bob' }), author('key:bob', { state: 'deleted' }), author('key:ann', { name: 'Ann' }), author('key:ann', { name: 'Anna' }))
  const path = join(archive.folder.imported, 'x.txt')
  const of = (key: string): string => JSON.stringify({ $P: 'A', author: { key, network: 'test', name: 'A Real Name' } })
  const kept = [of('key:eve'), line('test:b').replace('"screen_name"', '"user_id":"key:ann","screen_name"').trim()]
  await writeFile(path, [...kept, of('key:bob'), of('key:ann'), of('key:bob').slice(0, -1)].join('\n'))
  const quarantine = createQuarantine(join(archive.folder.state, 'quarantine'), Date.now)
  for (const key of ['key:bob', 'key:eve']) quarantine.keep('author.network', { kind: 'author', author: { key, network: 'NO NETWORK', name: `Name of ${key}` } })
  await quarantine.flush()
  assert.equal((await archive.compact(never)).foreign, 4)
  assert.equal(await readFile(path, 'utf8'), `${kept.join('\n')}\n`)
  const [name = ''] = await readdir(join(archive.folder.state, 'quarantine'))
  assert.deepEqual((await readFile(join(archive.folder.state, 'quarantine', name), 'utf8')).match(/Name of key:\w+/g), ['Name of key:eve'])
})

test('of a file that breaks off what can be read is kept without what is gone, and of many frames each is', async (t) => {
  const { archive, notes } = await aDayLater(t)
  const { imported } = archive.folder
  const random = Array.from({ length: 2_000 }, (_, i) => line(`test:${Math.random()}`, `,"n":${i}`)).join('')
  const packed = gzipSync(`${line('test:a')}${random}`)
  await writeFile(join(imported, 'x.txt.gz'), packed.subarray(0, packed.length >> 1))
  await writeFile(join(imported, 'x.zst'), Buffer.concat([zstdCompressSync(line('test:b')), zstdCompressSync(`${line('test:c')}${line('test:a')}`)]))
  assert.deepEqual(await archive.compact(never), { lines: 1, foreign: 2, failed: 0 })
  assert.match(notes.join(), /not compacted: .+x\.txt\.gz: unexpected end of file; what can be read of it is kept/)
  const kept = gunzipSync(await readFile(join(imported, 'x.txt.gz'))).toString()
  assert.ok(kept.length > 10_000 && random.startsWith(kept) && !kept.endsWith('\n'))
  assert.equal(zstdDecompressSync(await readFile(join(imported, 'x.zst'))).toString(), `${line('test:b')}${line('test:c')}`)
})

test('while a file cannot be written anew nothing counts as done', async (t) => {
  const { archive, notes } = await aDayLater(t)
  const path = join(archive.folder.imported, 'x.txt')
  await writeFile(path, line('test:a'))
  const inTheWay = join(archive.folder.imported, '.cleaned.tmp')
  await mkdir(inTheWay)
  assert.deepEqual(await archive.compact(never), { lines: 1, foreign: 0, failed: 1 })
  assert.match(notes.join(), /not compacted: .+x\.txt: .*EISDIR/)
  await rmdir(inTheWay)
  assert.deepEqual(await archive.compact(never), { lines: 0, foreign: 1, failed: 0 })
})

test('what a kill left half-done among imported and quarantined files is gone at the next start', async (t) => {
  const { archive, close } = await aDayLater(t)
  const { imported, path } = archive.folder
  for (const name of ['.cleaned.tmp', '.moved.tmp', 'a.tmp']) await writeFile(join(imported, name), line('test:a'))
  await close()
  await openTest(t, { path })
  assert.deepEqual(await readdir(imported), ['a.tmp'])
})
