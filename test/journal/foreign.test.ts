// Deleted text in files that somebody else wrote, whatever else is in them.
import assert from 'node:assert/strict'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { createDamageLog } from '../../src/journal/damage.ts'
import { cleanForeign, type Cleaned } from '../../src/journal/foreign.ts'
import { nothingForgotten, type Forgotten } from '../../src/journal/forget.ts'
import { temporaryFolder } from './fixtures.ts'

const forgotten: Forgotten = { ...nothingForgotten, ids: new Set(['gone']), edited: new Map([['edited', 1]]) }
const gone = '{"id_str":"gone","text":"secret"}\n'

async function clean(folder: string): Promise<Cleaned & { unreadable: string[] }> {
  const unreadable: string[] = []
  const cleaned = await cleanForeign([{ path: folder }], forgotten, (path, reason) => unreadable.push(`${path.slice(folder.length + 1)}: ${reason}`), new AbortController().signal)
  return { ...cleaned, unreadable }
}

test('what stays, stays byte for byte: foreign line ends, bytes that are no text, no line end at the end', async () => {
  const folder = await temporaryFolder()
  const kept = [Buffer.from('{"id_str":"kept"}\r\n\r\n'), Buffer.from([0xff, 0xfe, 0x00, 0x0a]), Buffer.from('no end')]
  const content = Buffer.concat([Buffer.from(gone), ...kept])
  await writeFile(join(folder, 'a.txt'), content)
  await writeFile(join(folder, 'b.zst'), zstdCompressSync(content))
  assert.deepEqual(await clean(folder), { gone: 2, failed: 0, unreadable: [] })
  assert.deepEqual(await readFile(join(folder, 'a.txt')), Buffer.concat(kept))
  assert.deepEqual(zstdDecompressSync(await readFile(join(folder, 'b.zst'))), Buffer.concat(kept))
})

test('every version of an edited message goes: the newest is in our own dumps', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.txt'), '{"id_str":"edited","text":"first"}\n{"id_str":"kept"}\n')
  assert.equal((await clean(folder)).gone, 1)
  assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), '{"id_str":"kept"}\n')
})

test('bombs, endless lines, lines of backslashes and names that lead nowhere hold nothing up', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a-bomb.txt.gz'), Buffer.concat(Array<Buffer>(12).fill(gzipSync(Buffer.alloc(64 * 1024 * 1024, 97)))))
  await writeFile(join(folder, 'b-line.txt'), Buffer.concat([Buffer.alloc(20_000_000, 98), Buffer.from(`\n${gone}`)]))
  await writeFile(join(folder, 'c-backslashes.txt'), `${'\\'.repeat(1_000_000)}\n${gone}`)
  await symlink('/nowhere/at/all', join(folder, 'd-link.txt'))
  await writeFile(join(folder, 'e.txt'), gone)
  const before = await readdir(folder)
  assert.deepEqual(await clean(folder), { gone: 3, failed: 0, unreadable: ['a-bomb.txt.gz: unpacks to more than 200 times its size'] })
  assert.deepEqual((await readFile(join(folder, 'b-line.txt'))).length, 20_000_001)
  assert.equal((await readFile(join(folder, 'c-backslashes.txt'))).length, 1_000_001)
  assert.deepEqual(await readdir(folder), before, 'no temporary file is left')
})

test('lines that are appended while their file is cleaned are not lost', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'damaged.ndjson')
  await writeFile(path, `${gone}${Array.from({ length: 3_000 }, (_, i) => `{"id_str":"kept${i}"}\n`).join('')}`)
  const damage = createDamageLog(path, () => undefined)
  let done = false
  const cleaning = clean(folder).finally(() => (done = true))
  let reported = 0
  while (!done && reported < 5_000) {
    damage.report('segment', `line ${reported++}`, 'while it is cleaned')
    await new Promise(setImmediate)
  }
  assert.equal((await cleaning).gone, 1)
  await damage.flush()
  assert.equal((await readFile(path, 'utf8')).match(/while it is cleaned/g)?.length, reported)
})
