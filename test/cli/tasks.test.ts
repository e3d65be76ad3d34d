import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { tasks } from '../../src/cli/tasks.ts'
import type { Archive } from '../../src/intake/archive.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { openTest } from '../intake/fixtures.ts'
import { temporaryFolder } from './folders.ts'

test('an import for a command says that it goes on when it is asked again, where the server is stopped or the command goes away', async (t) => {
  const file = join(await temporaryFolder(t), 'a.txt')
  await writeFile(file, '{"id_str":"1","text":"x","user":{"screen_name":"ann"}}\n')
  const stop = new AbortController()
  const { archive } = await openTest(t, { floor: () => Infinity, onBlocked: () => stop.abort() })
  await assert.rejects(Array.fromAsync(tasks.import(archive, { paths: [file] }, stop.signal)), (error: unknown) => error instanceof LoklakError && error.code === 'INTERRUPTED')
})

/** An archive with a closed dump of so many records. */
async function withClosedDump(t: TestContext, records: number): Promise<Archive> {
  const path = await temporaryFolder(t)
  const own = join(path, 'dump', 'own')
  await mkdir(own, { recursive: true })
  const line = (n: number): string => `{"$T":${Date.UTC(2025, 0, 1) * 1000 + n},"$P":"D","id_str":"test:${createHash('sha256').update(String(n)).digest('hex')}"}\n`
  await writeFile(join(own, 'messages_20250101_00000000.txt.gz'), gzipSync(Array.from({ length: records }, (_, n) => line(n)).join('')))
  const { archive } = await openTest(t, { path })
  return archive
}

test('a repair tells in bytes how far it is, and when it is stopped that it begins anew', async (t) => {
  const archive = await withClosedDump(t, 10_000)
  const [segment] = archive.journal.segments()
  const told = await Array.fromAsync(tasks.repair(archive, {}, new AbortController().signal))
  assert.deepEqual(told.at(-2), { bytes: segment?.bytes, total: segment?.bytes, errors: 0 })
  assert.deepEqual(told.at(-1), { repaired: 0, broken: 0, resealed: 1, failed: 0, kept: '' })
  await assert.rejects(Array.fromAsync(tasks.repair(archive, {}, AbortSignal.abort())), (error: unknown) => error instanceof LoklakError && error.code === 'STOPPED')
})

test('so does a compaction, which goes on where it was', async (t) => {
  const archive = await withClosedDump(t, 1_000)
  const told = await Array.fromAsync(tasks.compact(archive, {}, new AbortController().signal))
  const [{ bytes: total } = { bytes: 0 }] = archive.journal.segments()
  assert.deepEqual(told.slice(-2), [{ bytes: total, total, errors: 0 }, { lines: 0, foreign: 0, failed: 0 }])
  await assert.rejects(Array.fromAsync(tasks.compact(archive, {}, AbortSignal.abort())), (error: unknown) => error instanceof LoklakError && error.code === 'INTERRUPTED')
})
