import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { messageId } from '../../../src/message/identity.ts'
import { encodeEntry, encodeLine } from '../../../src/message/line.ts'
import { decodeDumpLine } from '../../../src/sources/dump/decode.ts'
import { importFile, type ImportCounts, type ImportProgress } from '../../../src/sources/dump/import.ts'
import { inbox } from '../../../src/sources/dump/inbox.ts'
import { foreignLines, maxLineBytes } from '../../../src/sources/dump/lines.ts'
import { LoklakError } from '../../../src/watch/errors.ts'
import { openTest, type Opened } from '../../intake/fixtures.ts'
import { insert, temporaryFolder, told } from '../../journal/fixtures.ts'
import { sharedData } from '../../shared-data.ts'

const never = new AbortController().signal
const line = (id: string, text = `text of ${id}`) => JSON.stringify({ timestamp: '2017-04-11T16:20:21.827Z', created_at: '2017-04-11T16:20:05.000Z', screen_name: 'ann', text, id_str: id, source_type: 'TWITTER', user: { screen_name: 'ann' } })

async function imported(opened: Opened, name: string, content: string | Uint8Array): Promise<{ counts: ImportCounts; rejected: string[] }> {
  const folder = await temporaryFolder()
  const file = join(folder, name)
  await writeFile(file, content)
  let last: ImportProgress | undefined
  for await (const progress of importFile(file, opened.archive.intake, { state: join(folder, 'state'), rejected: folder }, never)) last = progress
  assert.ok(last)
  const rejected = last.rejected === null ? '' : await readFile(last.rejected, 'utf8')
  return { counts: last.counts, rejected: rejected.split('\n').filter(Boolean) }
}

const sample = sharedData('data/loklak/messages_20170411_17092725.txt')

test('the dump that the original wrote imports field by field, with its times and ids', { skip: sample.skip }, async (t) => {
  const opened = await openTest(t)
  const text = await readFile(sample.path, 'utf8')
  const { counts } = await imported(opened, 'messages_20170411_17092725.txt', text)
  assert.deepEqual(counts, { lines: 5, new: 5, known: 0, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 0 })
  const originals = text.trim().split('\n').map((original): Record<string, unknown> => JSON.parse(original))
  const records = await opened.records()
  for (const [i, original] of originals.entries()) {
    const record = records[i]
    assert.ok(record?.op === 'I' && record.imported)
    const kept = new Map<string, unknown>(Object.entries(record.message))
    for (const [field, value] of Object.entries(original)) assert.deepEqual(kept.get(field), value, field)
  }
})

test('what we write is read back as what it was: our own lines import into another folder unchanged', async (t) => {
  const opened = await openTest(t)
  const entry = insert('test:a', 'Grüße')
  const { counts } = await imported(opened, 'own.txt', `${encodeLine(5, encodeEntry(entry))}\n`)
  assert.equal(counts.new, 1)
  const [record] = await opened.records()
  assert.ok(record?.op === 'I' && entry.op === 'I')
  assert.deepEqual(record.message, entry.message)
  assert.equal(record.imported, true)
  assert.notEqual(record.position, 5, 'a foreign position is replaced by ours')
})

const inMembers = (text: Buffer): Buffer => Buffer.concat([gzipSync(text.subarray(0, 300)), gzipSync(text.subarray(300))])

for (const [name, pack] of [['a.txt', Buffer.from], ['a.txt.gz', gzipSync], ['members.txt.gz', inMembers], ['a.zst', zstdCompressSync], ['a.txt.zst', zstdCompressSync]] as const) {
  test(`${name}: new, known and invalid lines are counted exactly, invalid ones kept with number and reason`, async (t) => {
    const opened = await openTest(t)
    const text = [line('1'), 'no json', line('2'), line('1'), '{"id_str":"3"}', '', `{"$P":"X"}`, line('4')].join('\r\n')
    const { counts, rejected } = await imported(opened, name, pack(Buffer.from(text)))
    assert.deepEqual(counts, { lines: 7, new: 3, known: 1, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 3 })
    assert.deepEqual(rejected.map((one) => { const { line: number, reason }: { line: number; reason: string } = JSON.parse(one); return `${number} ${reason}` }).map((one) => one.slice(0, 13)), ['2 is not JSON', '5 has no user', '7 has an unkn'])
  })
}

