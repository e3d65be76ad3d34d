// What is refused of an import: one file for each, of bounded size, and none written where the disk has no room.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Intake } from '../../../src/intake/port.ts'
import { importFile, type ImportFolders, type ImportProgress } from '../../../src/sources/dump/import.ts'
import { inbox } from '../../../src/sources/dump/inbox.ts'
import { Happenings } from '../../support/waiting.ts'
import { temporaryFolder } from '../../journal/fixtures.ts'

const never = new AbortController().signal
const intake: Intake = { offer: (drafts) => Promise.resolve(drafts.map(() => ({ outcome: 'new' as const, id: '' }))) }

async function folders(): Promise<ImportFolders> {
  const folder = await temporaryFolder()
  return { state: join(folder, 'state'), rejected: join(folder, 'rejected') }
}

async function imported(file: string, content: string, into: ImportFolders): Promise<ImportProgress | undefined> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return (await Array.fromAsync(importFile(file, intake, into, never))).at(-1)
}

const linesOf = async (path: string | null | undefined): Promise<string[]> => (await readFile(path ?? '', 'utf8')).trimEnd().split('\n')

test('a file that is imported again has its refused lines once, and none when it is mended', async () => {
  const into = await folders()
  const file = join(await temporaryFolder(), 'a.txt')
  for (let i = 0; i < 2; i++) assert.equal((await linesOf((await imported(file, 'one\ntwo\n', into))?.rejected)).length, 2)
  assert.equal((await imported(file, '\n', into))?.rejected, null)
  assert.deepEqual(await readdir(into.rejected), [])
})

test('files of one name in different folders have files of refused lines of their own', async () => {
  const into = await folders()
  const folder = await temporaryFolder()
  const first = await imported(join(folder, 'a', 'd.txt'), 'one', into)
  const second = await imported(join(folder, 'b', 'd.txt'), 'two', into)
  assert.match((await linesOf(first?.rejected)).join(), /"text":"one"/)
  assert.match((await linesOf(second?.rejected)).join(), /"text":"two"/)
  assert.equal((await linesOf(first?.rejected)).length, 1)
})

test('of many refused lines the first 16 MB are kept; the last line says how many there were more, the counters are exact', async () => {
  const last = await imported(join(await temporaryFolder(), 'a.txt'), `${'x'.repeat(60_000)}\n`.repeat(400), await folders())
  assert.equal(last?.counts.invalid, 400)
  const kept = await linesOf(last.rejected)
  const more: unknown = JSON.parse(kept.pop() ?? '')
  assert.deepEqual(more, { more: 400 - kept.length, reason: 'the first 16 MB of refused lines are kept' })
  const { size } = await stat(last.rejected ?? '')
  assert.ok(size > 15_900_000 && size < 16_001_000, `${size}`)
})

test('no refused line is written while less is free than must be; it waits, says why, and goes on', async () => {
  const into = await folders()
  const file = join(await temporaryFolder(), 'a.txt')
  await writeFile(file, 'no json\n'.repeat(1_200))
  let needed = Infinity
  let waited = 0
  let last: ImportProgress | undefined
  for await (const progress of importFile(file, intake, { ...into, floor: () => needed }, never)) {
    last = progress
    if (progress.waiting === undefined) continue
    waited++
    assert.match(progress.waiting, /^\d+ bytes are free on the disk of .+rejected, Infinity must stay free$/)
    assert.deepEqual(await readdir(into.rejected), [])
    needed = 0
  }
  assert.deepEqual([waited, last?.counts.invalid], [1, 1_200])
  assert.equal((await linesOf(last?.rejected)).length, 1_200)
})

test('a dropped file with refused lines waits for room on the disk, says so in its state, and is stopped there', async () => {
  const folder = await temporaryFolder()
  const [import_ = '', imported_ = ''] = await Promise.all(['import', 'imported'].map(async (name) => (await mkdir(join(folder, name)), join(folder, name))))
  await writeFile(join(import_, 'd.txt'), 'no json')
  const said = new Happenings<string>()
  const stop = new AbortController()
  const source = inbox({ import: import_, imported: imported_, state: folder, poll: 1, floor: () => Infinity, now: Date.now, wait: () => Promise.resolve(), log: { info: () => undefined, warn: (text) => said.push(text) } })
  const running = source.run(intake, stop.signal)
  assert.match(await said.next(), /^waiting to import d\.txt: \d+ bytes are free/)
  const { state, reason } = source.state()
  assert.equal(state, 'waiting')
  assert.match(reason ?? '', /^importing d\.txt; \d+ bytes are free on the disk/)
  stop.abort()
  await running
  assert.deepEqual([await readdir(import_), await readdir(imported_)], [['d.txt'], []])
})
