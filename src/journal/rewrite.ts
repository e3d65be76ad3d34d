// Owns writing a sealed segment: plain or sealed in, gzip out, synced, with its checksum. Sealing, compaction and repair
// are the same pass with another filter. Runs in a worker, so that compressing a gigabyte never holds up collecting.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { linePosition, type Position } from '../message/line.ts'
import { breaksOff } from '../support/unpack.ts'
import { openAside } from './aside.ts'
import type { Forgotten } from './forget.ts'
import type { Segment } from './port.ts'
import { readLines, sift, type OnRead } from './lines.ts'
import { memberBytes, packMembers, type Member, type Piece } from './members.ts'
import { isRemainder } from './segment.ts'

export interface Rewrite {
  readonly segment: Segment
  /** Where the next segment begins; no position of this one reaches it. */
  readonly before?: Position | undefined
  readonly target: string
  /** Where lines that are no records land. */
  readonly aside: string
  /** What to leave out; nothing where a segment is only sealed. */
  readonly forgotten: Forgotten
  /** Leave out lines that are not records; one that is too long to be read always is. */
  readonly repair: boolean
  /** Plain text in a member of the target. */
  readonly memberBytes?: number | undefined
}

/** What is counted on the way. */
interface Counts {
  records: number
  /** Lines that are not there any more or became shorter; where there are none, a sealed segment is not written again. */
  changed: number
  /** Those of them that were no records. */
  removed: number
  /** The greatest position that was read, of lines that went too. */
  last: Position
  /** Why the file breaks off where it does, which a repair puts up with; empty where it does not. */
  broken: string
}

export interface Rewritten extends Readonly<Counts> {
  readonly bytes: number
  /** Of the target; where there is none, a repair tells that of the file as it is. */
  readonly sha256: string
  /** Of the target, but the first. */
  readonly members: readonly Member[]
}

/** Whether another file takes the place of a sealed one. */
export const isChanged = ({ changed, broken }: Readonly<Counts>): boolean => changed > 0 || broken !== ''

const isNothing = ({ ids, edited, authors, renewed }: Forgotten): boolean => ids.size + edited.size + authors.size + renewed.size === 0

/** Whether a line of such a file can be read. */
async function reader(segment: Segment): Promise<(line: string) => boolean> {
  const { isReadable, decodeLine } = await import('../message/record.ts')
  const decode = isRemainder(segment) ? (await import('./remains.ts')).decodeRemain : decodeLine
  return (line) => isReadable(line, decode)
}

/** What is loaded only where lines are looked into: a segment that is sealed passes as it is, and a thread that loads no schema starts at once. */
async function judges({ segment, forgotten, repair }: Rewrite): Promise<{ remember: (line: string) => string | undefined; isRecord: (line: string) => boolean }> {
  const forget = isNothing(forgotten) ? undefined : await import('./forget.ts')
  const read = repair ? await reader(segment) : undefined
  return { remember: (line) => (forget === undefined ? line : forget.remember(line, forgotten)), isRecord: (line) => read?.(line) ?? true }
}

const none = (): Counts => ({ records: 0, changed: 0, removed: 0, last: 0, broken: '' })

/** The text that stays, piece by piece; `aside` gets what is left out because it is no record. */
async function* staying(job: Rewrite, counts: Counts, aside: (text: Buffer) => Promise<void>, tell: OnRead): AsyncGenerator<Piece> {
  const { segment, before, repair } = job
  let read = 0
  const { remember, isRecord } = await judges(job)

  function remove(lines: number): void {
    counts.changed += lines
    counts.removed += lines
  }

  function keep(line: string): string {
    counts.last = Math.max(counts.last, linePosition(line) ?? 0)
    const kept = remember(line)
    if (kept !== line) counts.changed++
    if (kept === undefined) return ''
    counts.records++
    return `${kept}\n`
  }

  async function withoutDamage(lines: readonly string[]): Promise<string[]> {
    const good: string[] = []
    const bad: string[] = []
    sift(lines, Math.max(counts.last, segment.from - 1), before ?? Number.POSITIVE_INFINITY, (line) => (isRecord(line) ? good : bad).push(line), (line) => bad.push(line))
    remove(bad.length)
    if (bad.length > 0) await aside(Buffer.from(`${bad.join('\n')}\n`))
    return good
  }

  async function* readable(): AsyncGenerator<string[]> {
    try {
      yield* readLines(segment, () => remove(1), aside, (bytes) => tell((read += bytes)))
    } catch (error) {
      if (!repair || !breaksOff(error)) throw error
      counts.broken = error.message
    }
  }

  for await (const lines of readable()) {
    const text = (repair ? await withoutDamage(lines) : lines).map((line) => (line === '' ? '' : keep(line))).join('')
    if (text !== '') yield { text, last: counts.last }
  }
}

/** Reads only, up to the first line that would change. */
async function look(job: Rewrite, tell: OnRead): Promise<Counts> {
  const counts = none()
  const pieces = staying(job, counts, () => Promise.resolve(), tell)
  while (counts.changed === 0) if ((await pieces.next()).done === true) break
  await pieces.return(undefined)
  return counts
}

/** What there is to tell of a file that stays as it is. */
async function asItIs({ segment, repair }: Rewrite, counts: Counts): Promise<Rewritten> {
  const sha256 = repair ? await (await import('./checksum.ts')).checksum(segment.path) : ''
  return { ...counts, bytes: segment.bytes, sha256, members: [] }
}

/**
 * Does the pass in this thread. When it resolves, the target and what was set aside are synced and complete. There is no
 * target where a sealed segment would stay as it is. `tell` is told how many bytes of the segment were read; where something changes
 * they are read again from the beginning.
 */
export async function rewrite(job: Rewrite, tell: OnRead): Promise<Rewritten> {
  if (job.segment.sealed) {
    const seen = await look(job, tell)
    if (!isChanged(seen)) return asItIs(job, seen)
  }
  const counts = none()
  const hash = createHash('sha256')
  let bytes = 0
  const aside = openAside(job.aside)
  const out = await open(job.target, 'w', 0o644)
  const pieces = staying(job, counts, aside.add, tell)
  try {
    const members = await packMembers(pieces, job.memberBytes ?? memberBytes, async (packed) => {
      hash.update(packed)
      bytes += packed.length
      await out.writeFile(packed)
    })
    await out.sync()
    await aside.sync()
    return { ...counts, bytes, sha256: hash.digest('hex'), members }
  } finally {
    await pieces.return(undefined)
    await out.close()
    await aside.close()
  }
}

/** What the worker says. */
export type RewriteNews = { readonly read: number } | { readonly done: Rewritten } | { readonly failed: string }

/** How a pass is done: told how many bytes were read, and rejecting where it fails or the signal aborts. */
export type DoRewrite = (job: Rewrite, signal: AbortSignal, tell?: OnRead) => Promise<Rewritten>

/** Does the pass in a worker of its own. Rejects also where the worker fails. */
export const rewriteInWorker: DoRewrite = (job, signal, tell = () => undefined) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./rewrite-worker.ts', import.meta.url), { workerData: job })
    const stop = () => {
      void worker.terminate()
      reject(new Error('stopped'))
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    worker.on('message', (message: RewriteNews) => {
      if ('read' in message) tell(message.read)
      else if ('done' in message) resolve(message.done)
      else reject(new Error(message.failed))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop)
      reject(new Error(`the worker ended with ${code}`))
    })
  })
