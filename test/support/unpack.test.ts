import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { BrokenPack, unpacked } from '../../src/support/unpack.ts'
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
  const [gz, zst] = [gzipSync(bomb), zstdCompressSync(bomb)]
  const content = { 'a.gz': [gz], 'b.gz': [gzipSync(text.subarray(0, 10_000)), gz], 'c.zst': [zst], 'd.zst': [zstdCompressSync(text.subarray(0, 10_000)), zst] }
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

const gathered = async (content: Buffer): Promise<string> => {
  const file = join(await temporaryFolder(), 'a.zst')
  await writeFile(file, content)
  const chunks: Buffer[] = []
  for await (const chunk of unpacked(file, () => undefined, never)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
const frame = (content: string | Buffer): Buffer => zstdCompressSync(content)
/** What zstd passes over: a mark, a length, and as many bytes. */
const skipped = Buffer.from('502a4d180400000061626364', 'hex')

test('every frame of a zstd file is read, wherever it ends, and frames without text are passed over', async () => {
  assert.equal(await gathered(Buffer.concat([skipped, frame('one '), frame(''), skipped, skipped, frame('two'), skipped])), 'one two')
  const halves = [text.subarray(0, 1_000_000), text.subarray(1_000_000)]
  assert.ok((await gathered(Buffer.concat(halves.map(frame)))) === text.toString('utf8'))
  // A frame that ends where a read of the file does.
  const filling = Buffer.alloc(256 * 1024 - frame('one ').length)
  skipped.copy(filling, 0, 0, 4)
  filling.writeUInt32LE(filling.length - 8, 4)
  assert.equal(await gathered(Buffer.concat([filling, frame('one '), frame('two')])), 'one two')
})

test('what is no frame behind a frame breaks a zstd file, and so do more frames than anybody makes', async () => {
  for (const rest of [Buffer.from('no frame at all'), Buffer.from('x'), frame('cut off').subarray(0, 12)]) await assert.rejects(gathered(Buffer.concat([frame('one'), rest])), BrokenPack)
  await assert.rejects(gathered(Buffer.concat(Array.from({ length: 1_100 }, () => skipped))), /more than a frame for every 256 bytes/)
})
