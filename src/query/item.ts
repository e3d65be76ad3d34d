// Owns what one item of a query means. Doubtful ones are searched as text with a warning; those that cannot be meant
// as they stand are a BadQuery.
import type { Item } from './lex.ts'
import { looksLikeRegex } from './glob.ts'
import { flags, isKnownNetwork, keys, parameters, readName, writtenLanguage, type Reading } from './operators.ts'
import { badQuery, warn, type Source } from './source.ts'
import { readText } from './text.ts'
import { term, type Query } from './tree.ts'
import { isOneEdit, near } from './typo.ts'

/** Reads an item without its minus; undefined where there is nothing to search for. */
export function readItem(item: Item, source: Source): Query | undefined {
  const head = item.head.toLowerCase()
  const name = head.replace(/^\/|[:=]$/gu, '')
  if (head === '') return text(item, source)
  if (item.star) return doubtful(item, source, 'a value in quotes takes no *')
  if ('#＃@＠'.includes(head)) return readSign(item, source)
  if (head.endsWith('=')) return Object.hasOwn(parameters, name) ? readParameter(item, name, source) : readUnknownParameter(item, name, source)
  if (head.startsWith('/')) return readFlag(item, name, source)
  return Object.hasOwn(keys, name) ? readKey(item, name, source) : readUnknownKey(item, name, source)
}

/** As text, so that nothing that was written is ignored. */
function text(item: Item, source: Source): Query | undefined {
  if (item.written === 'NOT') return doubtful(item, source, 'NOT is no operator (-word excludes a word)')
  const { query, doubt, tooShort } = item.head === '' ? readText(item.value, item.quoted, item.star) : readText(item.written, false, false)
  if (doubt !== undefined) warn(source, item.at, doubt)
  if (!tooShort) return query
  throw badQuery(source, item.at, {
    problem: `${item.written} is too short for a prefix`,
    expected: 'at least 3 letters before *',
    suggestion: item.written.replace(/\*$/u, ''),
  })
}

function doubtful(item: Item, source: Source, message: string): Query | undefined {
  const { query, doubt } = readText(item.written, true, false)
  warn(source, item.at, doubt ?? `${message}; ${item.written} is searched as text`)
  return query
}

const trailing = /[.,;:!?)\]}'’"]+$/u

function readSign(item: Item, source: Source): Query | undefined {
  const operator = /[#＃]/u.test(item.head) ? '#' : '@'
  const value = item.quoted ? item.value.trim() : item.value.replace(trailing, '')
  const name = /^[@＠#＃]/u.test(value) ? undefined : readName(value, item.quoted)
  if (name !== undefined) return term(operator, name)
  return readName(value, true) === undefined ? text(item, source) : doubtful(item, source, `no ${operator === '#' ? 'tag' : 'name'} is written like that`)
}

function readFlag(item: Item, name: string, source: Source): Query | undefined {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  const isAlone = item.value === '' && !item.quoted
  if (flag !== undefined && isAlone) return result(flag, item, source)
  if (item.value.startsWith('/')) return text(item, source)
  if (flag !== undefined) return doubtful(item, source, `${item.head} takes nothing right after it`)
  return isAlone ? doubtful(item, source, `there is no ${item.head} ${instead(name, Object.keys(flags), (flag) => `/${flag}`)}`) : text(item, source)
}

function readUnknownParameter(item: Item, name: string, source: Source): Query | undefined {
  if (Object.hasOwn(flags, name)) return doubtful(item, source, `/${name} takes no value`)
  if (Object.hasOwn(keys, name)) return doubtful(item, source, `there is no ${item.head} (there is ${name}:)`)
  return doubtful(item, source, `there is no ${item.head} ${instead(name, Object.keys(parameters), (parameter) => `/${parameter}=`)}`)
}

/** What there is in place of a name that is none: what is spelled nearly so, or else all. */
function instead(name: string, known: readonly string[], written: (name: string) => string): string {
  const meant = known.filter((candidate) => isOneEdit(name, candidate))
  return `(there is ${(meant.length > 0 ? meant : known).map(written).join(' ')})`
}

function readParameter(item: Item, name: string, source: Source): Query | undefined {
  if (name === 'link' && looksLikeRegex(item.value)) warn(source, item.valueAt, '/link= takes a glob (* and ?), not a regular expression')
  const reading = parameters[name]?.(item.value, item.quoted, source.clock)
  return reading === undefined ? undefined : result(reading, item, source)
}

function readKey(item: Item, name: string, source: Source): Query | undefined {
  if (item.value.trim() === '') return doubtful(item, source, `${item.head} has no value`)
  const reading = keys[name]?.(item.value.trim(), item.quoted, source.clock)
  if (name === 'source' && fits(reading)) for (const network of item.value.toLowerCase().split(',')) if (!isKnownNetwork(network)) warn(source, item.valueAt, `no network ${network} is known here; only messages that name it are found`)
  if (name === 'lang' && fits(reading)) for (const language of item.value.toLowerCase().split(',')) doubtLanguage(language.trim().split(/[-_]/u, 1)[0] ?? '', item, source)
  return reading === undefined ? undefined : result(reading, item, source)
}

function doubtLanguage(code: string, item: Item, source: Source): void {
  const written = writtenLanguage(code)
  if (written === undefined) warn(source, item.valueAt, `no language has the code ${code}; only messages that name it are found`)
  else if (written !== code) warn(source, item.valueAt, `languages are written with two letters where they have them: lang:${written}, not lang:${code}`)
}

/** Names of addresses that have no // after them; what begins so is text and no operator. */
const schemes = new Set(['acct', 'did', 'doi', 'geo', 'mailto', 'nostr', 'tel', 'urn'])
/** An operator has at least two letters, and what follows its colon begins like a value. */
const looksLikeKey = ({ value, quoted }: Item, name: string): boolean => name.length > 1 && !schemes.has(name) && (quoted || /^[\p{L}\p{N}_@#-]/u.test(value))

/** A typo in a key is an error only where it can hardly be anything else: its value is one for the key that was meant. */
function readUnknownKey(item: Item, name: string, source: Source): Query | undefined {
  const meant = item.value.trim() === '' ? undefined : near(name, Object.keys(keys)).find((key) => fits(keys[key]?.(item.value.trim(), item.quoted, source.clock)))
  if (meant === undefined) {
    return looksLikeKey(item, name) ? doubtful(item, source, `there is no operator ${item.head} ${instead(name, Object.keys(keys), (key) => `${key}:`)}`) : text(item, source)
  }
  throw badQuery(source, item.at + (item.negated ? 1 : 0), {
    problem: `there is no operator ${item.head}`,
    expected: `${meant}: (or quotes around it, to search for it as text)`,
    suggestion: `${meant}:${item.quoted ? `"${item.value}"` : item.value}`,
  })
}

const fits = (reading: Reading | undefined): boolean => reading !== undefined && reading.kind !== 'unfit' && reading.kind !== 'missing'

function result(reading: Reading, item: Item, source: Source): Query | undefined {
  if (reading.kind === 'missing') {
    throw badQuery(source, item.at, { problem: `${item.written} needs ${reading.what}`, expected: reading.expected, suggestion: reading.suggestion }, 'FEATURE_MISSING')
  }
  if (reading.kind !== 'unfit') return reading
  const suggestion = item.head + reading.suggestion
  const problem = `${JSON.stringify(item.value)} is no value for ${item.head}`
  if (reading.strict) throw badQuery(source, item.valueAt, { problem, expected: reading.expected, suggestion })
  return doubtful(item, source, `${problem}, which takes ${reading.expected} (for example ${suggestion})`)
}
