// Owns how many hits there are, exactly or up to a cap.
import { groupStart } from '../files/place.ts'
import { hitsByRid } from './newest.ts'
import type { RidRange } from './partition-reader.ts'
import { acceptedOf, type Part, type Scope } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

/** `whole`: all were counted, or the cap was reached; otherwise time was up. */
export interface Counted {
  readonly count: number
  readonly whole: boolean
}

/** Messages that are looked at one by one before others get their turn. */
const looked = 100

/** Counts up to `cap` hits. */
export async function countHits({ parts }: Scope, view: View, cap: number, turn: Turn): Promise<Counted> {
  let count = 0
  for (const part of parts) {
    if (count >= cap) break
    if (!(await turn.next())) return { count, whole: false }
    const counted = part.accepts === undefined ? await countPart(part, view, cap - count, turn) : await countOneByOne(part, view, cap - count, turn)
    count += counted.count
    if (!counted.whole) return { count, whole: false }
  }
  return { count: Math.min(count, cap), whole: true }
}

/** Where rids tell what is a hit. Whole groups are counted by rid; in a group that reaches over an end each time is looked at. */
async function countPart(part: Part, view: View, cap: number, turn: Turn): Promise<Counted> {
  const { partition, since, until, expression, whole, named, extras } = part
  const { start, end, slots } = partition.span
  if (expression === undefined) return { count: extras.length, whole: true }
  if (whole && since === start && until === end && named.length === 0) return { count: view.ask(partition, (reader) => reader.shown()), whole: true }
  const { from, to, exact } = view.ask(partition, (reader) => reader.stretch(since, until))
  const last = Math.min(to, groupStart(partition.span, until))
  const isShort = to - from <= 2 * slots
  const inside: RidRange = exact ? { from, to } : isShort ? { from: to, to } : { from: from + slots, to: last }
  const atEnds: RidRange[] = exact ? [] : isShort ? [{ from, to }] : [{ from, to: from + slots }, { from: last, to }]
  let count = extras.length + countInside(part, inside, view, cap)
  for (const range of atEnds) {
    for await (const rows of hitsByRid(part, range, view, turn)) {
      if (rows === undefined) return { count, whole: false }
      count += rows.length
      if (count >= cap) return { count, whole: true }
    }
  }
  return { count, whole: true }
}

/** By rid alone, without what the query names. */
function countInside({ partition, expression = '', named }: Part, { from, to }: RidRange, view: View, cap: number): number {
  if (from >= to) return 0
  return view.ask(partition, (reader) => {
    const decided = named.filter(({ rid }) => from <= rid && rid < to && reader.count(expression, { from: rid, to: rid + 1 }, 1) === 1).length
    return reader.count(expression, { from, to }, cap + decided) - decided
  })
}

async function countOneByOne(part: Part, view: View, cap: number, turn: Turn): Promise<Counted> {
  let count = part.extras.length
  const { from, to } = view.ask(part.partition, (reader) => reader.stretch(part.since, part.until))
  for await (const rows of hitsByRid(part, { from, to }, view, turn)) {
    if (rows === undefined) return { count, whole: false }
    for (let i = 0; i < rows.length; i += looked) {
      if (!(await turn.next())) return { count, whole: false }
      count += acceptedOf(part, rows.slice(i, i + looked), view).size
      if (count >= cap) return { count, whole: true }
    }
  }
  return { count, whole: true }
}
