// Owns how a record becomes the line of a dump, and its position in it. Does not know how a line is read back (record.ts), and
// so loads nothing of the schema: the threads that only pass lines on start faster for it.
// Field order and reserved keys are from the original's dumps ($P operation, $T our position, $I imported).
import type { Author, Message } from './schema.ts'

/** When our journal accepted a record: microseconds since 1970, strictly increasing. Orders everything, is every cursor. */
export type Position = number

/** What happened, before it has a position. */
export type Entry =
  | { readonly op: 'I' | 'U'; readonly imported: boolean; readonly message: Message }
  | { readonly op: 'D'; readonly imported: boolean; readonly id_str: string; readonly created_at?: string | undefined }
  | { readonly op: 'A'; readonly imported: boolean; readonly author: Author }

/** What happened, in its place: one line of a dump. */
export type JournalRecord = Entry & { readonly position: Position }

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
