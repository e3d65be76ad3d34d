// Owns walking through hits newest first: by created_at, then by id, whatever the order of rids in a group.
import { compareMarks, type Mark } from '../../cursor.ts'
import type { Found } from '../files/partition.ts'
import type { PartitionReader, RidRange } from './partition-reader.ts'
import { groupOf, instantOf } from '../files/place.ts'
import { acceptedOf, type Part } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

export interface Hit extends Found {
  readonly part: Part
}

/** Some hits in order. All hits up to the place `reached` have been handed on; `late`: time is up and there are no more. */
export interface Walked {
  readonly hits: readonly Hit[]
  readonly reached: Mark
  readonly late: boolean
}

const largestStep = 2000
/** Messages that are looked at one by one before others get their turn. */
const looked = 100

export const markOf = ({ at, id }: Found): Mark => ({ key: at, at, id })
/** Before everything that was written before an instant. */
const markBefore = (at: number): Mark => ({ key: at, at, id: '' })

/** Hits after a place, in steps of about `want`; the asker stops when it has enough. */
export async function* newestFirst(parts: readonly Part[], view: View, after: Mark | undefined, want: number, turn: Turn): AsyncGenerator<Walked> {
  for (const part of parts) {
    // A place without an id stands before all that was written before its instant.
    if (after === undefined || part.since < after.at || (part.since === after.at && after.id !== '')) yield* walk(part, view, after, want, turn)
  }
}

async function* walk(part: Part, view: View, after: Mark | undefined, want: number, turn: Turn): AsyncGenerator<Walked> {
  const { span } = part.partition
  const until = after === undefined ? part.until : Math.min(part.until, after.at + 1)
  const { from, to } = view.ask(part.partition, (reader) => reader.stretch(part.since, until))
  let size = Math.max(want, 1)
  for (let high = to; high > from; size = Math.min(size * 2, largestStep)) {
    const border = markBefore(Math.min(part.until, instantOf(span, high)))
    let reached = after !== undefined && compareMarks(border, after) < 0 ? after : border
    if (!(await turn.next())) {
      yield { hits: [], reached, late: true }
      return
    }
    const { rows, low } = view.ask(part.partition, (reader) => wholeGroups(reader, part.expression, { from, to: high }, size))
    const extras = part.extras.filter(({ rid }) => low <= rid && rid < high)
    const named = new Set(part.named.map(({ rid }) => rid))
    const candidates = [...rows.filter(({ at, rid }) => part.since <= at && at < part.until && !named.has(rid)), ...extras]
      .filter((found) => after === undefined || compareMarks(after, markOf(found)) < 0)
      .sort((a, b) => compareMarks(markOf(a), markOf(b)))
    const step = part.accepts === undefined ? candidates.length : looked
    for (let i = 0; i < candidates.length; i += step) {
      if (i > 0 && !(await turn.next())) {
        yield { hits: [], reached, late: true }
        return
      }
      const some = candidates.slice(i, i + step)
      const last = some.at(-1)
      if (last !== undefined) reached = markOf(last)
      const accepted = acceptedOf(part, some.map(({ rid }) => rid), view)
      yield { hits: some.filter(({ rid }) => accepted.has(rid)).map((found) => ({ ...found, part })), reached, late: false }
    }
    high = low
  }
}

/** Hits in a range of rids, with all of the group of the last one. All hits from `low` on are among them. */
function wholeGroups(reader: PartitionReader, expression: string | undefined, range: RidRange, size: number): { readonly rows: readonly Found[]; readonly low: number } {
  const rows = expression === undefined ? [] : reader.newest(expression, range, size)
  const last = rows.at(-1)
  if (expression === undefined || last === undefined || rows.length < size) return { rows, low: range.from }
  const low = groupOf(reader.span, last.rid)
  return { rows: [...rows, ...reader.newest(expression, { from: low, to: last.rid }, Number.MAX_SAFE_INTEGER)], low }
}

/** The oldest hit of parts that are asked by expression alone. */
export function oldestHit(parts: readonly Part[], view: View): Hit | undefined {
  for (const part of parts.toReversed()) {
    const { expression, partition, since, until } = part
    if (expression === undefined) continue
    const found = view.ask(partition, (reader) => {
      const { from, to } = reader.stretch(since, until)
      const rid = reader.oldest(expression, { from, to })
      return rid === undefined ? [] : reader.newest(expression, { from: rid, to: groupOf(reader.span, rid) + reader.span.slots }, Number.MAX_SAFE_INTEGER)
    })
    const [oldest] = found.toSorted((a, b) => compareMarks(markOf(b), markOf(a)))
    if (oldest !== undefined) return { ...oldest, part }
  }
  return undefined
}
