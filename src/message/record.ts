// Owns reading the line of a dump: a record that is what the schema says, or a reason why not. Does not know files.
import type { JournalRecord } from './line.ts'
import { isAuthor, isMessage, misfit } from './schema.ts'

/** Why a line is not a record; `reason` is a short name that can be counted. */
export class BadLine extends Error {
  readonly reason: 'json' | 'position' | 'operation' | 'shape'
  constructor(reason: 'json' | 'position' | 'operation' | 'shape', message: string) {
    super(message)
    this.reason = reason
  }
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

/** Whether a line can be read in such a way. */
export function isReadable(line: string, decode: (line: string) => unknown): boolean {
  try {
    decode(line)
    return true
  } catch (error) {
    if (error instanceof BadLine) return false
    throw error
  }
}
