// Owns the question whether compaction drops a line: its message was deleted or edited since, its author is gone, or it is
// an older state of an author. Lines are searched as text and parsed only on a hit, so that a gigabyte costs seconds.
import { BadLine, decodeLine, encodeEntry, encodeLine, type JournalRecord, type Position } from '../message/record.ts'

/** What compaction removes. Positions are those of the record that replaced the older ones. */
export interface Forgotten {
  /** Deleted messages. */
  readonly ids: ReadonlySet<string>
  /** Edited messages: everything about them before this position is out of date. */
  readonly edited: ReadonlyMap<string, Position>
  /** Deleted authors, by stable key: their messages go. */
  readonly authors: ReadonlySet<string>
  /** Authors that have a newer record: of older ones only key and handle stay. */
  readonly renewed: ReadonlyMap<string, Position>
}

export const nothingForgotten: Forgotten = { ids: new Set(), edited: new Map(), authors: new Set(), renewed: new Map() }

export const isNothing = ({ ids, edited, authors, renewed }: Forgotten): boolean => ids.size + edited.size + authors.size + renewed.size === 0

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
  if (forgotten.renewed.size > 0) for (const key of valuesOf(line, 'key')) if (forgotten.renewed.has(key)) return true
  return false
}

const same = Symbol('as it was')

/** What compaction leaves of a record: the line as it was, another line, or nothing. */
function remainder(record: JournalRecord, forgotten: Forgotten): string | undefined | typeof same {
  switch (record.op) {
    case 'D':
      return same
    case 'A': {
      const newer = forgotten.renewed.get(record.author.key)
      if (newer === undefined || record.position >= newer) return same
      const { key, network, handle } = record.author
      return encodeLine(record.position, encodeEntry({ op: 'A', imported: record.imported, author: handle === undefined ? { key, network } : { key, network, handle } }))
    }
    default: {
      const { id_str, user } = record.message
      if (forgotten.ids.has(id_str) || (forgotten.edited.get(id_str) ?? 0) > record.position) return undefined
      return user.user_id !== undefined && forgotten.authors.has(user.user_id) ? undefined : same
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

/**
 * The same for lines that are not ours (imported files, rejected, torn and quarantined lines): gone where they name what is
 * gone. Every version of what was edited goes, because the newest is in our own dumps.
 */
export function rememberForeign(line: string, { ids, edited, authors }: Forgotten): string | undefined {
  // A torn or rejected line may be cut or escaped anywhere, so quotes are taken with any number of backslashes before them.
  // The search begins at a quote: begun at a backslash, a line of nothing else would take the square of its length.
  for (const [, field, value] of line.matchAll(/"(id_str|user_id)\\*":\s*\\*"([^"\\]+)/g)) {
    if (value !== undefined && (field === 'id_str' ? ids.has(value) || edited.has(value) : authors.has(value))) return undefined
  }
  return line
}
