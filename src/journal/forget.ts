// Owns the question whether compaction drops a line: its message was deleted or edited since, its author is gone, or it is
// an older state of an author. Lines are searched as text and parsed only on a hit, so that a gigabyte costs seconds.
import { encodeEntry, encodeLine, type JournalRecord, type Position } from '../message/line.ts'
import { BadLine, decodeLine } from '../message/record.ts'
import type { Author } from '../message/schema.ts'

/** What compaction removes. Positions are those of the record that replaced the older ones. */
export interface Forgotten {
  /** Deleted messages. */
  readonly ids: ReadonlySet<string>
  /** Edited messages: everything about them before this position is out of date. */
  readonly edited: ReadonlyMap<string, Position>
  /** Deleted authors, by stable key: their messages go, and what their records say of them. */
  readonly authors: ReadonlySet<string>
  /** Authors that have a newer record: of older ones only key and handle stay. */
  readonly renewed: ReadonlyMap<string, Position>
}

export const nothingForgotten: Forgotten = { ids: new Set(), edited: new Map(), authors: new Set(), renewed: new Map() }

/** Every value of a text field in a line of JSON, wherever it stands. Ids and keys need no unescaping to be compared. */
function* valuesOf(line: string, field: string): Generator<string> {
  const key = `"${field}":"`
  for (let at = line.indexOf(key); at >= 0; at = line.indexOf(key, at + key.length)) {
    const end = line.indexOf('"', at + key.length)
    if (end < 0) return
    yield line.slice(at + key.length, end)
  }
}

function mayBeForgotten(line: string, forgotten: Forgotten): boolean {
  for (const id of valuesOf(line, 'id_str')) if (forgotten.ids.has(id) || forgotten.edited.has(id)) return true
  if (forgotten.authors.size > 0) for (const key of valuesOf(line, 'user_id')) if (forgotten.authors.has(key)) return true
  if (forgotten.renewed.size + forgotten.authors.size > 0) for (const key of valuesOf(line, 'key')) if (forgotten.renewed.has(key) || forgotten.authors.has(key)) return true
  return false
}

const same = Symbol('as it was')

/** Of an older record the key and the handle stay, which lead to what was written; of the end of an author also that it is one. */
function authorLeft({ author }: JournalRecord & { readonly op: 'A' }, isOlder: boolean): Author {
  const { key, network, handle, state, reason } = author
  const named: Author = handle === undefined ? { key, network } : { key, network, handle }
  if (isOlder || state === undefined) return named
  return { ...named, state, ...(reason === undefined ? {} : { reason }) }
}

/** What compaction leaves of a record: the line as it was, another line, or nothing. */
function remainder(record: JournalRecord, forgotten: Forgotten): string | undefined | typeof same {
  switch (record.op) {
    case 'D':
      return same
    case 'A': {
      const { key, state } = record.author
      const isOlder = record.position < (forgotten.renewed.get(key) ?? 0)
      if (!isOlder && !(state === 'deleted' && forgotten.authors.has(key))) return same
      return encodeLine(record.position, encodeEntry({ op: 'A', imported: record.imported, author: authorLeft(record, isOlder) }))
    }
    default: {
      const { id_str, created_at, user } = record.message
      if (forgotten.ids.has(id_str) || (forgotten.edited.get(id_str) ?? 0) > record.position) return undefined
      if (user.user_id === undefined || !forgotten.authors.has(user.user_id)) return same
      // A delete, so that the id stays known wherever the dumps are read: nothing may bring the message back.
      return encodeLine(record.position, encodeEntry({ op: 'D', imported: record.imported, id_str, created_at }))
    }
  }
}

/** The line as compaction leaves it; undefined where it goes. A damaged line stays: `dump repair` is for those. */
export function remember(line: string, forgotten: Forgotten): string | undefined {
  if (!mayBeForgotten(line, forgotten)) return line
  try {
    const kept = remainder(decodeLine(line), forgotten)
    return kept === same ? line : kept
  } catch (error) {
    if (error instanceof BadLine) return line
    throw error
  }
}
