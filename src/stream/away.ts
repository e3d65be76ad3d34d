// Owns which records of authors are news to a stream: that one is hidden or deleted, and that one is back after it. All others
// (a new name, a new picture) say `active` as well.
import type { Author } from '../message/schema.ts'

const limit = 10_000

/** Authors of whom it was last told that they are hidden or deleted. */
export type Away = Set<string>

/** Whether a record of an author is news, which is remembered. Of too many that are away, the oldest come back unnoticed. */
export function isNews({ key, state }: Author, away: Away): boolean {
  if (state === undefined) return false
  if (state === 'active') return away.delete(key)
  away.add(key)
  if (away.size > limit) for (const oldest of away.keys().take(1)) away.delete(oldest)
  return true
}
