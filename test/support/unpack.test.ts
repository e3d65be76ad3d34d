import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { unpacked } from '../../src/support/unpack.ts'
import { temporaryFolder } from '../journal/fixtures.ts'

const never = new AbortController().signal
/** Text that packs to about a seventh, as dumps do. */
const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${randomBytes(3).toString('hex')} the same words in every line ${i % 7}\n`).join(''))

for (const [name, pack] of [['a.txt', (content: Buffer) => content], ['a.gz', gzipSync], ['a.zst', zstdCompressSync]] as const) {
  test(`${name}: it is told how much of the file was unpacked, not how far it was read ahead`, async () => {
    const file = join(await temporaryFolder(), name)
    await writeFile(file, pack(text))
    const { size } = await stat(file)
    let told = 0
    let unpackedBytes = 0
    let worst = 0
    for await (const chunk of unpacked(file, (bytes) => (told = bytes), never)) {
      unpackedBytes += chunk.length
      worst = Math.max(worst, Math.abs(told / size - unpackedBytes / text.length))
    }
    assert.equal(unpackedBytes, text.length)
    assert.equal(told, size)
    assert.ok(worst < 0.25, `${worst}`)
  })
}

test('a bomb is refused within its first megabytes, also behind text that is none', async () => {
  const folder = await temporaryFolder()
  const bomb = Buffer.alloc(64 * 1024 * 1024, 97)
  const content = { 'a.gz': [gzipSync(bomb)], 'b.gz': [gzipSync(text.subarray(0, 10_000)), gzipSync(bomb)], 'c.zst': [zstdCompressSync(bomb)] }
  for (const [name, parts] of Object.entries(content)) {
    await writeFile(join(folder, name), Buffer.concat(parts))
    let bytes = 0
    await assert.rejects(async () => {
      for await (const chunk of unpacked(join(folder, name), () => undefined, never)) bytes += chunk.length
    }, /unpacks to more than 200 times its size/)
    assert.ok(bytes < 4 * 1024 * 1024, `${name}: ${bytes}`)
  }
})

test('what is small is let through however well it packs', async () => {
  const file = join(await temporaryFolder(), 'a.gz')
  await writeFile(file, gzipSync(Buffer.alloc(1024 * 1024)))
  let bytes = 0
  for await (const chunk of unpacked(file, () => undefined, never)) bytes += chunk.length
  assert.equal(bytes, 1024 * 1024)
})
