// Owns which records of authors are news to a stream: that one is hidden or deleted, and that one is back after it. All others
// (a new name, a new picture) say `active` as well. Bounded: of too many that are away or back, the oldest are forgotten.
import type { JournalRecord, Position } from '../message/line.ts'
import type { Author } from '../message/schema.ts'

type AuthorRecord = Extract<JournalRecord, { op: 'A' }>

export interface Away {
  /** Takes in a record, in the order of the journal. `perhaps`: somebody may be back who went away before anything was heard here. */
  hear(record: AuthorRecord): 'news' | 'perhaps' | undefined
  /** Whether the record at a position told here that an author is back. */
  wasBack(position: Position): boolean
  /** Takes over who is away, as far as there is room. */
  adopt(other: Away): void
  keys(): Iterable<string>
}

function forgetOldest(set: Set<unknown>, limit: number): void {
  if (set.size > limit) for (const oldest of set.keys().take(1)) set.delete(oldest)
}

/** Whether the state is the newest that was told of an author: then it is what changed, or nothing was known of them. */
function tellsState({ as_of: { state, handle = 0, profile = 0 } = { state: 0 } }: Author): boolean {
  return state !== undefined && state >= handle && state >= profile
}

export function createAway(limit: number): Away {
  const away = new Set<string>()
  const back = new Set<Position>()
  return {
    hear({ position, author }) {
      const { key, state } = author
      if (state === undefined) return undefined
      if (state !== 'active') {
        away.add(key)
        forgetOldest(away, limit)
        return 'news'
      }
      if (!away.delete(key)) return tellsState(author) ? 'perhaps' : undefined
      back.add(position)
      forgetOldest(back, limit)
      return 'news'
    },
    wasBack: (position) => back.has(position),
    adopt(other) {
      for (const key of other.keys()) if (away.size < limit) away.add(key)
    },
    keys: () => away.keys(),
  }
}
