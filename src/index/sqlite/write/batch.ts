// Owns what a stretch of the journal amounts to: the last word on each message, and the newest state of each author.
import { BadLine, decodeLine, linePosition, type JournalRecord, type Position } from '../../../message/record.ts'
import type { Author } from '../../../message/schema.ts'
import { draftOf, messageText, type Draft } from './entry.ts'

/** What becomes of a message. Without a draft it is removed. */
export interface Verdict {
  readonly id: string
  readonly position: Position
  readonly draft: Draft | undefined
}

export interface Batch {
  readonly last: Position
  readonly verdicts: readonly Verdict[]
  /** In order; an author may have several. */
  readonly authors: readonly Author[]
}

export type Refused = (reason: string) => void

/** Reads lines after a position. What cannot be indexed is counted and passed over. */
export function readBatch(lines: readonly string[], after: Position, refused: Refused): Batch {
  let last = after
  const verdicts = new Map<string, Verdict>()
  const authors: Author[] = []
  for (const line of lines) {
    const position = linePosition(line)
    if (position !== undefined && position <= after) continue
    const record = readRecord(line, refused)
    last = Math.max(last, position ?? 0)
    if (record?.op === 'A') authors.push(record.author)
    else if (record?.op === 'D') verdicts.set(record.id_str, { id: record.id_str, position: record.position, draft: undefined })
    else if (record !== undefined) {
      const draft = draftOf(record.message, messageText(line, record.message))
      if (draft === undefined) refused('created_at')
      else verdicts.set(draft.id, { id: draft.id, position: record.position, draft })
    }
  }
  return { last, verdicts: [...verdicts.values()], authors }
}

function readRecord(line: string, refused: Refused): JournalRecord | undefined {
  try {
    return decodeLine(line)
  } catch (error) {
    if (!(error instanceof BadLine)) throw error
    refused(error.reason)
    return undefined
  }
}

/** An author after a newer record: what that leaves out stays, and deleted stays deleted. */
export function renew(before: Author | undefined, { key, network, ...given }: Author): Author {
  const author = { ...before, ...given, key, network }
  return before?.state === 'deleted' ? { ...author, state: 'deleted' } : author
}
