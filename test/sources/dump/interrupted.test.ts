// An import that ends before its file: by a stop, while the disk takes nothing, by kill -9. It goes on where it was.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Intake } from '../../../src/intake/port.ts'
import { importFile, type ImportFolders, type ImportProgress } from '../../../src/sources/dump/import.ts'
import { inbox } from '../../../src/sources/dump/inbox.ts'
import { openTest } from '../../intake/fixtures.ts'
import { temporaryFolder } from '../../journal/fixtures.ts'

const never = new AbortController().signal
const line = (id: string): string => JSON.stringify({ created_at: '2017-04-11T16:20:05.000Z', screen_name: 'ann', text: `text of ${id}`, id_str: id, source_type: 'TWITTER', user: { screen_name: 'ann' } })
const lines = (count: number): string => Array.from({ length: count }, (_, i) => (i % 13 === 0 ? 'no json' : line(String(i)))).join('\n')
const whole = { lines: 2_600, new: 2_400, known: 0, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 200 }

async function dumpOf(content: string): Promise<{ file: string; folders: ImportFolders }> {
  const folder = await temporaryFolder()
  const file = join(folder, 'a.txt')
  await writeFile(file, content)
  return { file, folders: { state: join(folder, 'state'), rejected: join(folder, 'rejected') } }
}

const all = (file: string, intake: Intake, folders: ImportFolders): Promise<ImportProgress[]> => Array.fromAsync(importFile(file, intake, folders, never))

async function numbersIn(path: string): Promise<number[]> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n').map((one) => {
    const { line: number }: { line: number } = JSON.parse(one)
    return number
  })
}

/** Takes nothing from the `from`th offer on, as while the disk is full. */
function stuck(intake: Intake, from: number, asked: () => void): Intake {
  let offers = 0
  return {
    offer(drafts, provenance) {
      if (++offers < from) return intake.offer(drafts, provenance)
      asked()
      return new Promise(() => undefined)
    },
  }
}

test('a stop ends an import that waits for the disk; what was not acknowledged is offered again, and every line is counted once', async (t) => {
  const { archive, records } = await openTest(t)
  const { file, folders } = await dumpOf(lines(2_600))
  const stop = new AbortController()
  await assert.rejects(async () => {
    for await (const _ of importFile(file, stuck(archive.intake, 3, () => stop.abort()), folders, stop.signal));
  }, /abort/)
  assert.equal((await records()).length, 923)
  const progress = await all(file, archive.intake, folders)
  const last = progress.at(-1)
  assert.equal(progress[0]?.counts.lines, 1_500)
  assert.deepEqual(last?.counts, whole)
  assert.deepEqual(await numbersIn(last?.rejected ?? ''), Array.from({ length: 200 }, (_, i) => 1 + 13 * i))
  assert.deepEqual(await readdir(folders.state), [])
})

test('a stop waits a moment for the batch that is being stored, so that the counters stay exact', async (t) => {
  const { archive } = await openTest(t)
  const { file, folders } = await dumpOf(lines(2_600))
  const stop = new AbortController()
  const intake: Intake = {
    offer(drafts, provenance) {
      stop.abort()
      return archive.intake.offer(drafts, provenance)
    },
  }
  await assert.rejects(async () => {
    for await (const _ of importFile(file, intake, folders, stop.signal));
  }, /abort/)
  assert.deepEqual((await all(file, archive.intake, folders)).at(-1)?.counts, whole)
})

test('after kill -9 at most the batch that was just stored counts as known, and no refused line is kept twice', async (t) => {
  const { archive, records } = await openTest(t)
  const { file, folders } = await dumpOf(lines(2_600))
  // A generator that is left as it is: nothing is said to it, as to a process that is gone.
  const killed = importFile(file, archive.intake, folders, never)
  for (let i = 0; i < 3; i++) await killed.next()
  const [name = ''] = await readdir(folders.state)
  const place = await readFile(join(folders.state, name), 'utf8')
  const { value } = await killed.next()
  // The process died between storing the fourth batch and remembering it.
  await writeFile(join(folders.state, name), place)
  assert.ok(value !== undefined && value.counts.lines === 2_000 && value.counts.known === 0)
  const last = (await all(file, archive.intake, folders)).at(-1)
  assert.deepEqual(last?.counts, { ...whole, new: 2_400 - 462, known: 462 })
  assert.deepEqual(await numbersIn(last?.rejected ?? ''), Array.from({ length: 200 }, (_, i) => 1 + 13 * i))
  assert.equal((await records()).length, 2_400)
  await killed.return(undefined)
})

