// Owns the properties form of configuration files, as Java reads it, in UTF-8. Does not know any key.

export interface Property {
  readonly key: string
  readonly value: string
  /** Where it begins, from 1. */
  readonly line: number
  /** The value has a \u that is not followed by four hexadecimal digits. */
  readonly malformed: boolean
}

const escapes = new Map([['t', '\t'], ['n', '\n'], ['r', '\r'], ['f', '\f']])

/** A backslash before a letter that is no escape is dropped. */
const unescape = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-f]{4})|(.)|$)/gis, (_, hex?: string, letter?: string) =>
    hex === undefined ? (escapes.get(letter ?? '') ?? letter ?? '') : String.fromCharCode(Number.parseInt(hex, 16)))

const malformed = /(?:^|[^\\])(?:\\\\)*\\u(?![0-9a-f]{4})/i
const blank = /^[ \t\f]*/
const comment = /^[ \t\f]*[#!]/
/** The key is everything up to the first separator without a backslash before it. */
const assignment = /^((?:\\.|[^\\ \t\f=:])*)[ \t\f]*(?:[=:][ \t\f]*)?(.*)$/s

const continues = (line: string): boolean => /(?:^|[^\\])(?:\\\\)*\\$/.test(line)

/** The assignments of a file in their order: `key = value`, `key: value` or `key value`, with comments, escapes and continued lines. */
export function readProperties(text: string): Property[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const properties: Property[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1
    let logical = (lines[i] ?? '').replace(blank, '')
    if (logical === '' || comment.test(logical)) continue
    while (continues(logical) && i + 1 < lines.length) logical = logical.slice(0, -1) + (lines[++i] ?? '').replace(blank, '')
    const [, key = '', value = ''] = assignment.exec(logical) ?? []
    properties.push({ key: unescape(key), value: unescape(value), line, malformed: malformed.test(value) })
  }
  return properties
}
