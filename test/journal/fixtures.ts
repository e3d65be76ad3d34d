// Owns what journal tests share: a throw-away folder, records to write, a journal on a disk that can be told to fail.
import { rmSync } from 'node:fs'
import { mkdtemp, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { realDisk, type Disk } from '../../src/journal/disk.ts'
import { openJournal, type JournalOptions, type OpenJournal } from '../../src/journal/journal.ts'
import type { Journal } from '../../src/journal/port.ts'
import type { Followers } from '../../src/journal/retain.ts'
import { rewrite, type DoRewrite } from '../../src/journal/rewrite.ts'
import type { Entry, JournalRecord } from '../../src/message/line.ts'
import type { Message } from '../../src/message/schema.ts'

const folders: string[] = []
// Not at the end of each test: what the test opened in it is closed by hooks that come later.
process.once('exit', () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})

export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'loklak-'))
  folders.push(path)
  return path
}

export const message = (id: string, text = `text of ${id}`, user = 'ann'): Message => ({
  timestamp: '2026-01-02T03:04:05.006Z',
  created_at: '2026-01-02T03:04:05.000Z',
  screen_name: user,
  text,
  id_str: id,
  network: 'test',
  source_type: 'GENERIC',
  provider_type: 'NOONE',
  reply_count: 0,
  retweet_count: 0,
  favourites_count: 0,
  hosts: [],
  links: [],
  images: [],
  audio: [],
  videos: [],
  mentions: [],
  hashtags: [],
  user: { screen_name: user, user_id: `key:${user}` },
})

export const insert = (id: string, text?: string, user?: string): Entry => ({ op: 'I', imported: false, message: message(id, text, user) })
export const edit = (id: string, text: string, user?: string): Entry => ({ op: 'U', imported: false, message: message(id, text, user) })
export const remove = (id: string): Entry => ({ op: 'D', imported: false, id_str: id, created_at: '2026-01-02T03:04:05.000Z' })
export const author = (key: string, name: string, state: 'active' | 'hidden' | 'deleted' = 'active'): Entry => ({
  op: 'A',
  imported: false,
  author: { key, network: 'test', handle: `${key}.test`, name, state },
})

/** Writes a segment anew in this thread: a worker costs more to start than a small segment to write. Programs that tests start have workers. */
export const rewriteHere: DoRewrite = async (job, signal, tell = () => undefined) => {
  signal.throwIfAborted()
  return rewrite(job, tell)
}

/** Nothing that follows the journal and would have to read a segment before it goes. */
export const noFollowers: Followers = { reached: () => Number.POSITIVE_INFINITY, drop: () => Promise.resolve() }

/** A clock that only moves when told. */
export function heldClock(start = Date.UTC(2026, 0, 2, 12)): { now: () => number; set(ms: number): void; add(ms: number): void } {
  let ms = start
  return { now: () => ms, set: (to) => void (ms = to), add: (by) => void (ms += by) }
}

export interface Notes {
  readonly damaged: string[]
  readonly recovered: { path: string; bytes: number }[]
  readonly blocked: (string | null)[]
}

export type Opened = OpenJournal & { readonly notes: Notes }

/** Opens the journal of a data folder in the test's hands; closes it with the test. */
export async function openAt(t: TestContext, path: string, options: Partial<JournalOptions> = {}): Promise<Opened> {
  const notes: Notes = { damaged: [], recovered: [], blocked: [] }
  const folder = join(path, 'dump', 'own')
  await mkdir(folder, { recursive: true })
  const journal = await openJournal({
    folder,
    state: join(path, 'state'),
    segmentBytes: 1024 * 1024,
    syncInterval: 0,
    floor: () => 0,
    rewrite: rewriteHere,
    onDamage: ({ reason }) => notes.damaged.push(reason),
    onRecovered: (path, bytes) => notes.recovered.push({ path, bytes }),
    onBlocked: (blockage) => notes.blocked.push(blockage?.reason ?? null),
    now: heldClock().now,
    ...options,
  })
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await journal.close()
  }
  t.after(close)
  return { ...journal, close, notes }
}

export async function readAll(journal: Journal, after = 0): Promise<JournalRecord[]> {
  const records: JournalRecord[] = []
  for await (const batch of journal.read(after, new AbortController().signal)) records.push(...batch.records())
  return records
}

/** What a record says, without its place: ids and texts for comparison. */
export const told = (records: readonly JournalRecord[]): string[] =>
  records.map((record) => {
    if (record.op === 'A') return `A ${record.author.key} ${record.author.name ?? '-'}`
    return record.op === 'D' ? `D ${record.id_str}` : `${record.op} ${record.message.id_str} ${record.message.text}`
  })

/** A disk whose calls fail while they are told to, by name. */
interface FailingDisk {
  readonly disk: Disk
  fail(call: 'write' | 'sync' | 'append', code: string | undefined): void
  free: number
}

export function failingDisk(): FailingDisk {
  const failures = new Map<string, string>()
  const trip = (call: string) => {
    const code = failures.get(call)
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code })
  }
  const state: FailingDisk = {
    free: Number.MAX_SAFE_INTEGER,
    fail(call, code) {
      if (code === undefined) failures.delete(call)
      else failures.set(call, code)
    },
    disk: {
      ...realDisk,
      space: () => Promise.resolve({ free: state.free, total: Number.MAX_SAFE_INTEGER }),
      async append(path: string) {
        trip('append')
        const file = await realDisk.append(path)
        return {
          ...file,
          async write(data: Buffer) {
            if (failures.has('write')) await file.write(data.subarray(0, Math.floor(data.length / 2)))
            trip('write')
            await file.write(data)
          },
          async sync() {
            trip('sync')
            await file.sync()
          },
        }
      },
    },
  }
  return state
}
