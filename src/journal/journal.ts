// Owns the dumps in `dump/own`: append, sync, follow, rotate, seal, compact, list. Does not know what a source, an index or
// a client is, nor what the messages say.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../message/line.ts'
import { createTurns } from '../support/turns.ts'
import { clearLeftovers, recover } from './begin.ts'
import { removeSeal } from './checksum.ts'
import { createDamageLog, type Damage, type DamageLog } from './damage.ts'
import { realDisk, type Disk } from './disk.ts'
import { follow, readBack, type Followed } from './follow.ts'
import { nothingForgotten, type Forgotten } from './forget.ts'
import type { Blockage, Journal, Segment } from './port.ts'
import { authorLines, leaveRemainder, remainders, type Left } from './remains.ts'
import { rewriteInWorker, type DoRewrite } from './rewrite.ts'
import { asideOf, damagedOf, seal, shorten, type SealOptions } from './seal.ts'
import { isChanged, type Rewritten } from './rewrite.ts'
import { listSegments, segmentStart } from './segment.ts'
import { createTail } from './tail.ts'
import { createWriter, type CrashPoint } from './writer.ts'

export interface JournalOptions {
  /** `dump/own` and `state` of the data folder. */
  readonly folder: string
  readonly state: string
  readonly segmentBytes: number
  readonly syncInterval: number
  /** Plain text in a gzip member of a sealed segment. */
  readonly memberBytes?: number
  /** Bytes that must stay free, of so many in all. */
  readonly floor: (total: number) => number
  readonly onDamage: (damage: Damage) => void
  readonly onBlocked: (blockage: Blockage | null) => void
  readonly onRecovered: (path: string, bytes: number) => void
  readonly disk?: Disk
  /** How segments are written anew; in a worker unless told otherwise. */
  readonly rewrite?: DoRewrite
  readonly now?: () => number
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly crashPoint?: (name: CrashPoint) => void
}

/** The journal with what its keeper does to it. */
export interface OpenJournal extends Journal {
  readonly damage: DamageLog
  /** Bytes written since it was opened. */
  written(): number
  /** Closes the open segment if its day is over, and seals again what could not be sealed. */
  rotateIfDue(): Promise<void>
  /** Takes what is forgotten out of every sealed segment and remainder that has it. One that cannot be rewritten takes none of the others down. */
  compact(forgotten: Forgotten, signal: AbortSignal, tell?: OnShortening): Promise<Shortened>
  /**
   * Takes damaged lines out of every sealed segment and remainder that has any; all of them land in a file of that segment in
   * `state/quarantine`. Afterwards each that did not fail can be read to its end and has its checksum.
   */
  repair(signal?: AbortSignal, tell?: OnShortening): Promise<Repaired>
  /** Leaves a remainder of a sealed segment, unless it is there already. Rejects where the signal aborts. */
  leave(segment: Segment, signal: AbortSignal): Promise<Left>
  /** Takes a sealed segment of which a remainder was left out of the dumps. One that could not be read in full is kept, in `state/quarantine`. */
  remove(segment: Segment, left: Left): Promise<void>
  /** Resolves when every closed segment is sealed or cannot be, or when the signal aborts. */
  sealed(signal?: AbortSignal): Promise<void>
  /** From now on nothing waits for the sync interval: it is about to be closed. */
  hurry(): void
  close(): Promise<void>
}

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

export interface Shortened {
  /** Lines of segments. */
  readonly changed: number
  /** Segments that could not be rewritten. */
  readonly failed: number
}

export interface Repaired extends Shortened {
  /** Segments that broke off: what could be read of them is there, all of them as they were in `state/quarantine`. */
  readonly broken: number
  /** Segments that are whole and had a wrong checksum or none. */
  readonly resealed: number
}

/** How far a pass over the sealed segments is: bytes of them, and segments that could not be rewritten. */
export interface Shortening {
  readonly bytes: number
  readonly total: number
  readonly errors: number
}
type OnShortening = (step: Shortening) => void

const waitFor = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

