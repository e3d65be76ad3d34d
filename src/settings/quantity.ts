// Owns the kinds of value with a number in them: counts, ports, durations, sizes, shares of a disk, points in time.
import { kind, type Kind } from './kind.ts'

/** A whole number. */
export const integer = ({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}): Kind<number> =>
  kind('number', max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`, (text) => {
    const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })

export const port = kind('port', 'a port from 0 to 65535 (0 = any free one)', (text) => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return value <= 65_535 ? value : undefined
})

const milliseconds = new Map([
  ['', 1], ['ms', 1], ['s', 1000], ['m', 60_000], ['min', 60_000], ['h', 3_600_000], ['d', 86_400_000], ['w', 604_800_000],
])
const byteUnits = new Map([
  ['', 1], ['b', 1], ['kb', 1e3], ['mb', 1e6], ['gb', 1e9], ['tb', 1e12],
  ['kib', 2 ** 10], ['mib', 2 ** 20], ['gib', 2 ** 30], ['tib', 2 ** 40],
])

/** A number with a unit, in the smallest unit; undefined where it is neither or not exact. */
function measure(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, number, unit] = /^(\d{1,15}(?:\.\d{1,9})?)\s*([a-z]*)$/i.exec(text) ?? []
  const factor = units.get((unit ?? '').toLowerCase())
  if (number === undefined || factor === undefined) return undefined
  const value = Math.round(Number(number) * factor)
  return Number.isSafeInteger(value) ? value : undefined
}

/** Milliseconds. A number without a unit is milliseconds. */
export const duration = kind('duration', 'a duration such as 500ms, 15s, 10m, 1h, 7d or 4w', (text) => measure(text, milliseconds))

/** Bytes. kB, MB, GB, TB count by 1000; KiB, MiB, GiB, TiB by 1024. */
export const bytes = kind('size', 'a size such as 500kB, 10MB, 2GB or 1GiB', (text) => measure(text, byteUnits))

const percentOf = (text: string): number | undefined => {
  const [, number] = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(text) ?? []
  return number !== undefined && Number(number) <= 100 ? Number(number) : undefined
}

/** How much of a disk is to stay free: the larger of `percent` of its size and `bytes`. */
export interface DiskShare {
  readonly percent: number
  readonly bytes: number
}

export const diskShare = kind<DiskShare>('share of a disk', 'a percentage, a size, or both with a comma between: 5%,2GB', (text) => {
  const share = { percent: 0, bytes: 0 }
  for (const part of text.split(',').map((part) => part.trim())) {
    const percent = percentOf(part)
    const size = percent === undefined ? measure(part, byteUnits) : 0
    if (size === undefined) return undefined
    share.percent = Math.max(share.percent, percent ?? 0)
    share.bytes = Math.max(share.bytes, size)
  }
  return Object.freeze(share)
})

/** A point in time: milliseconds before now, or milliseconds since 1970. */
export type Moment = { readonly ago: number } | { readonly at: number }

const datePattern = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i

function instantOf(text: string): number | undefined {
  const day = datePattern.exec(text)?.[1]
  // Date.parse takes 2026-02-30 for the second of March.
  if (day === undefined || new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) !== day) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

/** A date is UTC. A duration, with or without a minus, is that long ago. */
export const moment = kind<Moment>('point in time', 'a date such as 2026-01-31 or 2026-01-31T12:00:00Z, or a time ago such as -36h', (text) => {
  const at = instantOf(text)
  if (at !== undefined) return { at }
  const ago = measure(text.replace(/^-/, ''), milliseconds)
  return ago === undefined ? undefined : { ago }
})

/** Milliseconds since 1970. */
export const instant = (moment: Moment, now: number): number => ('at' in moment ? moment.at : now - moment.ago)
