import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeAtomic } from '../../src/support/atomic-file.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-atomic-'))
})
after(() => rm(folder, { recursive: true }))

test('a file is replaced as a whole and nothing is left beside it', async () => {
  const path = join(folder, 'deep', 'er', 'state.json')
  await writeAtomic(path, 'one, which is longer')
  await writeAtomic(path, 'two')
  assert.equal(await readFile(path, 'utf8'), 'two')
  assert.deepEqual(await readdir(join(folder, 'deep', 'er')), ['state.json'])
})

test('what a crash left half written is overwritten', async () => {
  const path = join(folder, 'state.json')
  await writeFile(`${path}.new`, 'half of somethi')
  await writeAtomic(path, 'whole')
  assert.equal(await readFile(path, 'utf8'), 'whole')
})

test('where the new file cannot be written the old one stays', async () => {
  const path = join(folder, 'kept.json')
  await writeAtomic(path, 'old')
  await mkdir(`${path}.new`)
  await assert.rejects(writeAtomic(path, 'new'))
  assert.equal(await readFile(path, 'utf8'), 'old')
})
