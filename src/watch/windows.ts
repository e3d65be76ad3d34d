// Owns how many events fell into the last minute, ten minutes, hour, day and week. Constant memory and time, whatever the
// number of events: each window is a ring of buckets. Support's `rate` is the one to take where the last minute is enough.

const spans = {
  minute: { milliseconds: 60_000, buckets: 60 },
  ten_minutes: { milliseconds: 600_000, buckets: 60 },
  hour: { milliseconds: 3_600_000, buckets: 60 },
  day: { milliseconds: 86_400_000, buckets: 96 },
  week: { milliseconds: 604_800_000, buckets: 168 },
} as const

export type Span = keyof typeof spans

interface Window {
  readonly count: number
  /** Events a second over the window, or since counting began where that is less. */
  readonly rate: number
}

export type Windows = Readonly<Record<Span, Window>>

export interface WindowCounter {
  /** Counts events that happened at a time (milliseconds, now unless given); what is older than a window does not count in it. */
  count(many: number, at?: number): void
  windows(): Windows
}

interface Ring {
  count(many: number, at: number, now: number): void
  sum(now: number): number
}

function ring(width: number, size: number): Ring {
  const counts = new Float64Array(size)
  // Which bucket of all time a slot holds at the moment: a slot whose stamp is too old is empty.
  const stamps = new Float64Array(size).fill(-1)
  return {
    count(many, at, now) {
      const bucket = Math.floor(Math.min(at, now) / width)
      if (bucket <= Math.floor(now / width) - size || bucket < 0) return
      const slot = bucket % size
      if (stamps[slot] !== bucket) {
        stamps[slot] = bucket
        counts[slot] = 0
      }
      counts[slot] = (counts[slot] ?? 0) + many
    },
    sum(now) {
      const newest = Math.floor(now / width)
      let sum = 0
      for (let slot = 0; slot < size; slot++) {
        const stamp = stamps[slot] ?? -1
        if (stamp > newest - size && stamp <= newest) sum += counts[slot] ?? 0
      }
      return sum
    },
  }
}

export function createWindows(now: () => number = Date.now): WindowCounter {
  const began = now()
  const make = (span: Span) => {
    const { milliseconds, buckets } = spans[span]
    const events = ring(milliseconds / buckets, buckets)
    const read = (time: number): Window => {
      const count = events.sum(time)
      const seconds = Math.max(1, Math.min(milliseconds, time - began) / 1000)
      return { count, rate: count / seconds }
    }
    return { events, read }
  }
  const minute = make('minute')
  const ten = make('ten_minutes')
  const hour = make('hour')
  const day = make('day')
  const week = make('week')
  const rings = [minute.events, ten.events, hour.events, day.events, week.events]

  return {
    count(many, at) {
      const time = now()
      for (const events of rings) events.count(many, at ?? time, time)
    },
    windows() {
      const time = now()
      return { minute: minute.read(time), ten_minutes: ten.read(time), hour: hour.read(time), day: day.read(time), week: week.read(time) }
    },
  }
}
