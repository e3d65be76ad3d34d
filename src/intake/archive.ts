// Owns opening everything that keeps: the journal, what is known, and the intake over them, in one data folder. The server
// runs on one, and a command opens one where no server does.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from '../journal/data-folder.ts'
import type { Disk } from '../journal/disk.ts'
import { removeUnfinished } from '../journal/foreign.ts'
import { openJournal, type OpenJournal, type Shortening } from '../journal/journal.ts'
import type { Batch, Blockage, Segment } from '../journal/port.ts'
import { readRemainder, remainders } from '../journal/remains.ts'
import { retain, type Followers, type Retention } from '../journal/retain.ts'
import type { DoRewrite } from '../journal/rewrite.ts'
import type { CrashPoint } from '../journal/writer.ts'
import type { Entry, Position } from '../message/line.ts'
import { wait } from '../support/timer.ts'
import { createTurns } from '../support/turns.ts'
import type { ConsentPolicy } from './author.ts'
import { compact, type Compacted } from './compaction.ts'
import { openMark, type CompactionMark } from './compaction-mark.ts'
import { createIntake, type OpenIntake } from './intake.ts'
import { OtherVersion } from './known-file.ts'
import { openKnown, type Known } from './known.ts'
import { createQuarantine } from './quarantine.ts'

export interface ArchiveOptions {
  /** Opened, and closed by whoever opened it. */
  readonly folder: DataFolder
  readonly segmentBytes: number
  readonly syncInterval: number
  readonly floor: (total: number) => number
  readonly consent: ConsentPolicy
  readonly now: () => number
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void }
  readonly onBlocked?: (blockage: Blockage | null) => void
  readonly onStored?: (entries: readonly Entry[]) => void
  readonly disk?: Disk
  readonly rewrite?: DoRewrite
  readonly crashPoint?: (name: CrashPoint) => void
  /** Ends opening it; what was read by then is kept for the next time. */
  readonly signal?: AbortSignal
}

export interface Archive {
  readonly folder: DataFolder
  readonly journal: OpenJournal
  readonly known: Known
  readonly intake: OpenIntake
  /** One compaction or retention at a time: another one waits for its turn. */
  compact(signal: AbortSignal, tell?: (step: Shortening) => void): Promise<Compacted>
  /** Removes what is overdue; resolves with the segments that went. */
  retain(retention: Retention, followers: Followers, signal: AbortSignal): Promise<readonly Segment[]>
  close(): Promise<void>
}

const sqliteFull = 13
const retryAfter = 500

/**
 * Opens the file of what is known. One that is damaged or of another version, or that knows more than the dumps have (newer dumps were lost, and
 * what was in them must be taken in again), is begun anew, to be filled from the dumps.
 */