test('deletes, edits and authors of another dump are taken in as such', async (t) => {
  const opened = await openTest(t)
  const lines = [
    line('1'), '{"$T":5,"$P":"D","id_str":"1"}', `{"$T":6,"$P":"A","author":{"key":"k","network":"test","handle":"h"}}`,
    line('2'), line('2', 'better').replace('{', '{"$T":9,"$P":"U","edited_at":"2018-01-01T00:00:00.000Z",'),
  ]
  const { counts } = await imported(opened, 'a.txt', lines.join('\n'))
  assert.deepEqual([counts.new, counts.deleted, counts.authors, counts.edited], [2, 1, 1, 1])
  assert.deepEqual(told(await opened.records()), ['I 1 text of 1', 'D 1', 'A k -', 'I 2 text of 2', 'U 2 better'])
})

const hostile: readonly (readonly [string, Buffer, RegExp])[] = [
  ['NUL bytes', Buffer.from(`${line('1')}\n\0\0\0\n${line('2')}\n`), /NUL/],
  ['a byte order mark', Buffer.from(`\uFEFF${line('9')}\n${line('1')}\n${line('2')}\n`), /byte order mark/],
  ['invalid UTF-8', Buffer.concat([Buffer.from(`${line('1')}\n{"text":"`), Buffer.from([0xff, 0xfe]), Buffer.from(`"}\n${line('2')}\n`)]), /UTF-8/],
  ['a line that is too long', Buffer.from(`${line('1')}\n${'x'.repeat(maxLineBytes * 3)}\n${line('2')}\n`), /longer than/],
  ['a last line that is too long', Buffer.from(`${line('1')}\n${line('2')}\n${'x'.repeat(maxLineBytes + 1)}`), /longer than/],
]
for (const [what, content, reason] of hostile) {
  test(`hostile: ${what} cost that line and nothing else`, async (t) => {
    const { counts, rejected } = await imported(await openTest(t), 'a.txt', content)
    assert.deepEqual([counts.new, counts.invalid], [2, 1])
    assert.match(rejected[0] ?? '', reason)
  })
}

/** Small once it is packed, and of lines: each that is read before it is refused is kept aside, so that they are not short. */
const bomb = `${'x'.repeat(99)}\n`.repeat(160_000)
const refusals: readonly (readonly [string, string, Buffer, RegExp])[] = [
  ['a gzip bomb', 'bomb.txt.gz', gzipSync(Buffer.alloc(16 * 1024 * 1024)), /more than 200 times/],
  ['a small bomb of lines', 'bomb.txt.gz', gzipSync(bomb), /more than 200 times/],
  ['a small bomb of zstd', 'bomb.zst', zstdCompressSync(bomb), /more than 200 times/],
  ['a file that is not gzip', 'a.txt.gz', Buffer.from('plain'), /incorrect header/],
  ['a truncated gzip', 'a.txt.gz', gzipSync(Buffer.from(`${line('1')}\n`.repeat(2_000))).subarray(0, 200), /unexpected end/],
  ['a foreign ending', 'a.exe', Buffer.from(line('1')), /ends neither/],
]
test('what is whole of a file that breaks off is stored, and the next try begins anew', async (t) => {
  const opened = await openTest(t)
  const packed = gzipSync(Buffer.from(Array.from({ length: 300 }, (_, i) => line(String(i))).join('\n')))
  await assert.rejects(imported(opened, 'a.txt.gz', packed.subarray(0, packed.length - 8)), /unexpected end/)
  assert.ok((await opened.records()).length >= 299)
})

