import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { frameText, parseDictionary } from '../../../src/sources/bluesky/compression.ts'
import { lines, recorded } from './frames.ts'

describe('recorded frames come out of compression as they went in', () => {
  const cases = [
    ['v1', recorded.production, recorded.dictionaryV1, 1_612_007_021],
    ['v1, local', recorded.localV1, recorded.dictionaryV1, 1_612_007_021],
    ['v2', recorded.localV2, recorded.dictionaryV2, 20_260_811],
  ] as const
  for (const [name, frames, file, id] of cases) {
    test(`with the real dictionary of ${name}`, { skip: frames.skip || file.skip }, () => {
      const dictionary = parseDictionary(readFileSync(file.path))
      assert.equal(dictionary.id, id)
      let [plain, packed] = [0, 0]
      for (const line of lines(frames.path)) {
        const frame = zstdCompressSync(line, { dictionary: dictionary.bytes })
        assert.deepEqual(frameText(frame, true, dictionary, 1_000_000), { text: line })
        plain += line.length
        packed += frame.length
      }
      assert.ok(packed < plain * 0.6, `${packed} of ${plain}`)
    })
  }
})

describe('frames that cannot be read say why', () => {
  const dictionary = parseDictionary(Buffer.from([0x37, 0xa4, 0x30, 0xec, 1, 2, 3, 4]))

  test('plain text is text', () => assert.deepEqual(frameText(Buffer.from('{"ä":1}'), false, null, 100), { text: '{"ä":1}' }))
  test('too large as it came', () => assert.equal(frameText(Buffer.alloc(101), false, null, 100), 'frame too large'))
  test('not UTF-8', () => assert.equal(frameText(Buffer.from([0x22, 0xff, 0x22]), false, null, 100), 'frame is not UTF-8'))
  test('binary, and no compression was asked for', () => assert.equal(frameText(Buffer.from('{}'), true, null, 100), 'binary frame without compression'))
  test('garbage', () => assert.equal(frameText(Buffer.from('garbage garbage'), true, dictionary, 100), 'frame not decompressed'))
  test('empty', () => assert.equal(frameText(Buffer.alloc(0), true, dictionary, 100), 'frame not decompressed'))

  test('too large only when decompressed', { skip: recorded.dictionaryV2.skip }, () => {
    const real = parseDictionary(readFileSync(recorded.dictionaryV2.path))
    const bomb = zstdCompressSync(Buffer.alloc(10_000_000, 0x20), { dictionary: real.bytes })
    assert.ok(bomb.length < 2000)
    assert.equal(frameText(bomb, true, real, 100_000), 'frame too large')
  })

  test('compressed with another dictionary, or cut off', { skip: recorded.dictionaryV1.skip || recorded.dictionaryV2.skip }, () => {
    const [one, other] = [recorded.dictionaryV1, recorded.dictionaryV2].map((file) => parseDictionary(readFileSync(file.path)))
    assert.ok(one !== undefined && other !== undefined)
    const frame = zstdCompressSync('{"kind":"commit"}', { dictionary: one.bytes })
    assert.equal(frameText(frame, true, other, 100_000), 'frame not decompressed')
    assert.equal(frameText(frame.subarray(0, 10), true, one, 100_000), 'frame not decompressed')
  })

  test('a file that is no dictionary is refused before any frame comes', () => {
    assert.throws(() => parseDictionary(Buffer.from('<html>not found</html>')), /not a zstd dictionary/)
    assert.throws(() => parseDictionary(Buffer.alloc(0)), /not a zstd dictionary/)
  })
})
