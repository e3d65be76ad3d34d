// A sealed segment is a gzip file of several members, so that who resumes in it unpacks only what lies from their place on.
import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { readSeal, writeSeal, type Seal } from '../../src/journal/checksum.ts'
import { nothingForgotten } from '../../src/journal/forget.ts'
import { packMembers, type Member } from '../../src/journal/members.ts'
import type { Segment } from '../../src/journal/port.ts'
import { readSegment } from '../../src/journal/read.ts'
import { rewrite } from '../../src/journal/rewrite.ts'
import { segmentName } from '../../src/journal/segment.ts'
import { encodeEntry, encodeLine, linePosition, type Position } from '../../src/message/line.ts'
import { insert, openAt, readAll, temporaryFolder } from './fixtures.ts'

const never = new AbortController().signal
const first: Position = 1_767_355_200_000_000
const linesOf = (text: Buffer): string[] => text.toString().split('\n').slice(0, -1)
const positionsOf = (lines: readonly string[]): Position[] => lines.map((line) => linePosition(line) ?? 0)

/** What is known of where the members begin is true: all before is up to the position, all from there on behind it. */
function assertTrue(members: readonly Member[], packed: Buffer): void {
  const all = linesOf(gunzipSync(packed))
  for (const [after, byte] of members) {
    const behind = linesOf(gunzipSync(packed.subarray(byte)))
    assert.deepEqual(behind, all.slice(-behind.length))
    assert.deepEqual(positionsOf(behind), positionsOf(all).filter((position) => position > after))
  }
}

interface Both {
  readonly plain: Segment
  readonly sealed: Segment
  readonly seals: string
  readonly seal: Seal
  readonly positions: readonly Position[]
}

/** A segment as it was written, and as it is sealed with members of so many bytes; its positions are two apart. */
async function both(texts: readonly string[], memberBytes: number): Promise<Both> {
  const folder = await temporaryFolder()
  const seals = join(folder, 'segments')
  const name = segmentName(first)
  const path = join(folder, name)
  const positions = texts.map((_, i) => first + 2 * i)
  const content = Buffer.from(texts.map((text, i) => `${encodeLine(positions[i] ?? 0, encodeEntry(insert(`m${i}`, text)))}\n`).join(''))
  await writeFile(path, content)
  const plain = { name, path, sealed: false, from: first, bytes: content.length, modified: 0 }
  const { bytes, sha256, records, last, members } = await rewrite({ segment: plain, target: `${path}.gz`, aside: join(folder, 'aside'), forgotten: nothingForgotten, repair: false, memberBytes }, () => undefined)
  const seal = { name: `${name}.gz`, bytes, sha256, records, last, members }
  await writeSeal(seals, seal)
  return { plain, sealed: { ...plain, name: seal.name, path: `${path}.gz`, sealed: true, bytes }, seals, seal, positions }
}

interface Read {
  readonly lines: readonly string[]
  /** Lines that were unpacked or read for them. */
  readonly read: number
  readonly damaged: readonly string[]
}

async function readAfter(segment: Segment, after: Position, seals?: string): Promise<Read> {
  const lines: string[] = []
  const damaged: string[] = []
  let read = 0
  for await (const batch of readSegment(segment, after, (_segment, _line, reason) => damaged.push(reason), { seals })) {
    lines.push(...batch.lines)
    read += batch.read
  }
  return { lines, read, damaged }
}

const texts = Array.from({ length: 60 }, (_, i) => `text ${i} `.repeat(i % 7))

test('a large segment is sealed in members of 4 MiB of whole lines, and is a gzip file like any other', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 9_500_000 })
  for (let i = 0; i < 10; i++) await journal.append([insert(`m${i}`, 'x'.repeat(1_000_000))])
  const plain = await readFile(journal.segments()[0]?.path ?? '')
  await journal.append([insert('next')])
  await journal.sealed()
  const [sealed] = journal.segments()
  const packed = await readFile(sealed?.path ?? '')
  assert.ok(gunzipSync(packed).equals(plain))
  const { members = [] } = (await readSeal(join(path, 'state', 'segments'), sealed?.name ?? '')) ?? {}
  assert.deepEqual(members.map(([after]) => after), [positionsOf(linesOf(plain))[4]])
  assertTrue(members, packed)
})

test('property: reading a sealed segment after any position gives what reading the plain one gives', async () => {
  const anyTexts = fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(anyTexts, fc.integer({ min: 1, max: 3_000 }), async (texts, memberBytes) => {
      const { plain, sealed, seals, seal, positions } = await both(texts, memberBytes)
      assertTrue(seal.members ?? [], await readFile(sealed.path))
      const written = linesOf(await readFile(plain.path))
      // Positions are two apart, so there are some that no record has.
      for (const after of [0, ...positions.map((position, i) => position - (i % 2))]) {
        const { lines, damaged } = await readAfter(sealed, after, seals)
        assert.deepEqual(lines, written.filter((line) => (linePosition(line) ?? 0) > after))
        assert.deepEqual(damaged, [])
      }
    }),
    { numRuns: 10 },
  )
})

