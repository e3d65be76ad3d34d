// Owns the daily forgetting: what was deleted or replaced since the last time is taken out of the sealed dumps and out of
// every file that may still have its text.
import { join } from 'node:path'
import type { DataFolder } from '../journal/data-folder.ts'
import { cleanForeign } from '../journal/foreign.ts'
import { isNothing, type Forgotten } from '../journal/forget.ts'
import type { OpenJournal } from '../journal/journal.ts'
import type { Position } from '../message/record.ts'
import type { Known } from './known.ts'

export interface Compacted {
  /** Lines of sealed segments that went or became shorter. */
  readonly lines: number
  /** Lines of imported, rejected, torn and quarantined files that went. */
  readonly foreign: number
}

function gather(known: Known): Forgotten {
  const ids = new Set<string>()
  const authors = new Set<string>()
  const edited = new Map<string, Position>()
  const renewed = new Map<string, Position>()
  for (const { kind, id, position } of known.outdated()) {
    if (kind === 'deleted') ids.add(id)
    else if (kind === 'author gone') authors.add(id)
    else if (kind === 'edited') edited.set(id, position)
    else renewed.set(id, position)
  }
  return { ids, authors, edited, renewed }
}

/**
 * Compacts what is sealed. What became out of date in the open segment is remembered for the next time: only what lies
 * before the first segment that is not sealed counts as done, and nothing while a segment could not be rewritten.
 */
export async function compact(journal: OpenJournal, known: Known, folder: DataFolder, onUnreadable: (path: string, reason: string) => void, signal: AbortSignal): Promise<Compacted> {
  await journal.sealed(signal)
  const open = journal.segments().find(({ sealed }) => !sealed)
  const upTo = open?.from ?? journal.last()
  const forgotten = gather(known)
  if (isNothing(forgotten)) return { lines: 0, foreign: 0 }
  const { changed, failed } = await journal.compact(forgotten, signal)
  const quarantine = join(folder.state, 'quarantine')
  const ours = (name: string) => /^(messages|remainder)_\d{8}_\d{8}\.txt(\.gz)?$/.test(name)
  const foreign = await cleanForeign([folder.own, folder.imported, quarantine], ours, forgotten, onUnreadable, signal)
  if (!signal.aborted && failed === 0) known.compacted(upTo)
  return { lines: changed, foreign }
}
