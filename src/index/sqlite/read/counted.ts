// Owns walking through hits by what is counted of them: ordinals in the columns of each partition, in no order, for facets,
// histograms and orders other than by time.
import type { Columns } from '../files/columns.ts'
import type { PartitionReader } from './partition-reader.ts'
import { acceptedOf, type Part, type Scope } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

/** Some hits of a part. `ordinals` holds `length` of them. */
export interface Slice {
  readonly part: Part
  readonly columns: Columns
  readonly ordinals: Uint32Array
  readonly length: number
}

/** Why a walk ended before its end. */
export type Unfinished = 'deadline' | 'overfull'

/** No more than can be counted before others should get their turn. */
const largestSlice = 10_000

/** Hands all hits to `take`, newest part first. Answers why not all of them, if so. */
export async function countedHits({ parts }: Scope, view: View, turn: Turn, take: (slice: Slice) => void): Promise<Unfinished | undefined> {
  let unfinished: Unfinished | undefined
  for (const part of parts) {
    if (part.partition.stored > view.maxColumnRows) {
      unfinished = 'overfull'
      continue
    }
    const columns = (await turn.next()) ? await view.columns(part.partition, turn) : undefined
    if (columns === undefined) return 'deadline'
    const slices = part.whole && part.named.length === 0 ? everyMessage(part, columns) : byRids(part, columns, view)
    for (const slice of slices) {
      if (part.accepts === undefined) take(slice)
      else if (!(await takeAccepted(slice, view, turn, take))) return 'deadline'
      if (!(await turn.next())) return 'deadline'
    }
  }
  return unfinished
}

/** All live messages of a part: its time is all that is asked. */
function* everyMessage({ since, until, ...part }: Part, columns: Columns): Generator<Slice> {
  const size = columns.size
  for (let from = 0; from < size; from += largestSlice) {
    const ordinals = new Uint32Array(Math.min(largestSlice, size - from))
    let length = 0
    for (let ordinal = from; ordinal < from + ordinals.length; ordinal++) {
      const at = columns.at[ordinal] ?? 0
      if (columns.live[ordinal] === 1 && since <= at && at < until) ordinals[length++] = ordinal
    }
    yield { part: { ...part, since, until }, columns, ordinals, length }
  }
}

/** What FTS5 finds, and what the query names by id. */
function* byRids(part: Part, columns: Columns, view: View): Generator<Slice> {
  const { partition, since, until, expression } = part
  const named = new Set(part.named.map(({ rid }) => rid))
  if (part.extras.length > 0) yield sliceOf(part, columns, part.extras.map(({ rid }) => rid))
  if (expression === undefined) return
  let { from, to } = view.ask(partition, (reader) => reader.stretch(since, until))
  while (from < to) {
    const rids = view.ask(partition, (reader: PartitionReader) => reader.rids(expression, { from, to }, largestSlice))
    yield sliceOf(part, columns, named.size === 0 ? rids : rids.filter((rid) => !named.has(rid)))
    to = rids.length < largestSlice ? from : (rids.at(-1) ?? from)
  }
}

function sliceOf(part: Part, columns: Columns, rids: readonly number[]): Slice {
  const ordinals = new Uint32Array(rids.length)
  let length = 0
  for (const rid of rids) {
    const ordinal = columns.find(rid)
    // What came after the columns were read is not counted yet.
    const at = ordinal < 0 ? Number.NaN : (columns.at[ordinal] ?? 0)
    if (columns.live[ordinal] === 1 && part.since <= at && at < part.until) ordinals[length++] = ordinal
  }
  return { part, columns, ordinals, length }
}

/** Hands on those that the query accepts. Answers false where time ran out. */
async function takeAccepted({ part, columns, ordinals, length }: Slice, view: View, turn: Turn, take: (slice: Slice) => void): Promise<boolean> {
  for (let from = 0; from < length; from += 100) {
    if (!(await turn.next())) return false
    const some = ordinals.subarray(from, Math.min(from + 100, length))
    const accepted = acceptedOf(part, Array.from(some, (ordinal) => ({ rid: columns.rid[ordinal] ?? 0 })), view)
    const hits = some.filter((ordinal) => accepted.has(columns.rid[ordinal] ?? 0))
    take({ part, columns, ordinals: hits, length: hits.length })
  }
  return true
}
