// Owns when is written: the course of a day, in all languages together and in each. Times in milliseconds, UTC.
import { languages } from './languages.ts'
import type { Random } from './random.ts'

const day = 86_400_000
const step = 900_000
const steps = day / step

/** How much is written in each language in each quarter of an hour, as running sums over the languages. */
const sums: readonly (readonly number[])[] = Array.from({ length: steps }, (_, at) => {
  let sum = 0
  return languages.map(({ share, peak }) => (sum += share * (1 + 0.75 * Math.cos(2 * Math.PI * (at / steps - peak / 24)))))
})
const busy = sums.map((sum) => sum.at(-1) ?? 0)
const whole = busy.reduce((sum, one) => sum + one, 0)

const stepOf = (at: number): number => Math.floor(at / step) % steps

/** The number of the language in which is written at a time. */
export function languageAt(random: Random, at: number): number {
  const sum = sums[stepOf(at)] ?? []
  const chosen = random() * (sum.at(-1) ?? 0)
  return Math.max(0, sum.findIndex((upTo) => chosen < upTo))
}

/** `count` times in rising order over whole days up to `until`, more of them when people are awake. */
export function* timesBefore(random: Random, count: number, until: number, days: number): Generator<number> {
  let from = until - days * day
  // What is left of the step in which we are, and how much of what is written lies before it.
  let to = Math.min(until, from - (from % step) + step)
  let before = 0
  for (let i = 0; i < count; i++) {
    const wanted = ((i + random()) / count) * whole * days
    let within = (busy[stepOf(from)] ?? 0) * ((to - from) / step)
    while (before + within < wanted && to < until) {
      before += within
      from = to
      to = Math.min(until, to + step)
      within = (busy[stepOf(from)] ?? 0) * ((to - from) / step)
    }
    yield Math.floor(from + ((wanted - before) / within) * (to - from))
  }
}