test('a line nested deeper than can be written is rejected with number and reason, its neighbours are stored', async (t) => {
  const opened = await openTest(t)
  const deep = line('2').replace('{', `{"more":${'['.repeat(50_000)}${']'.repeat(50_000)},`)
  const { counts, rejected } = await imported(opened, 'a.txt', [line('1'), deep, line('3'), deep.replace('"more"', '"$P"')].join('\n'))
  assert.deepEqual([counts.lines, counts.new, counts.invalid], [4, 2, 2])
  assert.deepEqual(rejected.map((one) => one.slice(0, 30)).sort(), ['{"line":2,"reason":"draft: has', '{"line":4,"reason":"has an unk'])
})

for (const [what, name, content, reason] of refusals) {
  test(`${what} is refused with a reason`, async (t) => {
    await assert.rejects(imported(await openTest(t), name, content), (error: unknown) => error instanceof LoklakError && error.code === 'BAD_IMPORT' && reason.test(error.message))
  })
}

test('files dropped into dump/import are taken in the order of names once they stopped growing, and moved with a receipt', async (t) => {
  const opened = await openTest(t)
  const { folder, intake } = opened.archive
  await writeFile(join(folder.import, 'b.txt'), line('2'))
  await writeFile(join(folder.import, 'a.exe'), 'MZ')
  await writeFile(join(folder.import, 'c.txt'), line('3'))
  await mkdir(join(folder.import, 'a folder'))
  await writeFile(join(folder.imported, 'c.txt'), 'an older namesake')
  const stop = new AbortController()
  let looks = 0
  const source = inbox({
    import: folder.import, imported: folder.imported, state: folder.state, poll: 1, now: Date.now, log: { info: () => undefined, warn: () => undefined },
    wait: async () => {
      looks++
      if (looks === 1) await writeFile(join(folder.import, 'c.txt'), `${line('3')}\n${line('4')}`)
      if (looks === 1) assert.deepEqual(told(await opened.records()), [], 'nothing is taken at the first look')
      if (looks === 2) assert.deepEqual(told(await opened.records()).map((one) => one.split(' ')[1]), ['2'])
      if (looks === 3) stop.abort()
    },
  })
  await source.run(intake, stop.signal)
  assert.deepEqual(told(await opened.records()).map((one) => one.split(' ')[1]), ['2', '3', '4'])
  assert.deepEqual((await readdir(folder.imported)).sort(), ['2-c.txt', '2-c.txt.receipt.json', 'a.exe', 'a.exe.receipt.json', 'b.txt', 'b.txt.receipt.json', 'c.txt'])
  const receipt: { reason: string | null; new: number } = JSON.parse(await readFile(join(folder.imported, 'a.exe.receipt.json'), 'utf8'))
  assert.match(receipt.reason ?? '', /ends neither/)
  assert.deepEqual(await readdir(folder.import), ['a folder'])
})

test('a file that cannot be moved keeps no other from being imported, and is left alone for a while', async (t) => {
  const opened = await openTest(t)
  const { folder, intake } = opened.archive
  // Its receipt would have a longer name than a file can have.
  const long = `${'a'.repeat(245)}.txt`
  await writeFile(join(folder.import, long), line('1'))
  await writeFile(join(folder.import, 'b.txt'), line('2'))
  const stop = new AbortController()
  const said: string[] = []
  let looks = 0
  const source = inbox({
    import: folder.import, imported: folder.imported, state: folder.state, poll: 1, now: () => 1, log: { info: () => undefined, warn: (text) => said.push(text) },
    wait: () => Promise.resolve(++looks === 4 ? stop.abort() : undefined),
  })
  await source.run(intake, stop.signal)
  assert.deepEqual(told(await opened.records()).map((one) => one.split(' ')[1]), ['1', '2'])
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /^left where it is for now: a+\.txt: ENAMETOOLONG/)
  assert.deepEqual(await readdir(folder.import), [long])
})