test('property: the same text gives the same file, in whatever pieces it comes', async () => {
  const lines = texts.map((text, i) => `${encodeLine(first + i, encodeEntry(insert(`m${i}`, text)))}\n`)
  async function pack(cuts: readonly number[]): Promise<{ packed: Buffer; members: readonly Member[] }> {
    async function* pieces() {
      for (const [i, from] of [0, ...cuts].entries()) {
        const to = cuts[i] ?? lines.length
        if (to > from) yield { text: lines.slice(from, to).join(''), last: first + to - 1 }
      }
    }
    const packed: Buffer[] = []
    const members = await packMembers(pieces(), 3_000, (chunk) => Promise.resolve(void packed.push(chunk)))
    return { packed: Buffer.concat(packed), members }
  }
  const whole = await pack([])
  assert.ok(whole.members.length > 5)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(lines.length)), async (cuts) => assert.deepEqual(await pack(cuts.sort((a, b) => a - b)), whole)),
    { numRuns: 10 },
  )
})

test('near the end no more than the last member is unpacked, also where the segment was sealed after it was listed', async () => {
  const { plain, sealed, seals, seal, positions } = await both(texts, 3_000)
  const [before] = seal.members?.at(-1) ?? []
  const inLast = positions.filter((position) => position > (before ?? 0)).length
  assert.ok(inLast > 0 && inLast < 12)
  const { lines, read, damaged } = await readAfter(sealed, positions.at(-2) ?? 0, seals)
  assert.deepEqual([positionsOf(lines), read, damaged], [positions.slice(-1), inLast, []])
  assert.equal((await readAfter(sealed, positions.at(-2) ?? 0)).read, texts.length, 'without what is known of it')
  await rm(plain.path)
  assert.equal((await readAfter(plain, positions.at(-2) ?? 0, seals)).read, inLast)
})

test('what is known of another version of the file is not used', async () => {
  const { sealed, seals, seal, positions } = await both(texts, 3_000)
  const [, end] = seal.members?.at(-1) ?? []
  async function assertWhole(): Promise<void> {
    const { lines, read, damaged } = await readAfter(sealed, first, seals)
    assert.deepEqual([positionsOf(lines), read, damaged], [positions.slice(1), texts.length, []])
  }
  await writeSeal(seals, { ...seal, bytes: seal.bytes + 1, members: [[first, end ?? 0]] })
  await assertWhole()
  // As large by chance: nothing begins there.
  await writeSeal(seals, { ...seal, members: [[first, (end ?? 0) + 1]] })
  await assertWhole()
})

test('with what older versions kept of it a sealed segment is read from its beginning', async () => {
  const { sealed, seals, seal, positions } = await both(texts, 3_000)
  const { members, ...older } = seal
  await writeSeal(seals, older)
  assert.ok(members !== undefined)
  const { lines, read, damaged } = await readAfter(sealed, positions[50] ?? 0, seals)
  assert.deepEqual([positionsOf(lines), read, damaged], [positions.slice(51), texts.length, []])
})

async function sealedJournal(t: TestContext): Promise<{ journal: Awaited<ReturnType<typeof openAt>>; segment: Segment; seals: string; positions: readonly Position[] }> {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 20_000, memberBytes: 3_000 })
  const positions = await journal.append(texts.map((text, i) => insert(`m${i}`, text)))
  await journal.append([insert('next')])
  await journal.sealed()
  const [segment] = journal.segments()
  assert.ok(segment?.sealed === true)
  return { journal, segment, seals: join(path, 'state', 'segments'), positions }
}

test('compaction renews what is known of where the members begin', async (t) => {
  const { journal, segment, seals, positions } = await sealedJournal(t)
  const before = await readSeal(seals, segment.name)
  const ids = new Set(Array.from({ length: 20 }, (_, i) => `m${i * 2}`))
  assert.deepEqual(await journal.compact({ ...nothingForgotten, ids }, never), { changed: 20, failed: 0 })
  const after = await readSeal(seals, segment.name)
  const packed = await readFile(segment.path)
  assert.equal(after?.bytes, packed.length)
  assert.ok((after?.members?.length ?? 0) > 1 && (after?.members?.length ?? 0) < (before?.members?.length ?? 0))
  assertTrue(after?.members ?? [], packed)
  for (const position of positions.filter((_, i) => i % 6 === 0)) {
    const stays = positions.filter((other, i) => other > position && !ids.has(`m${i}`))
    assert.deepEqual((await readAll(journal, position)).slice(0, -1).map((record) => record.position), stays)
  }
})

test('a reader behind a damaged member is not held up by it; who comes to it hears of it once and goes on behind the segment', async (t) => {
  const { journal, segment, seals, positions } = await sealedJournal(t)
  const { members = [] } = (await readSeal(seals, segment.name)) ?? {}
  const [, [before, byte] = [0, 0], [to] = [0]] = members
  const packed = await readFile(segment.path)
  packed.fill(0xff, byte + 20, byte + 60)
  await writeFile(segment.path, packed)
  assert.equal((await readAll(journal, to)).length, positions.filter((position) => position > to).length + 1)
  assert.equal(journal.notes.damaged.length, 0)
  assert.equal((await readAll(journal, before)).length, 1)
  assert.deepEqual(journal.notes.damaged.map((reason) => reason.split(':')[0]), ['unreadable'])
})
