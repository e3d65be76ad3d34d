// Owns what a kind of value is: how a setting or a flag is read from text, and how the kind is called. Does not know
// any setting. The kinds with units are in quantity.ts, those that name places on a network or disk in address.ts.

import { maskParameters } from '../watch/secret.ts'

export type Parsed<T> = { readonly value: T } | { readonly wrong: string }

export interface Kind<T> {
  /** One or two words for a table: `duration`. */
  readonly name: string
  /** Completes the sentence `"x" is not …`. */
  readonly expected: string
  /** `cwd` is where relative paths begin. */
  readonly parse: (text: string, cwd: string) => Parsed<T>
}

/**
 * The text in quotes for an error message: short, and with nothing secret of an address. Of one that has an @ nothing is shown:
 * it did not read as it was meant, so nobody knows where a password in it ends.
 */
export function quoted(text: string): string {
  if (text.includes('@')) return 'what is given, not shown since it has an @,'
  const shown = maskParameters(text)
  return JSON.stringify(shown.length > 120 ? `${shown.slice(0, 120)}…` : shown)
}

const betweenAddresses = /,(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i
const credentials = /^(\s*(?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is

/** Addresses with commas between, with a scheme or without, in which all up to the last @ and secret parameters are hidden. */
export const withoutCredentials = (text: string): string =>
  maskParameters(text.split(betweenAddresses).map((address) => address.replace(credentials, '$1(hidden)@')).join(','))

/** A kind that reads trimmed text; `read` gives undefined where it does not fit. */
export function kind<T>(name: string, expected: string, read: (text: string, cwd: string) => T | undefined): Kind<T> {
  const parse = (text: string, cwd: string): Parsed<T> => {
    const value = read(text.trim(), cwd)
    return value === undefined ? { wrong: `${quoted(text)} is not ${expected}` } : { value }
  }
  return { name, expected, parse }
}

/** Any text, taken as it is. */
export const text: Kind<string> = { name: 'text', expected: 'a text', parse: (value) => ({ value }) }

const booleans = new Map([
  ['true', true], ['on', true], ['1', true],
  ['false', false], ['off', false], ['0', false],
])

export const boolean = kind('boolean', 'true or false (on, off, 1 and 0 do as well)', (value) => booleans.get(value.toLowerCase()))

const list = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`)

/** One of a few names. `refused` names values that are understood and not taken, with the reason. */
export function oneOf<const Name extends string>(names: readonly Name[], refused: Readonly<Record<string, string>> = {}): Kind<Name> {
  const plain = kind(names.join('|'), list(names), (value) => names.find((name) => name === value))
  const parse = (value: string, cwd: string): Parsed<Name> => {
    const reason = refused[value.trim()]
    return reason === undefined ? plain.parse(value, cwd) : { wrong: `${quoted(value)} ${reason}` }
  }
  return { ...plain, parse }
}

/** Values separated by commas; spaces around them and empty ones do not count. Frozen. */
export function listOf<T>(element: Kind<T>, { least = 0 } = {}): Kind<readonly T[]> {
  const expected = `${least > 0 ? `at least ${least} of ` : ''}${element.expected}, separated by commas`
  const parse = (value: string, cwd: string): Parsed<readonly T[]> => {
    const parts = value.split(',').map((part) => part.trim()).filter((part) => part !== '')
    if (parts.length < least) return { wrong: `${quoted(value)} is not ${expected}` }
    const values: T[] = []
    for (const part of parts) {
      const parsed = element.parse(part, cwd)
      // Half of a password with a comma in it has no @.
      if ('wrong' in parsed) return value.includes('@') ? { wrong: `${quoted(value)} is not ${expected}` } : parsed
      values.push(parsed.value)
    }
    return { value: Object.freeze(values) }
  }
  return { name: `list of ${element.name}`, expected, parse }
}

/** A kind that may be left empty, which means `empty`. */
export function optional<T>(inner: Kind<T>): Kind<T | undefined>
export function optional<T, Empty>(inner: Kind<T>, empty: Empty): Kind<T | Empty>
export function optional<T>(inner: Kind<T>, empty?: unknown): Kind<unknown> {
  const parse = (value: string, cwd: string): Parsed<unknown> => (value.trim() === '' ? { value: empty } : inner.parse(value, cwd))
  return { name: inner.name, expected: `${inner.expected}, or empty`, parse }
}
