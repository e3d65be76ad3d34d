// Samples of what was refused: bounded by reason, by day and by days, over restarts.
import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createQuarantine } from '../../src/intake/quarantine.ts'
import { heldClock, temporaryFolder } from '../journal/fixtures.ts'

const { now } = heldClock()
const name = 'invalid-20260102.ndjson'

test('of each reason fifty samples a day are kept, however often the process starts, and counted where they are', async () => {
  const folder = await temporaryFolder()
  for (const kept of [40, 10, 0]) {
    const quarantine = createQuarantine(folder, now)
    for (let i = 0; i < 40; i++) quarantine.keep('text: is missing', { i })
    await quarantine.flush()
    assert.equal(quarantine.kept(), kept)
  }
  assert.equal((await readFile(join(folder, name), 'utf8')).trimEnd().split('\n').length, 50)
})

test('a day has its size over restarts', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), `${'x'.repeat(16 * 1024 * 1024 - 100)}\n`)
  const quarantine = createQuarantine(folder, now)
  for (let i = 0; i < 5; i++) quarantine.keep(`reason ${i}`, {})
  await quarantine.flush()
  assert.equal(quarantine.kept(), 3)
})

test('samples of the newest thirty days stay, and what else lies there', async () => {
  const folder = await temporaryFolder()
  const days = Array.from({ length: 40 }, (_, i) => `invalid-202511${String(i + 10)}.ndjson`)
  for (const day of [...days, 'damaged.ndjson']) await writeFile(join(folder, day), '{}\n')
  const quarantine = createQuarantine(folder, now)
  quarantine.keep('a reason', {})
  await quarantine.flush()
  assert.deepEqual((await readdir(folder)).sort(), ['damaged.ndjson', ...days.slice(10), name])
  assert.equal(quarantine.kept(), 1)
})

test('what cannot be written is not counted as kept', async () => {
  const file = join(await temporaryFolder(), 'a file')
  await writeFile(file, '')
  const quarantine = createQuarantine(file, now)
  quarantine.keep('a reason', {})
  await quarantine.flush()
  assert.equal(quarantine.kept(), 0)
})
