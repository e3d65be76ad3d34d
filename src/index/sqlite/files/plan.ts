// Owns where time is cut into partitions. The cuts are stored with the index: a message belongs to the partition that its
// created_at falls into. Only the newest partition is cut again, at its open end; everything else stays until a rebuild.
import { earliest } from '../../../message/identity.ts'
import { span, type Span } from './place.ts'

export const maxPartitions = 200
/** Of the past, so that there is room to grow. */
const mostCuts = 140
const hour = 3600 * 1000
const day = 24 * hour
/** The times that `created_at` can be written as. */
const firstTime = Date.parse('0000-01-01T00:00:00.000Z')
const endOfTime = Date.parse('9999-12-31T23:59:59.999Z') + 1
/** How long a new index can go on before what is written then shares a last partition with the far future. */
const years = 20

/** Messages by hour (hours since 1970), as far as an older index knew. */
export type Volume = ReadonlyMap<number, number>

/** How many messages make the newest partition full: few are quick, but their number has to stay bounded. */
export const fullAt = (total: number, rows: number): number => Math.max(rows, Math.ceil(total / 24))

/**
 * Partitions of a new index at `now` (milliseconds), oldest first and without a gap. The past is cut where `volume` says
 * that there is much; where nothing is known, at half years and in the last year at months.
 */
export function planPartitions(now: number, volume: Volume, rows: number): readonly Span[] {
  const past = volume.size === 0 ? calendarCuts(now) : volumeCuts(now, volume, rows)
  const cuts = past.filter((at) => at > earliest + day && at <= now).sort((a, b) => a - b)
  const far = Math.max(now, earliest + day) - (now % day) + years * 366 * day
  // Claims that make no sense are all moved to one instant, so the day of it has room for very many at once.
  return [span(firstTime, earliest), span(earliest, earliest + day, 2 ** 30), ...between([earliest + day, ...cuts, far]), span(far, endOfTime)]
}

const between = (cuts: readonly number[]): Span[] => cuts.slice(1).map((end, i) => span(cuts[i] ?? 0, end))

function calendarCuts(now: number): number[] {
  const year = new Date(now).getUTCFullYear()
  const month = new Date(now).getUTCMonth()
  const months = Array.from({ length: 12 }, (_, back) => Date.UTC(year, month - back, 1))
  const halves = Array.from({ length: (year - 2006) * 2 }, (_, half) => Date.UTC(2006, half * 6, 1))
  return [...months, ...halves.filter((at) => at < Date.UTC(year - 1, month, 1))]
}

/** Where hours are so uneven that there would be too many cuts, partitions hold more. */
function volumeCuts(now: number, volume: Volume, rows: number): number[] {
  const hours = [...volume].filter(([at]) => at * hour <= now).sort(([a], [b]) => a - b)
  for (let full = Math.max(rows, Math.ceil(hours.reduce((sum, [, count]) => sum + count, 0) / (maxPartitions / 2))); ; full = Math.ceil(full * 1.2)) {
    const cuts = cutsBefore(hours, full)
    if (cuts.length <= mostCuts) return cuts
  }
}

/** A cut before each hour that would make a partition too full. */
function cutsBefore(hours: readonly (readonly [number, number])[], full: number): number[] {
  const cuts: number[] = []
  let held = 0
  for (const [at, count] of hours) {
    if (held > 0 && held + count > full) {
      cuts.push(at * hour)
      held = 0
    }
    held += count
  }
  return cuts
}

/** The newest partition closed at an instant, and the one that goes on from there. */
export const cutNewest = (newest: Span, at: number): readonly [Span, Span] => [{ ...newest, end: at }, span(at, newest.end)]

/** The place in a plan of the partition that an instant falls into. */
export function partitionAt(plan: readonly Span[], at: number): number {
  let low = 0
  let high = plan.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((plan[middle]?.start ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}
