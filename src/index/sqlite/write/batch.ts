// Owns what a stretch of the journal amounts to: the last word on each message, and the newest state of each author.
import { linePosition, type Position } from '../../../message/line.ts'
import type { Author } from '../../../message/schema.ts'
import { entryOf } from './entry.ts'
import { readLine } from './line.ts'
import type { Entry } from './change.ts'

/** What becomes of a message. Without an entry it is removed. */
export interface Verdict {
  readonly id: string
  readonly position: Position
  readonly entry: Entry | undefined
}

export interface Batch {
  readonly last: Position
  readonly verdicts: readonly Verdict[]
  /** In order; an author may have several. */
  readonly authors: readonly Author[]
  /** Handles under which messages were written, where they are not the stable key; an author may have several. */
  readonly written: readonly Written[]
}

export type Written = Required<Pick<Author, 'key' | 'handle'>>

export type Refused = (reason: string) => void

/** Reads lines after a position. What cannot be indexed is counted and passed over. */
export function readBatch(lines: readonly string[], after: Position, seed: number, refused: Refused): Batch {
  let last = after
  const verdicts = new Map<string, Verdict>()
  const authors: Author[] = []
  const written: Written[] = []
  for (const text of lines) {
    const line = readLine(text)
    if (typeof line === 'string') {
      refused(line)
      last = Math.max(last, linePosition(text) ?? after)
      continue
    }
    const { position } = line
    if (position <= after) continue
    last = Math.max(last, position)
    if (line.op === 'author') authors.push(line.author)
    else if (line.op === 'delete') verdicts.set(line.id, { id: line.id, position, entry: undefined })
    else {
      const entry = entryIn(line.message, line.text, seed)
      if (typeof entry === 'string') refused(entry)
      else verdicts.set(entry.id, { id: entry.id, position, entry })
      const { screen_name: handle, user: { user_id: key } } = line.message
      if (key !== undefined && key !== handle) written.push({ key, handle })
    }
  }
  return { last, verdicts: [...verdicts.values()], authors, written }
}

/** The entry of a message, or why it has none: what is nested too deep to be written anew did not come by the intake. */
function entryIn(...given: Parameters<typeof entryOf>): Entry | 'created_at' | 'shape' {
  try {
    return entryOf(...given) ?? 'created_at'
  } catch (error) {
    if (error instanceof RangeError) return 'shape'
    throw error
  }
}

/** An author after a newer record: what that leaves out stays, but of who is deleted nothing beside the handle, and deleted stays deleted. */
export function renew(before: Author | undefined, after: Author): Author {
  if (before?.state === 'deleted') return before
  if (after.state !== 'deleted') return { ...before, ...after }
  return before?.handle === undefined ? after : { handle: before.handle, ...after }
}
