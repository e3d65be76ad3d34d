// Owns reading a moment that somebody wrote, the same on every machine: what names no zone is UTC, and a day that its month
// does not have is none. Pure.

export interface Instant {
  /** Milliseconds since 1970. */
  readonly time: number
  /** Whether the text names its zone; otherwise it had to be interpreted. */
  readonly zoned: boolean
}

const iso = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?)?$/i
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const month = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i
const year = /(?<![+\-\d:])\d{4}(?![\d:])/
const day = /(?<![+\d:])(\d{1,2})(?![\d:])/
const zone = /\d:\d\d(?:\.\d+)?\s*(?:[ap]m\s*)?(?:Z\b|UTC|GMT|UT\b|[ECMP][SD]T\b|[+-]\d\d:?\d\d)/i

const isDay = (ofYear: number, ofMonth: number, date: number): boolean => date >= 1 && date <= new Date(Date.UTC(2000, ofMonth, 0)).getUTCDate() && (ofMonth !== 2 || date < 29 || isLeap(ofYear))
const isLeap = (of: number): boolean => (of % 4 === 0 && of % 100 !== 0) || of % 400 === 0

function parsed(text: string, zoned: boolean): Instant | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : { time, zoned }
}

/** ISO 8601, and what else Date reads as long as it names month and year: `Wed Aug 27 13:08:45 +0000 2008`. Undefined for anything else. */
export function readInstant(text: string): Instant | undefined {
  const [, isoYear, isoMonth, isoDay, clock = '00:00', offset] = iso.exec(text.trim()) ?? []
  if (isoYear !== undefined) {
    if (!isDay(Number(isoYear), Number(isoMonth), Number(isoDay))) return undefined
    const place = offset === undefined ? 'Z' : offset.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
    return parsed(`${isoYear}-${String(isoMonth)}-${String(isoDay)}T${clock}${place}`, offset !== undefined)
  }
  const [, name] = month.exec(text) ?? []
  const [ofYear] = year.exec(text) ?? []
  const [, date] = day.exec(text) ?? []
  if (name === undefined || ofYear === undefined || date === undefined) return undefined
  if (!isDay(Number(ofYear), months.indexOf(name.toLowerCase()) + 1, Number(date))) return undefined
  return zone.test(text) ? parsed(text, true) : parsed(`${text} UTC`, false)
}
