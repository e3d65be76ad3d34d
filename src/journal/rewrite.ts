// Owns writing a sealed segment: plain or sealed in, gzip out, synced, with its checksum. Sealing, compaction and repair
// are the same pass with another filter. Runs in a worker, so that compressing a gigabyte never holds up collecting.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { createGzip } from 'node:zlib'
import { linePosition, type Position } from '../message/record.ts'
import { remember, type Forgotten } from './forget.ts'
import type { Segment } from './port.ts'
import { readLines } from './read.ts'

export interface Rewrite {
  readonly segment: Segment
  readonly target: string
  /** What to leave out; nothing where a segment is only sealed. */
  readonly forgotten: Forgotten
  /** Leave out lines that are not records, and hand them back. */
  readonly repair: boolean
}

export interface Rewritten {
  readonly bytes: number
  readonly sha256: string
  readonly records: number
  /** Lines that are not there any more or became shorter. */
  readonly changed: number
  readonly last: Position
  readonly damaged: readonly string[]
}

const maxDamaged = 10_000

/** Does the pass in this thread. The target is synced and complete when it resolves. */
export async function rewrite({ segment, target, forgotten, repair }: Rewrite): Promise<Rewritten> {
  let records = 0
  let changed = 0
  let last: Position = 0
  const damaged: string[] = []
  const hash = createHash('sha256')
  let bytes = 0

  const keep = (line: string): string => {
    const position = linePosition(line)
    if (repair && (position === undefined || position <= last || !line.endsWith('}'))) {
      changed++
      if (damaged.length < maxDamaged) damaged.push(line)
      return ''
    }
    const kept = remember(line, forgotten)
    if (kept !== line) changed++
    if (kept === undefined) return ''
    records++
    last = position ?? last
    return `${kept}\n`
  }

  async function* kept(): AsyncGenerator<string> {
    for await (const lines of readLines(segment, (line) => damaged.push(line))) {
      const text = lines.map((line) => (line === '' ? '' : keep(line))).join('')
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
