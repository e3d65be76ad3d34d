// Owns the one place where lines reach the disk. Group commit: what arrives while a sync is under way is the next batch, so
// a lone record waits for one sync and a flood shares it. Nothing is acknowledged before its sync returned. While the disk
// is full or failing, batches wait here; what was not acknowledged is cut off again and written once more.
import { join } from 'node:path'
import { encodeEntry, encodeLine, type Entry, type Position } from '../message/line.ts'
import { liveBatch } from './batch.ts'
import type { AppendFile, Disk } from './disk.ts'
import type { Batch, Blockage } from './port.ts'
import { segmentName, segmentStart, utcDay } from './segment.ts'

export interface WriterOptions {
  readonly folder: string
  readonly disk: Disk
  readonly now: () => number
  /** Resolves after a time in milliseconds, or when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** A segment that reached this many bytes is closed. */
  readonly segmentBytes: number
  /** Least time between two syncs, in milliseconds. */
  readonly syncInterval: number
  /** Bytes that must stay free. */
  readonly floor: (total: number) => number
  readonly onSynced: (batch: Batch, bytes: number) => void
  /** A segment was closed for good and can be sealed. */
  readonly onClosed: (name: string, bytes: number) => void
  readonly onBlocked: (blockage: Blockage | null) => void
  /** A named point of a crash test; does nothing otherwise. */
  readonly crashPoint: (name: CrashPoint) => void
}

/** Places where a process may die between two effects on the disk; a test visits each of them. */
export const crashPoints = ['before write', 'after write', 'after sync', 'after rotate', 'after gzip', 'after checksum', 'after seal', 'before compacted', 'after compacted', 'after remainder', 'after rows', 'after removed'] as const
export type CrashPoint = (typeof crashPoints)[number]

interface Waiting {
  readonly entries: readonly Entry[]
  readonly encoded: readonly string[]
  readonly resolve: (positions: readonly Position[]) => void
  readonly reject: (error: Error) => void
}

/** What the writer goes on with: the last position, and the open segment where there is one. */
export interface WriterStart {
  readonly last: Position
  readonly open: { readonly name: string; readonly bytes: number } | undefined
}