/** Opens the journal of a folder, repairing what a crash left. Throws only where the folder itself cannot be used. */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { folder, state } = options
  const disk = options.disk ?? realDisk
  const now = options.now ?? Date.now
  const crashPoint = options.crashPoint ?? (() => undefined)
  const seals = join(state, 'segments')
  const closing = new AbortController()
  const quarantine = join(state, 'quarantine')
  const sealing: SealOptions = { folder, seals, quarantine, disk, rewrite: options.rewrite ?? rewriteInWorker, crashPoint, signal: closing.signal, memberBytes: options.memberBytes }
  const damage = createDamageLog(join(quarantine, 'damaged.ndjson'), options.onDamage)

  await clearLeftovers(folder, seals, disk)
  const start = await recover(await listSegments(folder), seals, damage, options.onRecovered)
  /** Every segment but the open one, by where it begins. */
  const closed = new Map((await listSegments(folder)).filter(({ name }) => name !== start.open?.name).map((segment) => [segment.from, segment]))

  const tail = createTail(start.last)
  let written = 0
  /** Closed segments that could not be sealed yet. */
  const unsealed = new Set<Segment>()
  /** Work on closed segments goes one after the other, so that no two passes touch one file. */
  const inTurn = createTurns()

  const reportRemoved = (segment: Segment, { removed }: Rewritten): void => {
    if (removed > 0) damage.report(segment.name, '', `${removed} damaged lines were taken out and lie in ${asideOf(quarantine, segment)}`)
  }

  async function sealOne(segment: Segment): Promise<void> {
    if (closing.signal.aborted) return
    try {
      const done = await seal(sealing, segment)
      reportRemoved(segment, done)
      closed.set(segment.from, { ...segment, name: `${segment.name}.gz`, path: `${segment.path}.gz`, sealed: true, bytes: done.bytes, modified: now() })
    } catch (error) {
      // It stays plain, which loses nothing, and is tried again: the disk may have been full.
      if (closing.signal.aborted) return
      unsealed.add(segment)
      damage.report(segment.name, '', `not sealed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  function sealLater(segment: Segment): void {
    closed.set(segment.from, segment)
    void inTurn(() => sealOne(segment))
  }

  const openSegment = (name: string, bytes: number): Segment => ({ name, path: join(folder, name), sealed: false, from: segmentStart(name) ?? 0, bytes, modified: now() })

  const writer = createWriter(
    {
      folder, disk, now, crashPoint,
      wait: options.wait ?? waitFor,
      segmentBytes: options.segmentBytes,
      syncInterval: options.syncInterval,
      floor: options.floor,
      onSynced: (batch, bytes) => {
        written += bytes
        tail.push(batch, bytes)
      },
      onClosed: (name, bytes) => sealLater(openSegment(name, bytes)),
      onBlocked: options.onBlocked,
    },
    start,
  )
  for (const segment of closed.values()) if (!segment.sealed) sealLater(segment)

  /** Oldest first, the open segment with its synced length. */
  function current(): readonly Segment[] {
    const open = writer.open()
    const all = open === undefined ? [...closed.values()] : [...closed.values(), openSegment(open.name, open.bytes)]
    return all.sort((a, b) => a.from - b.from)
  }

  const followed: Followed = { tail, segments: current, onDamage: damage.report, seals }

  async function shortenAll(forgotten: Forgotten, repair: boolean, stop: AbortSignal, tell: OnShortening): Promise<Repaired> {
    const signal = AbortSignal.any([stop, closing.signal])
    let changed = 0
    let failed = 0
    let broken = 0
    let resealed = 0
    const segments = current()
    // What retention left of removed segments has records of authors too.
    const all = [...segments, ...(await remainders(folder))]
    const total = all.reduce((sum, { sealed, bytes }) => sum + (sealed ? bytes : 0), 0)
    let before = 0
    for (const [i, segment] of all.entries()) {
      if (!segment.sealed || signal.aborted) continue
      let read = 0
      const onRead = (bytes: number): void => {
        // What is read again to be written was counted already.
        read = Math.max(read, Math.min(bytes, segment.bytes))
        tell({ bytes: before + read, total, errors: failed })
      }
      try {
        const done = await shorten({ ...sealing, signal, onRead }, segment, segments[i + 1]?.from, forgotten, repair)
        reportRemoved(segment, done)
        changed += done.changed
        if (done.kept !== undefined) {
          broken++
          damage.report(segment.name, '', `it breaks off (${done.broken}): what could be read of it is kept, and all of it as it was lies in ${done.kept}`)
        }
        if (done.resealed) {
          resealed++
          damage.report(segment.name, '', 'its checksum was wrong or missing; it has one again, of what it says now')
        }
        if (isChanged(done) && closed.get(segment.from)?.name === segment.name) closed.set(segment.from, { ...segment, bytes: done.bytes, modified: now() })
      } catch (error) {
        if (signal.aborted) break
        failed++
        damage.report(segment.name, '', `not rewritten: ${error instanceof Error ? error.message : String(error)}`)
      }
      onRead(segment.bytes)
      before += segment.bytes
    }
    return { changed, failed, broken, resealed }
  }

  /** Takes the file of a segment away. */
  async function unlink(segment: Segment, { whole }: Left): Promise<void> {
    if (whole) return disk.unlink(segment.path)
    const kept = damagedOf(quarantine, segment)
    await mkdir(quarantine, { recursive: true })
    await disk.rename(segment.path, kept)
    damage.report(segment.name, '', `retention removed it; not all of it could be read, so it is kept as ${kept}`)
  }

  /** What was left of segments that are gone: where one is still there, it says more. */
  async function* leftAuthors(after: Position, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const there = new Set(current().map(({ from }) => from))
    for (const remainder of await remainders(folder)) {
      if (there.has(remainder.from)) continue
      for await (const lines of authorLines(remainder, after, damage.report)) {
        if (signal.aborted) return
        yield lines
      }
    }
  }

  return {
    damage,
    written: () => written,
    append: (entries) => writer.append(entries),
    follow: (after, signal) => follow(followed, after, AbortSignal.any([signal, closing.signal])),
    read: (after, signal) => readBack(followed, after, AbortSignal.any([signal, closing.signal])),
    leftAuthors,
    last: () => writer.last(),
    segments: current,
    blockage: () => writer.blockage(),
    async rotateIfDue() {
      await writer.rotateIfDue()
      const again = [...unsealed]
      unsealed.clear()
      for (const segment of again) sealLater(segment)
    },
    async compact(forgotten, signal, tell = () => undefined) {
      const { changed, failed } = await inTurn(() => shortenAll(forgotten, false, signal, tell))
      return { changed, failed }
    },
    repair: (signal = closing.signal, tell = () => undefined) => inTurn(() => shortenAll(nothingForgotten, true, signal, tell)),
    leave: (segment, signal) => inTurn(() => leaveRemainder({ ...sealing, signal: AbortSignal.any([signal, closing.signal]) }, segment, damage.report)),
    remove: (segment, left) =>
      inTurn(async () => {
        await unlink(segment, left)
        closed.delete(segment.from)
        await disk.syncFolder(folder)
        await removeSeal(seals, segment.name)
      }),
    sealed: (signal = closing.signal) => Promise.race([inTurn(() => Promise.resolve()), aborted(signal)]),
    hurry: writer.hurry,
    async close() {
      await writer.close()
      closing.abort()
      await inTurn(() => Promise.resolve())
      await damage.flush()
    },
  }
}
