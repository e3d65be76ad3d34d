import assert from 'node:assert/strict'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { nothingForgotten } from '../../src/journal/forget.ts'
import { rewriteInWorker, type Rewrite } from '../../src/journal/rewrite.ts'
import { temporaryFolder } from './fixtures.ts'

const line = (n: number): string => `{"$T":${Date.UTC(2026, 0, 2) * 1000 + n},"$P":"D","id_str":"test:${n}"}\n`

/** The pass that seals a segment with these lines. */
async function sealing(text: string): Promise<Rewrite> {
  const folder = await temporaryFolder()
  const name = 'messages_20260102_00000000.txt'
  const path = join(folder, name)
  await writeFile(path, text)
  const segment = { name, path, sealed: false, from: Date.UTC(2026, 0, 2) * 1000, bytes: Buffer.byteLength(text), modified: 0 }
  return { segment, target: join(folder, `${name}.gz.tmp`), aside: join(folder, 'removed'), forgotten: nothingForgotten, repair: false }
}

test('a pass in a thread of its own does what it would do here, and tells how far it is', async () => {
  const text = Array.from({ length: 20_000 }, (_, n) => line(n)).join('')
  const job = await sealing(text)
  const read: number[] = []
  const { records, last, changed } = await rewriteInWorker(job, new AbortController().signal, (bytes) => read.push(bytes))
  assert.deepEqual([records, last, changed], [20_000, Date.UTC(2026, 0, 2) * 1000 + 19_999, 0])
  assert.equal(gunzipSync(await readFile(job.target)).toString(), text)
  assert.equal(read.at(-1), text.length)
})

test('what fails there fails here, with its reason', async () => {
  const job = await sealing(line(1))
  await assert.rejects(rewriteInWorker({ ...job, target: join(job.target, 'nowhere') }, new AbortController().signal), /ENOTDIR|ENOENT/)
})

test('a stop ends the thread, or keeps it from being started', async () => {
  const job = await sealing(Array.from({ length: 20_000 }, (_, n) => line(n)).join(''))
  const stop = new AbortController()
  await assert.rejects(rewriteInWorker(job, stop.signal, () => stop.abort()), /stopped/)
  const another = await sealing(line(1))
  await assert.rejects(rewriteInWorker(another, AbortSignal.abort()), /stopped/)
  await assert.rejects(access(another.target))
})
