// Owns `dump/import`: whatever is dropped there is imported in the order of names and moved to `dump/imported`, with a
// receipt of what became of it. A file that cannot be imported is moved as well, with the reason; none blocks the others.
import { access, copyFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Intake } from '../../intake/port.ts'
import { droppedFiles } from '../../journal/data-folder.ts'
import { writeAtomic } from '../../support/atomic-file.ts'
import { LoklakError } from '../../watch/errors.ts'
import type { Source, SourceState } from '../source.ts'
import { importFile, noCounts, type ImportCounts, type ImportProgress } from './import.ts'
import { memoryOf } from './place.ts'

export interface InboxOptions {
  readonly import: string
  readonly imported: string
  readonly state: string
  /** Milliseconds between two looks. */
  readonly poll: number
  /** How much of so many bytes of the disk must stay free while refused lines are written; without it, nothing. */
  readonly floor?: (total: number) => number
  readonly now: () => number
  readonly log: { info(message: string): void; warn(message: string): void }
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** A file may still be being copied: it is taken once it did not change for a look. */
type Sizes = Map<string, string>

/** A name that is free in a folder, the file's own where it is. */
async function freePath(folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${n}-${name}`)
    const taken = await access(path).then(
      () => true,
      () => false,
    )
    if (!taken) return path
  }
}

/** Moves a file, also to another file system; there it takes its name when it is whole. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    const temporary = join(dirname(to), '.moved.tmp')
    await copyFile(from, temporary)
    await rename(temporary, to)
    await rm(from)
  }
}

const tryAgainAfter = 10 * 60_000

const summary = ({ lines, new: fresh, known, invalid }: ImportCounts): string => `${lines} lines: ${fresh} new, ${known} known, ${invalid} invalid`

export function inbox(options: InboxOptions): Source {
  const { log, now } = options
  const wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }))
  let current: string | null = null
  /** Why it goes no further with it for now. */
  let waiting: string | undefined
  let received = 0
  let refused = 0
  let finished: number | undefined
  let sizes: Sizes = new Map()
  /** Files that could not be taken or moved, and when they are tried again. */
  const leftAlone = new Map<string, number>()

  async function settledFiles(): Promise<string[]> {
    const before = sizes
    sizes = new Map()
    for (const name of await droppedFiles(options)) {
      const info = await stat(join(options.import, name)).catch(() => undefined)
      if (info?.isFile() === true) sizes.set(name, `${info.size} ${info.mtimeMs}`)
    }
    return [...sizes].filter(([name, size]) => before.get(name) === size).map(([name]) => name)
  }

  function tell({ waiting: why }: ImportProgress): void {
    if (why !== undefined) log.warn(`waiting to import ${current ?? ''}: ${why}`)
    waiting = why
  }

  async function take(name: string, intake: Intake, signal: AbortSignal): Promise<void> {
    const path = join(options.import, name)
    const target = await freePath(options.imported, name)
    const folders = { state: join(options.state, 'imports'), rejected: options.imported, name: basename(target), isMoved: true, ...(options.floor === undefined ? {} : { floor: options.floor }) }
    const { forget } = await memoryOf(folders.state, path)
    current = name
    let counts: ImportCounts = noCounts
    let reason: string | null = null
    try {
      for await (const progress of importFile(path, intake, folders, signal)) {
        tell(progress)
        received += progress.counts.lines - counts.lines
        counts = progress.counts
      }
      log.info(`imported ${name}: ${summary(counts)}`)
    } catch (error) {
      if (signal.aborted || !(error instanceof LoklakError)) throw error
      refused++
      reason = error.message
      log.warn(`not imported: ${name}: ${reason}`)
    } finally {
      current = null
      waiting = undefined
    }
    finished = now()
    await writeAtomic(`${target}.receipt.json`, `${JSON.stringify({ file: basename(target), finished: new Date(finished).toISOString(), reason, ...counts }, null, 2)}\n`)
    await moveFile(path, target)
    await forget()
  }

  /** A file that cannot be taken, or not be moved when it was, is left alone for a while; the others are taken. */
  async function takeAll(intake: Intake, signal: AbortSignal): Promise<void> {
    for (const name of await settledFiles()) {
      if ((leftAlone.get(name) ?? 0) > now()) continue
      try {
        await take(name, intake, signal)
      } catch (error) {
        if (signal.aborted) return
        leftAlone.set(name, now() + tryAgainAfter)
        log.warn(`left where it is for now: ${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    for (const name of leftAlone.keys()) if (!sizes.has(name)) leftAlone.delete(name)
  }

  return {
    async run(intake, signal) {
      while (!signal.aborted) {
        try {
          await takeAll(intake, signal)
        } catch (error) {
          if (signal.aborted) return
          log.warn(`${options.import} cannot be searched: ${error instanceof Error ? error.message : String(error)}`)
        }
        await wait(options.poll, signal).catch(() => undefined)
      }
    },
    state: (): SourceState => ({
      name: 'import',
      network: 'dump',
      state: current === null || waiting !== undefined ? 'waiting' : 'live',
      reason: current === null ? 'nothing to import' : `importing ${current}${waiting === undefined ? '' : `; ${waiting}`}`,
      address: 'dump/import',
      rate: 0,
      lag_ms: null,
      last_message_at: finished === undefined ? null : new Date(finished).toISOString(),
      received,
      dropped: { 'refused files': refused },
      reconnects: 0,
      gaps: [],
    }),
  }
}
