// Owns importing one foreign dump file: its lines go through the intake in order; what is refused is kept aside; where it
// stopped is remembered after each batch, so that an interrupted import goes on there.
import { basename, join } from 'node:path'
import type { Draft, Intake } from '../../intake/port.ts'
import { orAborted } from '../../support/or-aborted.ts'
import { wait } from '../../support/timer.ts'
import { LoklakError } from '../../watch/errors.ts'
import { decodeDumpLine } from './decode.ts'
import { foreignLines, type ForeignLine } from './lines.ts'
import { markOf, memoryOf, type ImportCounts, type Memory, type Place } from './place.ts'
import { openRejected, type Refusal, type Rejected } from './rejected.ts'

export { noCounts, type ImportCounts } from './place.ts'

/** What is told after a batch. */
interface Told {
  readonly counts: ImportCounts
  /** Where refused lines are kept; null where there are none. */
  readonly rejected: string | null
  /** Why it goes no further for now. */
  readonly waiting?: string
}

export interface ImportProgress extends Told {
  readonly file: string
  /** How much of the file is read. */
  readonly bytes: number
  readonly total: number
}

export interface ImportFolders {
  /** Where unfinished imports are remembered. */
  readonly state: string
  /** Where `.rejected` files go. */
  readonly rejected: string
  /** What the `.rejected` file is called before that; without it, as the file, with a mark of the folder it lies in. */
  readonly name?: string
  /** The file is moved when it is done: until then its place is remembered, and forgotten by who moves it. */
  readonly isMoved?: boolean
  /** How much of so many bytes of the disk must stay free while refused lines are written; without it, nothing. */
  readonly floor?: (total: number) => number
}

const batchLines = 500
const batchLetters = 4 * 1024 * 1024
const lookAgainAfter = 500
/** How long a stop waits for a batch that is being stored: one that is counted need not be offered again. */
const grace = 500

interface Pending {
  readonly drafts: Draft[]
  /** The line of each draft. */
  readonly sources: ForeignLine[]
  readonly refusals: Refusal[]
  lines: number
  letters: number
  last: number
}

const nothing = (last: number): Pending => ({ drafts: [], sources: [], refusals: [], lines: 0, letters: 0, last })
const nameOf = (file: string): string => `${basename(file).slice(0, 50)}-${markOf(file)}`

/** The batches of a file, each stored as a whole; what they tell lacks only how far the file is read. */
function batches(begin: Place, memory: Memory, rejected: Rejected, intake: Intake, signal: AbortSignal) {
  const counts = { ...begin.counts }
  let pending = nothing(begin.line)

  const told = (): Told => ({ counts: { ...counts }, rejected: counts.invalid > 0 ? rejected.path : null })

  const place = (isWhole: boolean): Place => ({ line: pending.last, leftOut: rejected.leftOut(), counts, isWhole })

  /** The journal waits by itself while the disk is full, but not with lines that never come to it. */
  async function* room(): AsyncGenerator<Told> {
    for (let first = true; ; first = false) {
      const waiting = await rejected.lack()
      if (waiting === undefined) return
      if (first) yield { ...told(), waiting }
      await wait(lookAgainAfter, signal)
      signal.throwIfAborted()
    }
  }

  async function* store(): AsyncGenerator<Told> {
    const { drafts, sources, refusals, lines, last } = pending
    pending = nothing(last)
    if (refusals.length > 0 || counts.invalid > 0) yield* room()
    signal.throwIfAborted()
    const receipts = await orAborted(intake.offer(drafts, { source: 'import', imported: true }), signal, grace)
    if (receipts === undefined) throw signal.reason
    for (const [i, { outcome, reason = '' }] of receipts.entries()) {
      const line = sources[i]
      if (outcome === 'invalid' && line !== undefined) refusals.push({ line, reason })
      else counts[outcome === 'author' ? 'authors' : outcome === 'unchanged' ? 'known' : outcome]++
    }
    await rejected.add(refusals)
    counts.invalid += refusals.length
    counts.lines += lines
    await memory.keep(place(false))
    yield told()
  }

  return {
    /** Whether the batch is full with this line. */
    add(line: ForeignLine): boolean {
      const decoded = line.bad === undefined ? decodeDumpLine(line.text) : { bad: line.bad }
      if ('draft' in decoded) {
        pending.drafts.push(decoded.draft)
        pending.sources.push(line)
      } else pending.refusals.push({ line, reason: decoded.bad })
      pending.lines++
      pending.letters += line.text.length
      pending.last = line.number
      return pending.lines >= batchLines || pending.letters >= batchLetters
    },
    store,
    async *end(isWhole: boolean) {
      yield* store()
      await rejected.finish()
      await memory.keep(place(isWhole))
    },
  }
}

/**
 * Imports a file and tells after each batch how far it is; the last one told is the end. Throws LoklakError BAD_IMPORT for a file that is
 * refused as a whole (what was stored before stays), and the reason of the signal where that aborts. What was not acknowledged by then is
 * offered again when the file is imported again; of a batch that was stored all the same, the counters then say that it was known.
 */
export async function* importFile(file: string, intake: Intake, folders: ImportFolders, signal: AbortSignal): AsyncGenerator<ImportProgress> {
  const memory = await memoryOf(folders.state, file)
  let bytes = 0
  async function* progress(told: AsyncIterable<Told>): AsyncGenerator<ImportProgress> {
    for await (const one of told) yield { file, bytes, total: memory.size, ...one }
  }
  try {
    const begin = await memory.recall()
    const path = join(folders.rejected, `${folders.name ?? nameOf(file)}.rejected`)
    if (begin.isWhole) {
      yield { file, bytes: memory.size, total: memory.size, counts: begin.counts, rejected: begin.counts.invalid > 0 ? path : null }
      return
    }
    const rejected = await openRejected(path, begin, folders.floor ?? (() => 0))
    const { add, store, end } = batches(begin, memory, rejected, intake, signal)
    try {
      for await (const line of foreignLines(file, (read) => (bytes = read), signal)) if (line.number > begin.line && add(line)) yield* progress(store())
    } catch (error) {
      // The file is refused from here on; what was whole of it is stored, and there is nothing to go on with.
      if (!(error instanceof LoklakError) || signal.aborted) throw error
      yield* progress(end(false))
      if (folders.isMoved !== true) await memory.forget()
      throw error
    }
    yield* progress(end(true))
    if (folders.isMoved !== true) await memory.forget()
  } finally {
    await memory.close()
  }
}
