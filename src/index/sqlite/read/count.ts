// Owns how many hits there are, exactly or up to a cap.
import { groupStart } from '../files/place.ts'
import { newestFirst } from './newest.ts'
import type { PartitionReader, RidRange } from './partition-reader.ts'
import type { Part, Scope } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

/** `whole`: all were counted, or the cap was reached; otherwise time was up. */
export interface Counted {
  readonly count: number
  readonly whole: boolean
}

/** Counts up to `cap` hits. */
export async function countHits({ parts }: Scope, view: View, cap: number, turn: Turn): Promise<Counted> {
  let count = 0
  for (const part of parts) {
    if (count >= cap) break
    if (!(await turn.next())) return { count, whole: false }
    const counted = part.accepts === undefined ? { count: countPart(part, view, cap - count), whole: true } : await countOneByOne(part, view, cap - count, turn)
    count += counted.count
    if (!counted.whole) return { count, whole: false }
  }
  return { count: Math.min(count, cap), whole: true }
}

/** Where rids alone tell what is a hit. */
function countPart({ partition, since, until, expression, whole, named, extras }: Part, view: View, cap: number): number {
  return view.ask(partition, (reader) => {
    const { start, end } = partition.span
    if (expression === undefined) return extras.length
    if (whole && since === start && until === end && named.length === 0) return reader.shown()
    const found = named.filter(({ rid }) => reader.count(expression, { from: rid, to: rid + 1 }, 1) === 1).length
    return countExpression(reader, expression, since, until, cap + named.length) - found + extras.length
  })
}

/** Whole groups are counted by rid; in a group that reaches over an end each time is looked at. */
function countExpression(reader: PartitionReader, expression: string, since: number, until: number, cap: number): number {
  const { from, to, exact } = reader.stretch(since, until)
  if (exact) return reader.count(expression, { from, to }, cap)
  const { slots } = reader.span
  const lookedAt = (range: RidRange): number => reader.newest(expression, range, Number.MAX_SAFE_INTEGER).filter(({ at }) => since <= at && at < until).length
  if (to - from <= 2 * slots) return lookedAt({ from, to })
  const last = Math.min(to, groupStart(reader.span, until))
  return lookedAt({ from, to: from + slots }) + reader.count(expression, { from: from + slots, to: last }, cap) + lookedAt({ from: last, to })
}

async function countOneByOne(part: Part, view: View, cap: number, turn: Turn): Promise<Counted> {
  let count = 0
  for await (const { hits, late } of newestFirst([part], view, undefined, 1000, turn)) {
    count += hits.length
    if (late) return { count, whole: false }
    if (count >= cap) break
  }
  return { count, whole: true }
}
