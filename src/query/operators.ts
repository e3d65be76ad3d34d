// Owns what `key:value` and `/name` mean: one table of each. Does not know where they stand in a query.
import { locationSources, sourceTypes } from '../message/schema.ts'
import { possessions, textLengths } from '../message/text/terms.ts'
import { endOfTime, readDate, type Clock } from './dates.ts'
import { allOf, anyOf, nothing } from './normal.ts'
import { readBox, readCircle } from './places.ts'
import { quoteMarks, replaceQuotes } from './quotes.ts'
import { author, everything, id, link, term, textLength, time, type Query } from './tree.ts'

/** The value does not fit. `strict`: it cannot be meant as text either. `suggestion` is a value that would fit. */
interface Unfit {
  readonly kind: 'unfit'
  readonly strict: boolean
  readonly expected: string
  readonly suggestion: string
}
/** The value is understood, and needs a part of loklak that is not there yet. `suggestion` is what to write instead. */
export interface Missing {
  readonly kind: 'missing'
  readonly what: string
  readonly expected: string
  readonly suggestion: string
}
export type Reading = Query | Unfit | Missing

/** Reads a value that is not empty. A quoted value is never a list. */
export type Read = (value: string, quoted: boolean, clock: Clock) => Reading

const lax = (expected: string, suggestion: string): Unfit => ({ kind: 'unfit', strict: false, expected, suggestion })
const strict = (expected: string, suggestion: string): Unfit => ({ kind: 'unfit', strict: true, expected, suggestion })

/** `a,b`: one of them is enough. Every part has to fit. */
const list =
  (one: (value: string, quoted: boolean) => Query | undefined, expected: string, suggestion: string): Read =>
  (value, quoted) => {
    const parts = (quoted ? [value] : value.split(',')).map((part) => one(part, quoted))
    const fitting = parts.filter((part) => part !== undefined)
    return fitting.length === parts.length ? anyOf(fitting) : lax(expected, suggestion)
  }

/** A tag or name as it may be written without quotes; in quotes it may have anything after its first character. */
const bareName = new RegExp(`^[\\p{L}\\p{N}\\p{Extended_Pictographic}\\p{Regional_Indicator}_][^\\s,()*${quoteMarks}]*$`, 'u')
const quotedName = /^[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}_]/u

