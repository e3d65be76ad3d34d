// Owns what intake tests share: an archive in a throw-away folder, and drafts.
import { mkdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { openArchive, type Archive, type ArchiveOptions } from '../../src/intake/archive.ts'
import type { Draft, Receipt } from '../../src/intake/port.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import type { JournalRecord } from '../../src/message/line.ts'
import type { Author, MessageDraft } from '../../src/message/schema.ts'
import { heldClock, readAll, rewriteHere, temporaryFolder } from '../journal/fixtures.ts'

export const draft = (id: string, more: Partial<MessageDraft> = {}): Draft => ({
  kind: 'message',
  message: { id_str: id, text: `text of ${id}`, network: 'test', created_at: '2026-01-02T03:04:05.000Z', user: { screen_name: 'ann', user_id: 'key:ann' }, ...more },
})
export const edit = (id: string, text: string, edited_at: string, more: Partial<MessageDraft> = {}): Draft => {
  const made = draft(id, { ...more, text, edited_at })
  return made.kind === 'message' ? { ...made, kind: 'edit' } : made
}
export const remove = (id: string): Draft => ({ kind: 'delete', id_str: id })
export const author = (key: string, more: Partial<Author> = {}): Draft => ({ kind: 'author', author: { key, network: 'test', ...more } })

export interface Opened {
  readonly archive: Archive
  readonly notes: string[]
  offer(...drafts: Draft[]): Promise<readonly Receipt[]>
  outcomes(...drafts: Draft[]): Promise<string[]>
  records(): Promise<JournalRecord[]>
  /** Closes it, as the end of the test does. */
  close(): Promise<void>
}

/** Opens an archive in a folder of the test (its own unless one is given). */
export async function openTest(t: TestContext, options: Partial<ArchiveOptions> & { readonly path?: string } = {}): Promise<Opened> {
  const path = options.path ?? (await temporaryFolder())
  mkdirSync(path, { recursive: true })
  const held = openDataFolder(path)
  const notes: string[] = []
  const note = (message: string) => void notes.push(message)
  const archive = await openArchive({ folder: held.folder, segmentBytes: 1_000_000, syncInterval: 0, floor: () => 0, rewrite: rewriteHere, consent: 'respect', now: heldClock().now, log: { info: note, warn: note, error: note }, ...options })
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await archive.close()
    held.close()
  }
  t.after(close)
  const offer: Opened['offer'] = (...drafts) => archive.intake.offer(drafts, { source: 'test', imported: false })
  return { archive, notes, offer, outcomes: async (...drafts) => (await offer(...drafts)).map(({ outcome }) => outcome), records: () => readAll(archive.journal), close }
}