async function openOrBegin(path: string, mark: CompactionMark, last: Position, log: ArchiveOptions['log']): Promise<Known> {
  try {
    const known = openKnown(path, mark)
    if (known.cursor() <= last) return known
    known.close()
    log.warn(`${path} reaches further than the dumps: some dumps are missing from the data folder. It is made again from those that are there`)
  } catch (error) {
    if (error instanceof OtherVersion) log.info(`${path} is made again from the dumps: ${error.message}. The start takes longer, this once`)
    else log.warn(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}); it is made again from the dumps`)
  }
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true })
  return openKnown(path, mark)
}

/** What retention left of removed segments: their ids, deletes and authors. */
async function readRemainders(known: Known, journal: OpenJournal, own: string, signal: AbortSignal): Promise<void> {
  for (const remainder of await remainders(own)) {
    for await (const remains of readRemainder(remainder, journal.damage.report)) {
      signal.throwIfAborted()
      for (const remain of remains) {
        if (remain.op === 'K') known.expired(remain)
        else known.apply([remain], 0)
      }
    }
  }
}

/** Reads on from where what is known ends; after a clean stop there is nothing to read. Rejects with the reason of the signal when it aborts. */
async function catchUp(known: Known, journal: OpenJournal, own: string, log: ArchiveOptions['log'], signal: AbortSignal): Promise<void> {
  const from = known.cursor()
  if (from === 0) await readRemainders(known, journal, own, signal)
  let read = 0
  const take = (batch: Batch): void => {
    known.apply(batch.records(), batch.last)
    read += batch.lines.length
    known.commit()
  }
  for await (const batch of journal.read(from, signal)) {
    signal.throwIfAborted()
    take(batch)
  }
  signal.throwIfAborted()
  known.commit()
  if (read > 100_000) log.info(`read ${read} records again to know what is stored`)
}

/** Opens what a data folder keeps, repairing what a crash left. Rejects with the reason of the signal when it aborts. */
export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const { folder, now, log, signal = new AbortController().signal } = options
  for (const path of [folder.imported, join(folder.state, 'quarantine')]) await removeUnfinished(path)
  let stuck: Blockage | null = null
  const journal = await openJournal({
    folder: folder.own,
    state: folder.state,
    segmentBytes: options.segmentBytes,
    syncInterval: options.syncInterval,
    floor: options.floor,
    now,
    onDamage: ({ segment, reason }) => log.error(`damaged dump ${segment}: ${reason}`),
    onRecovered: (path, bytes) => log.warn(`${bytes} bytes at the end of ${path} were not whole; they are kept in ${path}.torn`),
    onBlocked: (blockage) => {
      if (stuck === null) options.onBlocked?.(blockage)
    },
    ...(options.disk === undefined ? {} : { disk: options.disk }),
    ...(options.rewrite === undefined ? {} : { rewrite: options.rewrite }),
    ...(options.crashPoint === undefined ? {} : { crashPoint: options.crashPoint }),
  })
  const mark = openMark(join(folder.state, 'compacted-to'), journal.last())
  const known = await openOrBegin(join(folder.state, 'known.db'), mark, journal.last(), log)
  try {
    await catchUp(known, journal, folder.own, log, signal)
  } catch (error) {
    known.close()
    await journal.close()
    throw error
  }
  const quarantine = createQuarantine(join(folder.state, 'quarantine'), now)
  const closing = new AbortController()
  /** What rewrites files of many lines or takes them away: two at once would write over each other. */
  const inTurn = createTurns()

  function block(error: unknown): void {
    if (stuck !== null) return
    const full = error instanceof Error && 'errcode' in error && error.errcode === sqliteFull
    stuck = { reason: full ? 'disk full' : 'i/o error', detail: `state/known.db: ${error instanceof Error ? error.message : String(error)}`, since: new Date(now()).toISOString() }
    options.onBlocked?.(stuck)
  }

  /** Waits a moment with what cannot be done now. Rejects where the archive is closed. */
  async function retryLater(error: unknown): Promise<void> {
    if (closing.signal.aborted) throw error
    block(error)
    await wait(retryAfter, closing.signal)
  }

  /** Reads again what was lost when what is known could not be written, as soon as the disk takes it. */
  async function regain(): Promise<void> {
    while (known.isBehind()) {
      try {
        await catchUp(known, journal, folder.own, log, closing.signal)
        known.caughtUp()
      } catch (error) {
        await retryLater(error)
      }
    }
  }

  /** Reads what is known when it is whole and can be read. Rejects where the archive is closed before. */
  async function whole<T>(read: () => T): Promise<T> {
    for (;;) {
      await regain()
      try {
        const made = read()
        if (stuck !== null) {
          stuck = null
          options.onBlocked?.(journal.blockage())
        }
        return made
      } catch (error) {
        if (!(error instanceof Error && 'errcode' in error)) throw error
        await retryLater(error)
      }
    }
  }

  const intake = createIntake({ journal, known, quarantine, consent: options.consent, now, whole, ...(options.onStored === undefined ? {} : { onStored: options.onStored }) })
  return {
    folder,
    journal: { ...journal, blockage: () => stuck ?? journal.blockage() },
    known,
    intake,
    compact: (signal, tell) => inTurn(() => compact(journal, known, folder, (path, reason) => log.warn(`not compacted: ${path}: ${reason}`), AbortSignal.any([signal, closing.signal]), undefined, tell)),
    retain: (retention, followers, signal) => inTurn(() => retain({ journal, followers, crashPoint: options.crashPoint ?? (() => undefined), signal: AbortSignal.any([signal, closing.signal]) }, retention, now())),
    async close() {
      closing.abort()
      journal.hurry()
      // What waits for a disk that does not take it would wait for ever; it was not acknowledged.
      if (journal.blockage() === null) await intake.settled()
      await journal.close()
      await inTurn(() => Promise.resolve())
      await intake.settled()
      known.close()
      await quarantine.flush()
    },
  }
}