/** A name without its sign, or undefined where it is none. */
export const readName = (value: string, quoted: boolean): string | undefined => {
  const name = value.replace(/^[@＠#＃]/u, '')
  return (quoted ? quotedName : bareName).test(name) ? name : undefined
}
const host = /^(?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}\p{N}-]+$|^localhost$/u
const idPattern = /^[A-Za-z0-9._:~-]{1,256}$/u
const owned = possessions.filter((possession) => possession !== 'reply' && possession !== 'pure')

/** How a language is written here: with two letters where it has them. Undefined where there is none of that code. */
export function writtenLanguage(code: string): string | undefined {
  const [canonical = ''] = Intl.getCanonicalLocales(code)
  return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(canonical) === undefined ? undefined : canonical.split('-', 1)[0]
}

/** Networks that loklak or an import of what the original kept can tell of. */
const networks = new Set([...sourceTypes.map((type) => type.toLowerCase()), 'sample'])
export const isKnownNetwork = (name: string): boolean => networks.has(name.trim())

const readTime =
  (edge: 'since' | 'until'): Read =>
  (value, _quoted, clock) => {
    const at = readDate(value, edge === 'until', clock)
    if (typeof at !== 'number') return { kind: 'unfit', strict: true, ...at }
    // The end of time cannot be written; nothing is after it and everything before.
    if (at >= endOfTime) return edge === 'until' ? everything : nothing
    return time({ [edge]: at })
  }

const missingPlaces: Missing = { kind: 'missing', what: 'names of places', expected: 'coordinates, near:lat,lon[,km]', suggestion: 'near:52.52,13.40,25' }

/** Keys in lower case, without their colon. */
export const keys: Readonly<Record<string, Read>> = {
  hashtag: list((value, quoted) => mapped(readName(value, quoted), (name) => term('#', name)), 'one or more tags, separated by commas', 'rain'),
  from: list((value, quoted) => mapped(readName(value, quoted), author), 'one or more handles, separated by commas', 'ann,bob'),
  to: list((value, quoted) => mapped(readName(value, quoted), (name) => term('@', name)), 'one or more handles, separated by commas', 'ann'),
  id: list((value) => (idPattern.test(value) ? id(value) : undefined), 'one or more ids, separated by commas', 'bluesky:did:plc:example:3kxyz'),
  since: readTime('since'),
  until: readTime('until'),
  near: (value) => {
    const reading = readCircle(value)
    if (reading === undefined) return missingPlaces
    return reading.kind === 'unfit' ? { ...reading, strict: true } : reading
  },
  lang: list((value) => (/^[a-z]{2,3}(?:[-_][a-z0-9]+)*$/iu.test(value) ? term('lang:', value.split(/[-_]/u, 1)[0]?.toLowerCase()) : undefined), 'one or more language codes, separated by commas', 'de,en'),
  source: list((value) => (/^[a-z0-9_]{1,32}$/iu.test(value) ? term('source:', value.toLowerCase()) : undefined), 'one or more networks, separated by commas', 'bluesky,mastodon'),
  host: list((value) => (host.test(value) ? term('host:', value.toLowerCase()) : undefined), 'one or more hosts, separated by commas', 'example.org'),
  has: (value) => mapped(owned.find((possession) => possession === value.toLowerCase()), (possession) => term('has:', possession)) ?? lax(`one of ${owned.join(', ')}`, 'image'),
  is: (value) => (value.toLowerCase() === 'reply' ? term('is:', 'reply') : lax('reply', 'reply')),
  reply: (value) => (idPattern.test(value) ? term('reply:', value) : lax('the id of a message', 'bluesky:did:plc:example:3kxyz')),
  conversation: (value) => (idPattern.test(value) ? term('conversation:', value) : lax('the id of the first message', 'bluesky:did:plc:example:3kxyz')),
}

function mapped<A, B>(value: A | undefined, to: (value: A) => B): B | undefined {
  return value === undefined ? undefined : to(value)
}

const missingClasses: Missing = { kind: 'missing', what: 'messages to be classified', expected: 'words that tell it', suggestion: 'happy OR glad' }

/** `/name` in lower case. */
export const flags: Readonly<Record<string, Query | Missing>> = {
  ...Object.fromEntries(owned.map((possession) => [possession, term('has:', possession)])),
  ...Object.fromEntries(textLengths.map((length) => [`len${length}`, textLength(length)])),
  source_type: everything,
  pure: term('/pure'),
  about: term('/about'),
  emotion: missingClasses,
  profanity: missingClasses,
}

/** `/name=value`, names in lower case. */
export const parameters: Readonly<Record<string, Read>> = {
  location: (value) => {
    const parts = value.split(',')
    const source = locationSources.find((source) => source === parts.at(-1)?.trim().toUpperCase())
    if (source !== undefined && parts.length === 1) return term('/location=', source)
    const reading = readBox(source === undefined ? value : parts.slice(0, -1).join(','))
    if (reading.kind === 'unfit') return { ...reading, strict: true, expected: `${reading.expected}; or, alone or after that, one of ${locationSources.join(', ')}` }
    return source === undefined ? reading : allOf([reading, term('/location=', source)])
  },
  link: (value) => (value === '' ? strict('a glob over the whole address', '*example.org/*') : link(replaceQuotes(value, '?'))),
  source_type: (value) => mapped(sourceTypes.find((type) => type === value.toUpperCase()), (type) => term('/source_type=', type)) ?? strict(`one of ${sourceTypes.join(', ')}`, 'BLUESKY'),
  emotion: () => missingClasses,
  profanity: () => missingClasses,
}
