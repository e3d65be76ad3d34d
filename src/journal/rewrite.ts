// Owns writing a sealed segment: plain or sealed in, gzip out, synced, with its checksum. Sealing, compaction and repair
// are the same pass with another filter. Runs in a worker, so that compressing a gigabyte never holds up collecting.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { createGzip } from 'node:zlib'
import { BadLine, decodeLine, linePosition, type Position } from '../message/record.ts'
import { remember, type Forgotten } from './forget.ts'
import type { Segment } from './port.ts'
import { readLines, sift } from './read.ts'

export interface Rewrite {
  readonly segment: Segment
  /** Where the next segment begins; no position of this one reaches it. */
  readonly before?: Position | undefined
  readonly target: string
  /** What to leave out; nothing where a segment is only sealed. */
  readonly forgotten: Forgotten
  /** Leave out lines that are not records. What is left out is handed back; a line that is too long to be read always is. */
  readonly repair: boolean
}

export interface Rewritten {
  readonly bytes: number
  readonly sha256: string
  readonly records: number
  /** Lines that are not there any more or became shorter. */
  readonly changed: number
  /** The greatest position that was read, of lines that went too. */
  readonly last: Position
  readonly damaged: readonly string[]
}

const maxDamaged = 10_000

function isRecord(line: string): boolean {
  try {
    decodeLine(line)
    return true
  } catch (error) {
    if (error instanceof BadLine) return false
    throw error
  }
}

/** Does the pass in this thread. The target is synced and complete when it resolves. */
export async function rewrite({ segment, before, target, forgotten, repair }: Rewrite): Promise<Rewritten> {
  let records = 0
  let changed = 0
  let last: Position = 0
  const damaged: string[] = []
  const hash = createHash('sha256')
  let bytes = 0

  const aside = (line: string): void => {
    changed++
    if (damaged.length < maxDamaged) damaged.push(line)
  }

  const keep = (line: string): string => {
    last = Math.max(last, linePosition(line) ?? 0)
    const kept = remember(line, forgotten)
    if (kept !== line) changed++
    if (kept === undefined) return ''
    records++
    return `${kept}\n`
  }

  const withoutDamage = (lines: readonly string[]): string[] => {
    const good: string[] = []
    sift(lines, Math.max(last, segment.from - 1), before ?? Number.POSITIVE_INFINITY, (line) => (isRecord(line) ? good.push(line) : aside(line)), aside)
    return good
  }

  async function* kept(): AsyncGenerator<string> {
    for await (const lines of readLines(segment, aside)) {
      const text = (repair ? withoutDamage(lines) : lines).map((line) => (line === '' ? '' : keep(line))).join('')
      if (text !== '') yield text
    }
  }

  const out = await open(target, 'w', 0o644)
  try {
    await pipeline(Readable.from(kept(), { objectMode: true }), createGzip({ level: 6 }), async (packed: AsyncIterable<Buffer>) => {
      for await (const chunk of packed) {
        hash.update(chunk)
        bytes += chunk.length
        await out.writeFile(chunk)
      }
    })
    await out.sync()
  } finally {
    await out.close()
  }
  return { bytes, sha256: hash.digest('hex'), records, changed, last, damaged }
}

/** Does the pass in a worker of its own. Rejects where the worker fails or the signal aborts. */
export function rewriteInWorker(job: Rewrite, signal: AbortSignal): Promise<Rewritten> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./rewrite-worker.ts', import.meta.url), { workerData: job })
    const stop = () => {
      void worker.terminate()
      reject(new Error('stopped'))
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    worker.once('message', (message: { done: Rewritten } | { failed: string }) => {
      if ('done' in message) resolve(message.done)
      else reject(new Error(message.failed))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop)
      reject(new Error(`the worker ended with ${code}`))
    })
  })
}