test('a dropped file that is interrupted goes on at the next start, with one file of refused lines beside it and one receipt', async (t) => {
  const { archive: { folder, intake } } = await openTest(t)
  await writeFile(join(folder.imported, 'd.txt'), 'an older namesake')
  await writeFile(join(folder.imported, 'd.txt.rejected'), 'of the older namesake\n')
  await writeFile(join(folder.import, 'd.txt'), lines(2_600))
  const said: string[] = []
  const run = async (by: Intake, stop: AbortController): Promise<void> => {
    let looks = 0
    const source = inbox({
      import: folder.import, imported: folder.imported, state: folder.state, poll: 1, now: Date.now, log: { info: (text) => said.push(text), warn: (text) => said.push(text) },
      wait: () => Promise.resolve(++looks === 2 ? stop.abort() : undefined),
    })
    await source.run(by, stop.signal)
  }
  const stopped = new AbortController()
  await run(stuck(intake, 3, () => stopped.abort()), stopped)
  assert.deepEqual(await readdir(folder.import), ['d.txt'])
  await run(intake, new AbortController())
  assert.deepEqual(said, ['imported d.txt: 2600 lines: 2400 new, 0 known, 200 invalid'])
  assert.deepEqual((await readdir(folder.imported)).sort(), ['2-d.txt', '2-d.txt.receipt.json', '2-d.txt.rejected', 'd.txt', 'd.txt.rejected'])
  assert.equal(await readFile(join(folder.imported, 'd.txt.rejected'), 'utf8'), 'of the older namesake\n')
  assert.equal((await numbersIn(join(folder.imported, '2-d.txt.rejected'))).length, 200)
})

test('the receipt of a dropped file tells what it gave, however often it could not be moved, or the process died before', async (t) => {
  const { archive: { folder, intake }, records } = await openTest(t)
  await writeFile(join(folder.import, 'd.txt'), lines(2_600))
  // Where the file belongs there is something in the way.
  await mkdir(join(folder.imported, 'd.txt.receipt.json'))
  const looks = async (counted: number): Promise<string[]> => {
    const said: string[] = []
    const stop = new AbortController()
    let now = 0
    const source = inbox({
      import: folder.import, imported: folder.imported, state: folder.state, poll: 1, now: () => (now += 3_600_000), log: { info: (text) => said.push(text), warn: (text) => said.push(text.slice(0, 22)) },
      wait: () => Promise.resolve(--counted === 0 ? stop.abort() : undefined),
    })
    await source.run(intake, stop.signal)
    return said
  }
  const told = 'imported d.txt: 2600 lines: 2400 new, 0 known, 200 invalid'
  assert.deepEqual(await looks(3), [told, 'left where it is for n', told, 'left where it is for n'])
  await rmdir(join(folder.imported, 'd.txt.receipt.json'))
  assert.deepEqual(await looks(2), [told])
  const receipt: { new: number; known: number } = JSON.parse(await readFile(join(folder.imported, 'd.txt.receipt.json'), 'utf8'))
  assert.deepEqual([receipt.new, receipt.known], [2_400, 0])
  assert.deepEqual(await readdir(join(folder.state, 'imports')), [])
  assert.equal((await numbersIn(join(folder.imported, 'd.txt.rejected'))).length, 200)
  assert.equal((await records()).length, 2_400)
})

test('the receipt of a refused file tells the reason and what it gave also the second time', async (t) => {
  const { archive: { folder, intake } } = await openTest(t)
  const packed = gzipSync(lines(2_600))
  await writeFile(join(folder.import, 'd.txt.gz'), packed.subarray(0, -8))
  const state = join(folder.state, 'imports')
  await assert.rejects(Array.fromAsync(importFile(join(folder.import, 'd.txt.gz'), intake, { state, rejected: folder.imported, name: 'd.txt.gz', isMoved: true }, never)))
  const stop = new AbortController()
  let looks = 0
  const source = inbox({ import: folder.import, imported: folder.imported, state: folder.state, poll: 1, now: Date.now, log: { info: () => undefined, warn: () => undefined }, wait: () => Promise.resolve(++looks === 2 ? stop.abort() : undefined) })
  await source.run(intake, stop.signal)
  const receipt: { reason: string; new: number; known: number } = JSON.parse(await readFile(join(folder.imported, 'd.txt.gz.receipt.json'), 'utf8'))
  assert.match(receipt.reason, /unexpected end/)
  // The last line has no end.
  assert.deepEqual([receipt.new, receipt.known], [2_399, 0])
  assert.deepEqual(await readdir(state), [])
})
