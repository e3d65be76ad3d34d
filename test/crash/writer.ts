// Owns the process that crash tests kill: an archive under load that tells on stdout what was acknowledged, one write for each
// receipt, so that everything the test has read was told before the process died. Called with data folder, life and seed; it
// loads, waits for a byte on stdin and then begins.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { openArchive } from '../../src/intake/archive.ts'
import type { Draft } from '../../src/intake/port.ts'
import { crashAt } from '../../src/journal/crash.ts'
import { crashPoints } from '../../src/journal/writer.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { numbers } from './numbers.ts'
import type { Told } from './oracle.ts'

const [path = '', life = '0', seed = '0'] = process.argv.slice(2)
const writers = 4
/** In receipts: now and then a segment is full and compaction finds something to do. */
const compactEvery = 200
/** Bytes: some sealed segments stay, so that there is something to compact. */
const retained = 60_000
const random = numbers(Number(seed) * 1000 + Number(life))
const below = (limit: number): number => Math.floor(random() * limit)

const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`)
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

flushCompileCache()
await once(process.stdin, 'data')
process.stdin.destroy()

const archive = await openArchive({
  folder: openDataFolder(path).folder,
  segmentBytes: 100_000,
  syncInterval: 0,
  floor: () => 0,
  consent: 'respect',
  now: Date.now,
  log: silent,
  crashPoint: crashAt(process.env, crashPoints),
})

const followers = { reached: () => Number.POSITIVE_INFINITY, drop: () => Promise.resolve() }
/** Not while it is being done: on a slow machine one would wait behind the other. */
let keeping: Promise<void> | undefined
async function keepUp(): Promise<void> {
  await archive.compact(new AbortController().signal)
  await archive.retain({ age: 0, size: retained }, followers, new AbortController().signal)
}

let told = 0
async function offer(drafts: readonly Draft[]): Promise<void> {
  for (const { outcome, id, position } of await archive.intake.offer(drafts, { source: 'test', imported: false })) {
    tell(position === undefined ? [outcome, id] : [outcome, id, position])
    if (++told % compactEvery === 0) keeping ??= keepUp().finally(() => (keeping = undefined))
  }
}

let versions = 0
function message(id: string, user: string): Draft & { kind: 'message' } {
  // The text begins with the id, so that the oracle can tell whose it is.
  return { kind: 'message', message: { id_str: id, text: `${id} version ${life}.${versions++} ${'and so on '.repeat(below(30))}`, network: 'test', language_detected: 'en', user: { screen_name: user, user_id: user } } }
}

const author = (key: string, more: object = {}): Draft => ({ kind: 'author', author: { key, network: 'test', handle: `${key}.test`, name: `${key} version ${life}.${versions++}`, ...more } })

/** An id that this writer offered in this life or an earlier one, or that it might have. */
const earlier = (writer: number): string => `test:${below(Number(life) + 1)}-${writer}-${below(60)}`

/** What comes next: mostly new messages, now and then everything else that can happen. */
async function step(writer: number, n: number): Promise<void> {
  const id = `test:${life}-${writer}-${n}`
  const user = `user-${below(3)}`
  switch (below(10)) {
    case 0: {
      const edit = message(earlier(writer), user)
      return offer([{ ...edit, kind: 'edit', message: { ...edit.message, edited_at: new Date().toISOString() } }])
    }
    case 1:
      return offer([{ kind: 'delete', id_str: earlier(writer) }])
    case 2:
      return offer([author(user), message(id, user)])
    case 3: {
      // Offered twice at the same time: the one that is told to be known must be as durable as the other.
      const once = message(id, user)
      await Promise.all([offer([once]), offer([once])])
      return
    }
    case 4: {
      const brief = `brief-${life}-${writer}-${n}`
      await offer([author(brief), message(`test:${brief}`, brief)])
      return offer([author(brief, { state: 'deleted', reason: 'deleted' })])
    }
    default:
      return offer(Array.from({ length: 1 + below(4) }, (_, i) => message(i === 0 ? id : `${id}.${i}`, user)))
  }
}

/** On a slow machine sealing must not fall behind: what it has not done is work for the test. */
async function keepPace(): Promise<void> {
  const unsealed = archive.journal.segments().filter(({ sealed }) => !sealed)
  if (unsealed.length > 2) await archive.journal.sealed()
  await sleep(below(20))
}

async function write(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    await step(writer, n)
    await keepPace()
  }
}

await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
