// Owns the daily forgetting: what was deleted or replaced since the last time is taken out of the sealed dumps and out of
// every file that may still have its text.
import { join } from 'node:path'
import { droppedFiles, type DataFolder } from '../journal/data-folder.ts'
import { cleanForeign } from '../journal/foreign.ts'
import type { Forgotten } from '../journal/forget.ts'
import type { OpenJournal, Shortening } from '../journal/journal.ts'
import type { Position } from '../message/line.ts'
import type { Known, Outdated } from './known.ts'

export interface Compacted {
  /** Lines of sealed segments that went or became shorter. */
  readonly lines: number
  /** Lines of imported, rejected, torn and quarantined files that went. */
  readonly foreign: number
  /** Dumps and other files that could not be rewritten; what they have is looked for again the next time. */
  readonly failed: number
}

const isOurs = (name: string): boolean => /^(messages|remainder)_\d{8}_\d{8}\.txt(\.gz)?(\.tmp)?$/.test(name)

/** So many out-of-date things are looked for in one pass over the dumps: about 60 MB, here and in the thread that rewrites. */
const mostAtOnce = 250_000

interface Slice {
  readonly forgotten: Forgotten
  /** Undefined where there is nothing. */
  readonly last: Outdated | undefined
}

function gather(outdated: Iterable<Outdated>, end: Position): Slice {
  const ids = new Set<string>()
  const authors = new Set<string>()
  const edited = new Map<string, Position>()
  const renewed = new Map<string, Position>()
  let last: Outdated | undefined
  for (const one of outdated) {
    const { kind, id, position } = one
    if (position > end) break
    if (kind === 'deleted') ids.add(id)
    else if (kind === 'author gone') authors.add(id)
    else if (kind === 'edited') edited.set(id, position)
    else renewed.set(id, position)
    last = one
  }
  return { forgotten: { ids, authors, edited, renewed }, last }
}

/**
 * Compacts what is sealed, with as many passes as what is out of date needs; one that is interrupted goes on with the pass that
 * was not done. What became out of date in the open segment is remembered for the next time: only what lies before the first
 * segment that is not sealed counts as done. Nothing does after something could not be rewritten, or while a file that is being imported
 * may have the text: it comes among the imported ones later, at once or when the next process goes on with it.
 */
export async function compact(journal: OpenJournal, known: Known, folder: DataFolder, onTrouble: (path: string, reason: string) => void, signal: AbortSignal, atOnce = mostAtOnce, tell: (step: Shortening) => void = () => undefined): Promise<Compacted> {
  await journal.sealed(signal)
  // What is being sealed is not waited for by a stop.
  if (signal.aborted) return { lines: 0, foreign: 0, failed: 0 }
  const open = journal.segments().find(({ sealed }) => !sealed)
  const upTo = open?.from ?? journal.last()
  const foreignFolders = [{ path: folder.own, isOurs }, { path: folder.imported }, { path: join(folder.state, 'quarantine') }]
  const toCome = (await droppedFiles(folder)).length
  // What becomes out of date from now on is for the next time, or there would be one more pass for ever. What was seen again is filed behind the last record.
  const end = journal.last() + 1
  let lines = 0
  let foreign = 0
  let failed = 0
  let slice = gather(known.outdated(atOnce), end)
  while (slice.last !== undefined) {
    const { forgotten, last } = slice
    const done = await journal.compact(forgotten, signal, tell)
    lines += done.changed
    failed += done.failed
    const cleaned = await cleanForeign(foreignFolders, forgotten, onTrouble, signal)
    foreign += cleaned.gone
    failed += cleaned.failed
    if (signal.aborted) break
    slice = gather(known.outdated(atOnce, last), end)
    // Of what is of one position some may belong to the next pass.
    const upToHere = slice.last === undefined ? upTo : Math.min(upTo, last.position - 1)
    if (failed === 0 && toCome === 0) known.compacted(upToHere)
  }
  return { lines, foreign, failed }
}