export interface Writer {
  append(entries: readonly Entry[]): Promise<readonly Position[]>
  last(): Position
  /** The open segment, up to its synced length. */
  open(): { readonly name: string; readonly bytes: number } | undefined
  blockage(): Blockage | null
  /** Closes the open segment if its day is over. */
  rotateIfDue(): Promise<void>
  /** From now on no sync waits for the interval. */
  hurry(): void
  /** Writes what waits, as far as the disk lets it, and closes. */
  close(): Promise<void>
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** About how much is written and synced at once; more only makes everybody wait longer. */
const batchBytes = 4 * 1024 * 1024
const retryAfter = 1_000
const spaceCheckEvery = 1_000

export function createWriter(options: WriterOptions, start: WriterStart): Writer {
  const { folder, disk, now } = options
  const queue: Waiting[] = []
  const closing = new AbortController()
  const hurrying = new AbortController()
  let last = start.last
  /** The newest position that a write was tried with: what failed may still lie on the disk, so none is used twice. */
  let used = start.last
  let open = start.open === undefined ? undefined : { ...start.open, file: undefined as AppendFile | undefined }
  let blockage: Blockage | null = null
  let running: Promise<void> | undefined
  let spaceChecked = 0
  let syncedAt = 0

  function block(reason: Blockage['reason'], detail: string): void {
    const isNews = blockage?.reason !== reason
    // Where the data folder lies is nobody's business who reads the status.
    blockage = { reason, detail: detail.replaceAll(folder, 'dump/own'), since: blockage?.since ?? new Date(now()).toISOString() }
    if (isNews) options.onBlocked(blockage)
  }

  function unblock(): void {
    if (blockage === null) return
    blockage = null
    options.onBlocked(null)
  }

  async function enoughSpace(): Promise<boolean> {
    if (blockage === null && now() - spaceChecked < spaceCheckEvery && now() >= spaceChecked) return true
    spaceChecked = now()
    const { free, total } = await disk.space(folder)
    const floor = options.floor(total)
    if (free >= floor) return true
    block('disk floor', `${gigabytes(free)} are free on the disk of ${folder}, ${gigabytes(floor)} must stay free`)
    return false
  }

  async function closeOpen(): Promise<void> {
    if (open === undefined) return
    const { name, bytes, file } = open
    await file?.close()
    // Not before: at every moment the segment is either the open one or among the closed, so that no reader misses it.
    open = undefined
    options.onClosed(name, bytes)
  }

  /** The open segment for a record at this position; a new one on a new day or past the size. */
  async function segmentFor(first: Position): Promise<{ name: string; bytes: number; file: AppendFile }> {
    if (open !== undefined && (utcDay(first) !== utcDay(segmentStart(open.name) ?? 0) || open.bytes >= options.segmentBytes)) {
      await closeOpen()
      options.crashPoint('after rotate')
    }
    if (open === undefined) {
      const name = segmentName(first)
      open = { name, bytes: 0, file: await disk.append(join(folder, name)) }
      await disk.syncFolder(folder)
    }
    const file = (open.file ??= await disk.append(join(folder, open.name)))
    return Object.assign(open, { file })
  }

  /** The first position for the next record. In a new segment it must be in a later millisecond than the name of the last. */
  function nextPosition(): Position {
    const next = Math.max(now() * 1000, used + 1)
    const begun = open === undefined ? 0 : (segmentStart(open.name) ?? 0)
    const needsNew = open === undefined || utcDay(next) !== utcDay(begun) || open.bytes >= options.segmentBytes
    return needsNew ? Math.max(next, (Math.floor(used / 1000) + 1) * 1000) : next
  }

  async function write(entries: readonly Entry[], encoded: readonly string[]): Promise<readonly Position[]> {
    const first = nextPosition()
    const positions = entries.map((_, i) => first + i)
    used = first + entries.length - 1
    const lines = encoded.map((text, i) => encodeLine(first + i, text))
    const data = Buffer.from(`${lines.join('\n')}\n`, 'utf8')
    const segment = await segmentFor(first)
    options.crashPoint('before write')
    await segment.file.write(data)
    options.crashPoint('after write')
    await segment.file.sync()
    options.crashPoint('after sync')
    segment.bytes += data.length
    last = positions.at(-1) ?? last
    options.onSynced(liveBatch(positions, entries, lines), data.length)
    return positions
  }

  /** After a failed write or sync nothing of the open file past its synced length may be trusted: cut it and leave it. */
  async function abandon(error: unknown): Promise<void> {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    block(code === 'ENOSPC' || code === 'EDQUOT' ? 'disk full' : 'i/o error', error instanceof Error ? error.message : String(error))
    const left = open
    await left?.file?.truncate(left.bytes).catch(() => undefined)
    await left?.file?.close().catch(() => undefined)
    open = undefined
    if (left === undefined) return
    if (left.bytes === 0) await disk.unlink(join(folder, left.name)).catch(() => undefined)
    else options.onClosed(left.name, left.bytes)
  }

  function take(): Waiting[] {
    let size = 0
    let count = 0
    while (count < queue.length && (count === 0 || size < batchBytes)) {
      for (const text of queue[count]?.encoded ?? []) size += text.length
      count++
    }
    return queue.splice(0, count)
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.length === 1 ? (batch[0]?.entries ?? []) : batch.flatMap((waiting) => waiting.entries)
    const encoded = batch.length === 1 ? (batch[0]?.encoded ?? []) : batch.flatMap((waiting) => waiting.encoded)
    for (;;) {
      try {
        if (await enoughSpace()) {
          const positions = await write(entries, encoded)
          unblock()
          let at = 0
          for (const waiting of batch) waiting.resolve(positions.slice(at, (at += waiting.entries.length)))
          return
        }
      } catch (error) {
        await abandon(error)
      }
      if (closing.signal.aborted) throw new Error(`closed before it could be stored: ${blockage?.detail ?? ''}`)
      await options.wait(retryAfter, closing.signal)
    }
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const early = options.syncInterval - (now() - syncedAt)
      if (early > 0 && early <= options.syncInterval) await options.wait(early, hurrying.signal)
      const batch = take()
      try {
        await writeBatch(batch)
      } catch (error) {
        for (const waiting of batch) waiting.reject(error instanceof Error ? error : new Error(String(error)))
      }
      syncedAt = now()
    }
    running = undefined
  }

  const dayIsOver = (): boolean => open !== undefined && utcDay(now() * 1000) > utcDay(segmentStart(open.name) ?? 0)

  return {
    append(entries) {
      if (closing.signal.aborted) return Promise.reject(new Error('the journal is closed'))
      if (entries.length === 0) return Promise.resolve([])
      return new Promise((resolve, reject) => {
        queue.push({ entries, encoded: entries.map(encodeEntry), resolve, reject })
        running ??= run()
      })
    },
    last: () => last,
    open: () => (open === undefined ? undefined : { name: open.name, bytes: open.bytes }),
    blockage: () => blockage,
    async rotateIfDue() {
      if (!dayIsOver()) return
      await running
      // Where more came meanwhile, its first batch opened the new segment.
      if (running !== undefined || !dayIsOver()) return
      running = closeOpen().finally(() => {
        running = undefined
        if (queue.length > 0) running = run()
      })
      await running
    },
    hurry: () => hurrying.abort(),
    async close() {
      hurrying.abort()
      closing.abort()
      await running
      await open?.file?.close()
    },
  }
}
