// Owns who has the handles that queries name: asked once, and again when a record tells of somebody else who has one.
import { fold } from '../message/text/fold.ts'
import { mostKeys, type AuthorKeys } from '../query/tree.ts'

export interface Handles {
  readonly keysOf: AuthorKeys
  /** Takes in that somebody has a handle; answers it folded where queries that name it may mean others now. */
  learn(key: string, handle: string): string | undefined
  /** To be called where records are passed over. */
  forget(): void
}

const remembered = 10_000

export function createHandles(authorKeys: AuthorKeys): Handles {
  const known = new Map<string, readonly string[]>()
  return {
    keysOf(handle) {
      const had = known.get(handle)
      if (had !== undefined) return had
      const keys = authorKeys(handle)
      if (known.size >= remembered) known.clear()
      known.set(handle, keys)
      return keys
    },
    learn(key, handle) {
      const folded = fold(handle)
      const had = known.get(folded)
      if (had?.includes(key) === true) return undefined
      // Whoever is asked may not know it yet; and each time that it is told anew costs all queries that name it.
      if (had !== undefined) known.set(folded, [...had, key].slice(-mostKeys))
      return folded
    },
    forget: () => known.clear(),
  }
}
