// Owns what a date in a query means: an instant, given the clock and the offset of the person who wrote it.

/** What an unfit value should have been. `suggestion` is a value that would fit. */
export interface DateUnfit {
  readonly expected: string
  readonly suggestion: string
}

/** The clock of a query: `now` in milliseconds since 1970; UTC = local time + `timezoneOffset` minutes. */
export interface Clock {
  readonly now: number
  readonly timezoneOffset: number
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day
const units: Readonly<Record<string, number>> = { s: second, m: minute, h: hour, d: day, w: week }
const named: Readonly<Record<string, number>> = { now: 0, hour, day, week }
const earliest = Date.parse('0000-01-01T00:00:00Z')
/** After the last instant that can be written. */
export const endOfTime = Date.parse('9999-12-31T23:59:59.999Z') + 1

/** In upper case, too, but for M, which others write for months. */
const relative = /^-?(\d{1,6})([smhdwSHDW])$/u
const absolute = /^(\d{4})-(\d\d)-(\d\d)(?:[T_ ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/iu
/** Dates as people write them, year first or last, for the suggestion. */
const yearFirst = /^(\d{4})(?:\D?(\d{1,2})(?:\D?(\d{1,2}))?)?$/u
const yearLast = /^(\d{1,2})\D(\d{1,2})\D(\d{4})$/u
/** Spans as people write them: `1h30m`, `3 days`, `1y`, `month`. */
const spans = /^-?(?:\d+\s*[a-z]+\s*)+$|^[a-z]+$/iu
const span = /(\d*)\s*([a-z]+)/giu
const wordUnits: readonly (readonly [RegExp, number])[] = [
  [/^s(?:ecs?|econds?)?$/iu, second],
  [/^(?:m|mins?|minutes?)$/u, minute],
  [/^h(?:rs?|ours?)?$/iu, hour],
  [/^d(?:ays?)?$/iu, day],
  [/^w(?:eeks?)?$/iu, week],
  [/^(?:M|mo|months?)$/u, 30 * day],
  [/^y(?:rs?|ears?)?$/iu, 365 * day],
]

/**
 * The instant in milliseconds, or what was expected. A date without a zone is local time of the person. With `whole`, a
 * date without a time of day is its end (the beginning of the next day), otherwise its beginning. What lies past the end of
 * time is `endOfTime`, after everything that was ever written.
 */
export function readDate(value: string, whole: boolean, clock: Clock): number | DateUnfit {
  const ago = named[value.toLowerCase()] ?? relativeSpan(value)
  const at = ago === undefined ? absoluteDate(value, whole, clock) : clock.now - ago
  return at === undefined ? unfit(value, clock) : Math.min(Math.max(at, earliest), endOfTime)
}

function relativeSpan(value: string): number | undefined {
  const [, count, unit] = relative.exec(value) ?? []
  const span = units[unit?.toLowerCase() ?? '']
  return span === undefined ? undefined : Number(count) * span
}

function absoluteDate(value: string, whole: boolean, { timezoneOffset }: Clock): number | undefined {
  const parts = absolute.exec(value)
  if (parts === null) return undefined
  const [, year = '', month = '', date = '', hours, minutes = '00', seconds = '00', fraction = '', zone] = parts
  if (hours === undefined && zone !== undefined) return undefined
  const written = `${year}-${month}-${date}T${hours ?? '00'}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const utc = Date.parse(written)
  if (Number.isNaN(utc) || new Date(utc).toISOString() !== written) return undefined
  return utc + (zone === undefined ? timezoneOffset * minute : zoneOffset(zone)) + (whole && hours === undefined ? day : 0)
}

/** Milliseconds to add to local time to get UTC. */
function zoneOffset(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  return (zone.startsWith('-') ? 1 : -1) * (hours * hour + minutes * minute)
}

/** A span in the one unit that says it whole; undefined where it is none. */
function meantSpan(value: string): string | undefined {
  if (!spans.test(value)) return undefined
  let all = 0
  for (const [, count, word = ''] of value.matchAll(span)) {
    const unit = wordUnits.find(([pattern]) => pattern.test(word))?.[1]
    if (unit === undefined) return undefined
    all += (count === '' ? 1 : Number(count)) * unit
  }
  const [name, unit] = Object.entries(units).findLast(([, unit]) => all % unit === 0) ?? []
  const said = `${all / (unit ?? Number.NaN)}${name ?? ''}`
  return relative.test(said) ? said : undefined
}

function unfit(value: string, clock: Clock): DateUnfit {
  const [, y1, m1 = '1', d1 = '1'] = yearFirst.exec(value) ?? []
  const [, d2, m2, y2] = yearLast.exec(value) ?? []
  const guess = `${y1 ?? y2}-${(y1 === undefined ? m2 : m1)?.padStart(2, '0')}-${(y1 === undefined ? d2 : d1)?.padStart(2, '0')}`
  const fits = absoluteDate(guess, false, clock) !== undefined
  return {
    expected: 'a date like 2026-01-31, 2026-01-31_18:00, 2026-01-31T18:00:00Z, a span like 2h (s m h d w), or now, hour, day, week',
    suggestion: fits ? guess : (meantSpan(value) ?? new Date(clock.now - day).toISOString().slice(0, 10)),
  }
}

/** An instant as the printer writes it; `readDate` reads it back exactly. */
export const printDate = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')
