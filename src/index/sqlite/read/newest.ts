// Owns walking through hits newest first: by created_at, then by id, whatever the order of rids in a group.
import { compareMarks, type Mark } from '../../cursor.ts'
import type { Found } from '../files/partition.ts'
import { groupOf, instantOf } from '../files/place.ts'
import type { RidRange } from './partition-reader.ts'
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

/** Hits that are read at once, and at most kept to be put in order. */
const largestStep = 2000
const mostKept = 16_000
/** Messages that are looked at one by one before others get their turn. */
const looked = 100
/** So many more are read than are wanted, since of the last group that is reached not all may be there. */
const spare = 8
/** Of so few, the messages are read along: they are nearly all shown. */
const readAlong = 250

export const markOf = ({ at, id }: Found): Mark => ({ key: at, at, id })
/** Before everything that was written before an instant. */
const markBefore = (at: number): Mark => ({ key: at, at, id: '' })
const inOrder = (a: Found, b: Found): number => compareMarks(markOf(a), markOf(b))

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
  let size = want + spare
  let place = after
  for (let high = to; high > from; ) {
    const border = markBefore(Math.min(part.until, instantOf(span, high)))
    let reached = place !== undefined && compareMarks(border, place) < 0 ? place : border
    const next = (await turn.next()) ? await nextHits(part, { from, to: high }, view, place, size, turn) : undefined
    if (next === undefined) {
      yield { hits: [], reached, late: true }
      return
    }
    const { found } = next
    const step = part.accepts === undefined ? found.length : looked
    for (let i = 0; i < found.length; i += step) {
      if (i > 0 && !(await turn.next())) {
        yield { hits: [], reached, late: true }
        return
      }
      const some = found.slice(i, i + step)
      const last = some.at(-1)
      if (last !== undefined) reached = markOf(last)
      const accepted = acceptedOf(part, some, view)
      yield { hits: some.filter(({ rid }) => accepted.has(rid)).map((found) => ({ ...found, part })), reached, late: false }
    }
    const last = found.at(-1)
    if (next.isMore && last !== undefined) place = markOf(last)
    else high = next.low
    size = Math.min(size * 2, next.isMore ? mostKept : largestStep)
  }
}

interface Next {
  /** In order. */
  readonly found: readonly Found[]
  /** The groups from `low` on have more after these; otherwise these are all. */
  readonly isMore: boolean
  readonly low: number
}

/** The next hits of a range that ends with whole groups: those of as many groups as have about `size`, or the first of one group. */
async function nextHits(part: Part, { from, to }: RidRange, view: View, after: Mark | undefined, size: number, turn: Turn): Promise<Next | undefined> {
  const { expression, partition } = part
  const step = Math.min(size, largestStep)
  const rows = expression === undefined ? [] : view.ask(partition, (reader) => reader.newest(expression, { from, to }, step, step <= readAlong))
  const [first] = rows
  const last = rows.at(-1)
  const extras = (low: number): Found[] => part.extras.filter((found) => low <= found.rid && found.rid < to && isAfter(after, found))
  if (first === undefined || last === undefined || rows.length < step) return { found: [...hitsIn(part, rows, after), ...extras(from)].sort(inOrder), isMore: false, low: from }
  const group = groupOf(partition.span, last.rid)
  // The last group may have more than was read, the ones before it have not.
  const border = group + partition.span.slots
  if (first.rid >= border) return { found: [...hitsIn(part, rows.filter(({ rid }) => rid >= border), after), ...extras(border)].sort(inOrder), isMore: false, low: border }
  return firstOfGroup(part, { from: group, to }, view, after, extras(group), size, turn)
}

/** The first `size` hits of a group after a place, however many there are: all of it is read, few are kept. Undefined where time ran out. */
async function firstOfGroup(part: Part, { from, to }: RidRange, view: View, after: Mark | undefined, extras: readonly Found[], size: number, turn: Turn): Promise<Next | undefined> {
  let kept = [...extras]
  let isMore = false
  const prune = (): void => {
    isMore ||= kept.length > size
    kept = kept.sort(inOrder).slice(0, size)
  }
  for await (const rows of hitsByRid(part, { from, to }, view, turn)) {
    if (rows === undefined) return undefined
    kept.push(...rows.filter((found) => isAfter(after, found)))
    if (kept.length >= size + largestStep) prune()
  }
  prune()
  return { found: kept, isMore, low: from }
}

/** What the expression of a part finds in a range, by descending rid, without what the query names; undefined at last where time ran out. */
export async function* hitsByRid(part: Part, { from, to }: RidRange, view: View, turn: Turn): AsyncGenerator<readonly Found[] | undefined> {
  const { expression, partition } = part
  if (expression === undefined) return
  for (let high = to; high > from; ) {
    if (!(await turn.next())) {
      yield undefined
      return
    }
    const rows = view.ask(partition, (reader) => reader.newest(expression, { from, to: high }, largestStep, false))
    yield hitsIn(part, rows, undefined)
    high = rows.length < largestStep ? from : (rows.at(-1)?.rid ?? from)
  }
}

/** Those that are of the part's time and after a place, and not decided otherwise. */
function hitsIn({ since, until, named }: Part, rows: readonly Found[], after: Mark | undefined): Found[] {
  return rows.filter((found) => since <= found.at && found.at < until && isAfter(after, found) && !named.some(({ rid }) => rid === found.rid))
}

const isAfter = (after: Mark | undefined, found: Found): boolean => after === undefined || compareMarks(after, markOf(found)) < 0

/** When the oldest hit was written, of parts that are asked by expression alone; `late`: time ran out before it was found. */
export async function oldestInstant(parts: readonly Part[], view: View, turn: Turn): Promise<number | undefined | 'late'> {
  for (const part of parts.toReversed()) {
    const { expression, partition, since, until } = part
    if (expression === undefined) continue
    if (!(await turn.next())) return 'late'
    const { from, to } = view.ask(partition, (reader) => reader.stretch(since, until))
    const rid = view.ask(partition, (reader) => reader.oldest(expression, { from, to }))
    if (rid === undefined) continue
    const group = groupOf(partition.span, rid)
    const first = instantOf(partition.span, group)
    let oldest: number | undefined
    for await (const rows of hitsByRid(part, { from: rid, to: group + partition.span.slots }, view, turn)) {
      if (rows === undefined) return 'late'
      for (const { at } of rows) oldest = Math.min(oldest ?? at, at)
      if (oldest === first) break
    }
    if (oldest !== undefined) return oldest
  }
  return undefined
}
