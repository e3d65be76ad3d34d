// Owns what is asked of a data folder after a crash: first the files as they lie there, then an archive opened over them.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openArchive, type Archive, type ArchiveOptions } from '../../src/intake/archive.ts'
import type { Draft } from '../../src/intake/port.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { rewriteHere } from '../journal/fixtures.ts'
import { flaws, readDumps, type DumpLine } from './dumps.ts'
import { authorOf, goneAuthors, judge, overdue, type Told } from './oracle.ts'

const failing = { info: () => undefined, warn: () => undefined, error: (message: string): never => assert.fail(message) }

/** Opens the archive of a folder as the next start would, lets `use` have it, and closes it. */
export async function withArchive(path: string, use: (archive: Archive) => Promise<void>, options: Partial<ArchiveOptions> = {}): Promise<void> {
  const held = openDataFolder(path)
  const archive = await openArchive({ folder: held.folder, segmentBytes: 100_000, syncInterval: 0, floor: () => 0, rewrite: rewriteHere, consent: 'respect', now: Date.now, log: failing, ...options })
  try {
    await use(archive)
  } finally {
    await archive.close()
    held.close()
  }
}

const again = (id: string): Draft => ({ kind: 'message', message: { id_str: id, text: `${id} version again`, network: 'test', language_detected: 'en', user: { screen_name: 'again', user_id: 'again' } } })

/** What is known must be what the lines say: every id once and for all, deleted ones as deleted, authors as they are newest. */
async function judgeKnown({ known, intake }: Archive, lines: readonly DumpLine[]): Promise<void> {
  const messages = lines.filter(({ op }) => op !== 'A')
  const deleted = new Set(messages.filter(({ op }) => op === 'D').map(({ id }) => id))
  const ids = [...new Set(messages.map(({ id }) => id))]
  const gone = goneAuthors(lines)
  // Of whose author is gone the dumps say that it is deleted once they are compacted.
  for (const id of ids) assert.equal(known.id(id)?.deleted, gone.has(authorOf(id)) ? known.id(id)?.deleted ?? true : deleted.has(id), `${id} is known, and whether it is deleted`)
  for (const { id, name } of new Map(lines.filter(({ op }) => op === 'A').map((line) => [line.id, line])).values()) assert.equal(known.author(id)?.name, name, `the author ${id}`)
  const fresh = `test:fresh-${lines.length}`
  const offered = [...ids.slice(-50), fresh]
  const receipts = await intake.offer(offered.map(again), { source: 'test', imported: false })
  assert.deepEqual(receipts.map(({ outcome, id }) => [outcome, id]), offered.map((id) => [id === fresh ? 'new' : 'known', id]))
}

async function judgeArchive(archive: Archive, acknowledged: readonly Told[]): Promise<void> {
  const lines = readDumps(archive.folder.path, 'a crash')
  judge(acknowledged, lines)
  await judgeKnown(archive, lines)
}

/** Lets the next start make what is known again from the dumps alone. */
export function loseKnown(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(path, 'state', `known.db${end}`), { force: true })
}

/** Judges the files that a crash left, without touching them. */
export function judgeFiles(path: string, acknowledged: readonly Told[]): void {
  judge(acknowledged, readDumps(path, 'a crash'))
}

/** Starts again over what a crash left: everything is there and known. */
export async function judgeStart(path: string, acknowledged: readonly Told[]): Promise<void> {
  await withArchive(path, (archive) => judgeArchive(archive, acknowledged))
}

/** Starts again and lets it finish what the crash interrupted: nothing unfinished is left, and what was to be forgotten is gone. */
export async function judgeRecovery(path: string, acknowledged: readonly Told[]): Promise<void> {
  await withArchive(path, async (archive) => {
    await judgeArchive(archive, acknowledged)
    await archive.compact(new AbortController().signal)
    const lines = readDumps(path, 'recovery')
    judge(acknowledged, lines)
    assert.deepEqual(overdue(lines), [])
    assert.deepEqual(flaws(path), [])
  })
}
