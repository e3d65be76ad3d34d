import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { cutTornEnd } from '../../src/journal/recover.ts'
import { encodeEntry, encodeLine, linePosition } from '../../src/message/line.ts'
import { author, edit, insert, openAt, readAll, remove, temporaryFolder, told } from './fixtures.ts'

const lines = [insert('a', 'Grüße 🎉 東京'), edit('a', 'edited'), remove('a'), author('key:ann', 'Ann'), insert('b')].map((entry, i) => encodeLine(1_767_355_200_000_000 + i, encodeEntry(entry)))

test('a segment cut at every byte offset keeps exactly its whole lines, and the rest is kept beside it', async () => {
  const folder = await temporaryFolder()
  const whole = Buffer.from(`${lines.join('\n')}\n`)
  const nothing = Buffer.alloc(0)

  async function cutAt(at: number, path: string): Promise<void> {
    writeFileSync(path, whole.subarray(0, at))
    const { cut, bytes, last } = await cutTornEnd(path)
    const expected = whole.subarray(0, at).lastIndexOf(0x0a) + 1
    assert.equal(bytes, expected, `cut at ${at}`)
    assert.ok(readFileSync(path).equals(whole.subarray(0, expected)), `what stays, cut at ${at}`)
    assert.ok((cut === 0 ? nothing : readFileSync(`${path}.torn`)).equals(whole.subarray(expected, at)), `what is kept beside it, cut at ${at}`)
    assert.equal(cut, at - expected)
    rmSync(`${path}.torn`, { force: true })
    const kept = whole.toString('utf8', 0, expected).split('\n').at(-2)
    assert.equal(last, kept === undefined ? 0 : linePosition(kept))
  }

  // Several files at a time, because each waits for the disk.
  const files = 16
  let tried = 0
  async function every(first: number): Promise<void> {
    for (let at = first; at <= whole.length; at += files, tried++) await cutAt(at, join(folder, `segment-${first}.txt`))
  }
  await Promise.all(Array.from({ length: files }, (_, first) => every(first)))
  assert.equal(tried, whole.length + 1)
})

test('garbage at the end is cut, however many lines it looks like', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'segment.txt')
  for (const garbage of ['\0'.repeat(100_000), 'no json\nneither\n', '{"$T":1}\n', '\n\n\n', '{"$T":5,"$P":"X"}\n\0\0']) {
    await writeFile(path, `${lines[0]}\n${garbage}`)
    const { cut, last } = await cutTornEnd(path)
    assert.equal(cut, Buffer.byteLength(garbage))
    assert.equal(last, linePosition(lines[0] ?? ''))
  }
})

test('a long last line is found whole across chunks', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'segment.txt')
  const long = encodeLine(7, encodeEntry(insert('long', 'x'.repeat(300_000))))
  await writeFile(path, `${lines[0]}\n${long}\n{"$T":8`)
  assert.deepEqual(await cutTornEnd(path), { cut: 7, bytes: Buffer.byteLength(`${lines[0]}\n${long}\n`), last: 7 })
})

test('opening after a crash reports the torn end and goes on behind the last whole record', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path)
  await journal.append([insert('a'), insert('b')])
  const segment = journal.segments()[0]?.path ?? ''
  await journal.close()
  await appendFile(segment, '{"$T":176735520000')
  const again = await openAt(t, path)
  assert.deepEqual(again.notes.recovered, [{ path: segment, bytes: 18 }])
  await again.append([insert('c')])
  assert.deepEqual(told(await readAll(again)).map((line) => line.split(' ')[1]), ['a', 'b', 'c'])
})

test('damage in the middle is reported once, kept aside, and everything else is read', async (t) => {
  const path = await temporaryFolder()
  const folder = join(path, 'dump', 'own')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'messages_20260102_43200000.txt'), [lines[0], '\0\0\0', lines[1], `${lines[2]?.slice(0, 40)}`, lines[3], lines[4], ''].join('\n'))
  const journal = await openAt(t, path)
  assert.equal((await readAll(journal)).length, 4)
  assert.equal((await readAll(journal)).length, 4)
  assert.equal(journal.notes.damaged.length, 2)
  await journal.damage.flush()
  const kept = await readFile(join(path, 'state', 'quarantine', 'damaged.ndjson'), 'utf8')
  assert.equal(kept.trimEnd().split('\n').length, 2)
})

test('of a segment that is there plain and sealed, only a sealed one proven by its checksum wins', async (t) => {
  const path = await temporaryFolder()
  const folder = join(path, 'dump', 'own')
  const journal = await openAt(t, path, { segmentBytes: 1 })
  await journal.append([insert('a')])
  await journal.append([insert('b')])
  await journal.sealed()
  const [sealed] = journal.segments()
  await journal.close()
  const whole = await readFile(sealed?.path ?? '')
  const plain = (sealed?.path ?? '').slice(0, -3)

  await writeFile(plain, 'left behind by a crash after the new one took its place')
  const second = await openAt(t, path)
  assert.deepEqual((await readdir(folder)).filter((name) => name.endsWith('.txt')).length, 1, 'only the open segment is plain')
  assert.equal((await readAll(second)).length, 2)
  await second.close()

  await writeFile(sealed?.path ?? '', whole.subarray(0, 20))
  await writeFile(plain, `${encodeLine(sealed?.from ?? 0, encodeEntry(insert('a')))}\n`)
  const third = await openAt(t, path)
  await third.sealed()
  assert.deepEqual(told(await readAll(third)), ['I a text of a', 'I b text of b'])
})