test('older dumps: derived fields go, wrong names and numbers as text are mended, odd ids keep a stable id', () => {
  const decoded = decodeDumpLine(JSON.stringify({
    id_str: 'with spaces in it', text: 'x', conversationid_str: '7', retweet_count: '12', text_length: 5, links_count: 0, place_id: null, source_type: 'NO_SUCH', user: { screen_name: 'ann', profile_image: null }, whatever: { we: 'do not know' },
  }))
  assert.ok('draft' in decoded && decoded.draft.kind === 'message')
  assert.deepEqual(decoded.draft.message, {
    id_str: messageId('generic', 'with spaces in it'),
    network: 'generic', text: 'x', conversation_id: '7', retweet_count: 12, source_type: 'NO_SUCH', user: { screen_name: 'ann' }, whatever: { we: 'do not know' },
  })
})

test('unknown keys come through an import whatever they are called and say', async (t) => {
  const opened = await openTest(t)
  const unknown = '"__proto__":{"id_str":"x"},"nothing":null,"toString":"a"'
  await imported(opened, 'a.txt', line('1').replace('{', `{${unknown},`).replace('"user":{', `"user":{${unknown},`))
  const [record] = await opened.records()
  assert.ok(record?.op === 'I')
  const written = encodeEntry(record)
  assert.equal(written.split(unknown).length, 3, written)
})

test('what a dump tells of authors comes with its times and unknown keys; what is older there undoes nothing, also in a later line', async (t) => {
  const opened = await openTest(t)
  const of = (author: string) => `{"$T":6,"$P":"A","author":{"key":"k","network":"test",${author}}}`
  const newer = of('"handle":"new","name":"N","labels":[],"state":"active","as_of":{"handle":7,"profile":7},"pronouns":{"en":"they"},"__proto__":1')
  const older = of('"handle":"old","name":"O","as_of":{"handle":6,"profile":6},"pronouns":{"en":"?"}')
  const { counts } = await imported(opened, 'a.txt', [newer, older, of('"handle":"newest","as_of":{"handle":8}'), newer].join('\n'))
  assert.deepEqual([counts.authors, counts.known], [2, 2])
  const last = (await opened.records()).at(-1)
  assert.ok(last?.op === 'A')
  assert.equal(encodeEntry(last), '"$P":"A","$I":true,"author":{"key":"k","network":"test","handle":"newest","name":"N","labels":[],"pronouns":{"en":"they"},"__proto__":1,"state":"active","state_since":0,"as_of":{"handle":8,"profile":7}}}')
  await imported(opened, 'b.txt', of('"name":"N","as_of":{"profile":9},"pronouns":{"en":"she"}'))
  await imported(opened, 'c.txt', of('"name":"N","as_of":{"profile":8},"pronouns":{"en":"?"}'))
  const kept = new Map<string, unknown>(Object.entries(opened.archive.known.author('k') ?? {}))
  assert.deepEqual(kept.get('pronouns'), { en: 'she' })
})

test('property: no line of any bytes is fatal, and every line is either a draft or has a reason', async () => {
  const folder = await temporaryFolder()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)), fc.json().map((json) => Buffer.from(json))), { maxLength: 10 }), async (lines) => {
      const file = join(folder, 'a.txt')
      const content = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]))
      await writeFile(file, content)
      let seen = 0
      for await (const one of foreignLines(file, () => undefined, never)) {
        seen++
        const decoded = one.bad === undefined ? decodeDumpLine(one.text) : { bad: one.bad }
        assert.ok('draft' in decoded || decoded.bad.length > 0)
      }
      assert.equal(seen, content.toString('latin1').split('\n').filter((one) => one !== '' && one !== '\r').length)
    }),
  )
})
