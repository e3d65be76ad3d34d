// Owns the reading of twitter-text's conformance file: just as much YAML as that file has.
import { readFileSync } from 'node:fs'

export interface TwitterCase {
  readonly name: string
  readonly text: string
  readonly expected: readonly string[]
}

/** A double-quoted scalar; `\UXXXXXXXX` is YAML's, the other escapes are JSON's too. */
const unquote = (scalar: string): string =>
  String(JSON.parse(scalar.replaceAll(/\\U([0-9A-Fa-f]{8})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))))

/** The cases of a group whose expectation is a list of texts, or of entries of which `field` is the text. */
export function twitterCases(path: string, group: string, field?: string): TwitterCase[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  const from = lines.indexOf(`  ${group}:`) + 1
  if (from === 0) throw new Error(`${path} has no group ${group}`)
  const cases: { name: string; text: string; expected: string[] }[] = []
  for (const line of lines.slice(from)) {
    if (/^ {2}\w/.test(line)) break
    const [, key, scalar] = /^ +(?:- )?(\w+): *(".*"|\[.*\])?$/.exec(line) ?? []
    const last = cases.at(-1)
    if (key === 'description' && scalar !== undefined) cases.push({ name: unquote(scalar), text: '', expected: [] })
    else if (last === undefined || scalar === undefined) continue
    else if (key === 'text') last.text = unquote(scalar)
    else if (key === 'expected' && field === undefined) last.expected = [...scalar.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([item]) => unquote(item))
    else if (key === field) last.expected.push(unquote(scalar))
  }
  return cases
}
