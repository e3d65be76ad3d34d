// Owns the ids of the stream as the world sees them: the name of the journal and a position in it, so that the id of another
// server, or of dumps that were begun anew, is not taken for a place in ours. To clients it is just a text.
import type { Position } from '../message/line.ts'

export interface StreamIds {
  print(position: Position): string
  /** The position in an id, which may be its digits alone; `foreign` is one of another journal, and undefined no id. */
  read(text: string): Position | 'foreign' | undefined
}

/** `journal`: its name, which is 16 hexadecimal digits. */
export const streamIds = (journal: string): StreamIds => ({
  print: (position) => `${journal}-${position}`,
  read(text) {
    // Positions are times in microseconds, of 16 digits since 2001, and 0 is before all of them; another number may be a year.
    const { name, digits } = /^(?:(?<name>[0-9a-f]{16})-(?=\d)|(?=0$|[1-9]\d{15}$))(?<digits>\d{1,16})$/.exec(text)?.groups ?? {}
    if (digits === undefined) return undefined
    return name === undefined || name === journal ? Math.min(Number(digits), Number.MAX_SAFE_INTEGER) : 'foreign'
  },
})
