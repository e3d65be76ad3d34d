// Owns exporting what a search finds in a running server: all of it, page by page, with a note of how far it came, so that
// it can go on after it was stopped.
import { readFile } from 'node:fs/promises'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { steady } from '../http/search/understand.ts'
import type { Whereabouts } from '../http/visitor.ts'
import type { Message } from '../message/schema.ts'
import { writeAtomic } from '../support/atomic-file.ts'
import { parseJson } from '../support/json.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Context } from './command.ts'
import { askHits, doubts, type Hits } from './hits.ts'
import { writeMessages } from './messages.ts'
import { showProgress, type Progress } from './progress.ts'
import type { MessageFormat } from './rows.ts'

export interface Wanted {
  readonly where: Whereabouts
  readonly query: string
  readonly format: MessageFormat
  /** A file that remembers how far it came. */
  readonly resume: string | undefined
}

const pageSize = 1000

/** How far an export came. `q` is the query as it was understood at its beginning, so that relative times stay. */
const Note = Type.Object({ query: Type.String(), format: Type.String(), q: Type.String(), cursor: Type.String(), messages: Type.Integer({ minimum: 0 }), rows: Type.Integer({ minimum: 0 }), done: Type.Boolean() })
type Note = Static<typeof Note>

/** The note of an earlier run of the same export; undefined where there is none. */
async function readNote({ query, format, resume }: Wanted): Promise<Note | undefined> {
  if (resume === undefined) return undefined
  const text = await readFile(resume, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new LoklakError('BAD_USAGE', `--resume: ${resume} cannot be read.`, { cause: error })
  })
  if (text === undefined) return undefined
  const note = parseJson(text)
  if (!Value.Check(Note, note)) throw new LoklakError('BAD_USAGE', `--resume: ${resume} is not the note of an export.`)
  if (note.query !== query || note.format !== format) throw new LoklakError('BAD_USAGE', `--resume: ${resume} belongs to the export of ${JSON.stringify(note.query)} as ${note.format}.`)
  return note
}

/** Pages until there are no more. A page that brings neither messages nor another place to go on at ends it. */
async function* pages({ where, query }: Wanted, note: Note | undefined, signal: AbortSignal): AsyncGenerator<Hits & { readonly q: string }> {
  let q = note?.q ?? query
  let cursor = note?.cursor
  for (let first = true; ; first = false) {
    const hits = await askHits(where, { q, cursor, count: pageSize, order: 'created_at', exact: first ? 'true' : undefined }, signal)
    if (first && note === undefined) q = steady(query, hits.search_metadata.query_understood)
    yield { ...hits, q }
    const { cursor: next, partial_reason } = hits.search_metadata
    const stuck = partial_reason !== undefined && hits.statuses.length === 0 && next === cursor
    if (next === undefined || stuck) return
    cursor = next
  }
}

/** Exports; resolves with the exit code: 1 where the server could not give all. */
export async function exportFound(context: Context, wanted: Wanted): Promise<number> {
  const { out, err, isTerminal, now, signal } = context
  const { format, query, resume } = wanted
  const destination = { format, out, query, settings: context.settings }
  const note = await readNote(wanted)
  if (note?.done === true) {
    err.write(`export: all ${note.messages} messages were exported; remove ${resume ?? ''} to begin again\n`)
    return 0
  }
  let messages = note?.messages ?? 0
  let progress: Progress | undefined
  let partial: string | undefined

  function seen(hits: Hits): void {
    if (progress === undefined) {
      err.write(doubts(hits))
      progress = showProgress({ label: 'export', noun: 'messages', total: Math.max(0, hits.search_metadata.hits - messages), err, isTerminal, now })
    }
    partial = hits.search_metadata.partial_reason ?? partial
    progress.step({ items: hits.statuses.length })
    messages += hits.statuses.length
  }

  async function* all(): AsyncGenerator<Message> {
    for await (const hits of pages(wanted, note, signal)) {
      seen(hits)
      yield* hits.statuses
    }
  }

  /** Page by page, each written to its end before it is noted, also where the run is to stop. */
  async function inParts(file: string): Promise<void> {
    let rows = note?.rows ?? 0
    let isFirst = note === undefined
    for await (const hits of pages(wanted, note, signal)) {
      const { cursor, partial_reason } = hits.search_metadata
      if (partial_reason === 'rebuilding') {
        // The cursor leads past messages that are not there at the moment, and no later run would come back for them.
        partial = 'a part of the index is being made from the dumps; `loklak index stats` shows the parts'
        return
      }
      seen(hits)
      // What is not whole is not done: the next run asks again from there.
      const done = cursor === undefined
      rows += await writeMessages(hits.statuses, { ...destination, signal: new AbortController().signal, part: { isFirst, isLast: done, before: rows } })
      isFirst = false
      const next: Note = { query: wanted.query, format, q: hits.q, cursor: cursor ?? '', messages, rows, done }
      await writeAtomic(file, `${JSON.stringify(next)}\n`)
    }
  }

  try {
    await (resume === undefined ? writeMessages(all(), { ...destination, signal }) : inParts(resume))
  } catch (error) {
    if (!signal.aborted) throw error
    throw resume === undefined ? new LoklakError('STOPPED', 'The messages are not complete.', { cause: error }) : new LoklakError('INTERRUPTED', `${messages} messages were exported.`, { cause: error })
  }
  progress?.finish()
  if (partial !== undefined) err.write(`warning: this is not all: ${partial}${resume === undefined ? '' : '; run it again to go on'}\n`)
  return partial === undefined ? 0 : 1
}
