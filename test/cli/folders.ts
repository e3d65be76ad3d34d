// Owns data folders for the tests of commands: made for one test, filled through the intake, removed after it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openArchive } from '../../src/intake/archive.ts'
import type { Draft } from '../../src/intake/port.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import type { MessageDraft } from '../../src/message/schema.ts'

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const noon = Date.UTC(2026, 5, 1, 12)

/** A message of 11:00 unless told otherwise. */
export const post = (name: string, text: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  id_str: `bluesky:did:plc:${name}:3kaaaaaaaaa2a`,
  network: 'bluesky',
  source_type: 'BLUESKY',
  created_at: '2026-06-01T11:00:00.000Z',
  text,
  language_detected: 'en',
  user: { screen_name: name, user_id: `did:plc:${name}` },
  ...more,
})

/** Stores drafts in a data folder, one offer each, and leaves it. */
export async function store(path: string, drafts: readonly Draft[], now = (): number => noon): Promise<void> {
  const held = openDataFolder(path)
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const archive = await openArchive({ folder: held.folder, segmentBytes: 1e9, syncInterval: 0, floor: () => 0, consent: 'respect', now, log })
  for (const draft of drafts) await archive.intake.offer([draft], { source: 'test', imported: false })
  await archive.close()
  held.close()
}
