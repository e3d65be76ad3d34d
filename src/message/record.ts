// Owns the line of a dump: how a journal record is written and read. Does not know files.
// Format: design of the journal's records; field order and reserved keys from the original's dumps ($P operation, $T our position, $I imported).
import { isAuthor, isMessage, misfit, type Author, type Message } from './schema.ts'

/** When our journal accepted a record: microseconds since 1970, strictly increasing. Orders everything, is every cursor. */
export type Position = number

/** What happened, before it has a position. */
export type Entry =
  | { readonly op: 'I' | 'U'; readonly imported: boolean; readonly message: Message }
  | { readonly op: 'D'; readonly imported: boolean; readonly id_str: string; readonly created_at?: string | undefined }
  | { readonly op: 'A'; readonly imported: boolean; readonly author: Author }

/** What happened, in its place: one line of a dump. */
export type JournalRecord = Entry & { readonly position: Position }

/** Why a line is not a record; `reason` is a short name that can be counted. */
export class BadLine extends Error {
  readonly reason: 'json' | 'position' | 'operation' | 'shape'
  constructor(reason: 'json' | 'position' | 'operation' | 'shape', message: string) {
    super(message)
    this.reason = reason
  }
}

/** The part of a line that does not depend on its position; done once, before the place in the journal is known. */
export function encodeEntry(entry: Entry): string {
  const mark = entry.imported ? '"$I":true,' : ''
  switch (entry.op) {
    case 'D': {
      const { id_str, created_at } = entry
      return `"$P":"D",${mark}${JSON.stringify({ id_str, created_at }).slice(1)}`
    }
    case 'A':
      return `"$P":"A",${mark}${JSON.stringify({ author: entry.author }).slice(1)}`
    default:
      return `"$P":"${entry.op}",${mark}${JSON.stringify(entry.message).slice(1)}`
  }
}

/** One line of a dump, without its newline. */
export const encodeLine = (position: Position, encodedEntry: string): string => `{"$T":${position},${encodedEntry}`

/** The position of a line of our own journal without parsing it; undefined where the line does not begin with one. */
export function linePosition(line: string): Position | undefined {
  if (!line.startsWith('{"$T":')) return undefined
  const end = line.indexOf(',', 6)
  const position = Number(line.slice(6, end))
  return end > 6 && Number.isSafeInteger(position) && position > 0 ? position : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses one line that our own journal wrote. Throws BadLine. Keys that we do not know stay in the message. */
export function decodeLine(line: string): JournalRecord {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (error) {
    throw new BadLine('json', error instanceof Error ? error.message : String(error))
  }
  if (!isObject(json)) throw new BadLine('json', 'not an object')
  const { $T: position, $P: op, $I: imported = false, ...rest } = json
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position <= 0) throw new BadLine('position', 'no $T')
  if (typeof imported !== 'boolean') throw new BadLine('shape', '$I: must be a boolean')
  switch (op) {
    case 'I':
    case 'U':
      if (!isMessage(rest)) throw new BadLine('shape', misfit('message', rest) ?? '')
      return { position, op, imported, message: rest }
    case 'D': {
      const { id_str, created_at } = rest
      if (typeof id_str !== 'string' || id_str === '') throw new BadLine('shape', 'id_str: must be a string')
      if (created_at !== undefined && typeof created_at !== 'string') throw new BadLine('shape', 'created_at: must be a string')
      return { position, op, imported, id_str, created_at }
    }
    case 'A':
      if (!isAuthor(rest['author'])) throw new BadLine('shape', `author.${misfit('author', rest['author']) ?? ''}`)
      return { position, op, imported, author: rest['author'] }
    default:
      throw new BadLine('operation', `$P: ${JSON.stringify(op)} is none of I, U, D, A`)
  }
}
