// Owns what an assignment means: which setting it names and what value it gives. Does not know where it was written.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Assignment } from './layers.ts'
import { keyOfFile, nearestName } from './names.ts'
import { didYouMean } from './nearest.ts'
import { findOption } from './options.ts'
import { findOriginal } from './original.ts'

/** A setting with its value. `implied`: a key of the original stood for it. */
export interface Settled {
  readonly key: string
  readonly value: unknown
  readonly text: string
  readonly from: string
  readonly implied: boolean
}

/** Where to tell what is wrong (stops the start) and what should be known (does not). */
export interface Report {
  readonly problem: (problem: string) => void
  readonly warn: (warning: string) => void
}

/** The setting that an assignment gives; undefined, and told, where it gives none. */
export function settle(assignment: Assignment, cwd: string, report: Report): Settled | undefined {
  const { key, from } = assignment
  if (findOriginal(key) !== undefined) return settleOriginal(assignment, cwd, report)
  if (findOption(key) !== undefined) return settleOption(assignment, cwd, report)
  const plain = keyOfFile(key)
  if (plain === undefined) {
    report.problem(`${key} (${from}): there is no such setting${didYouMean(nearestName(key))}`)
    return undefined
  }
  const content = assignment.wrong === undefined ? contentOf(assignment, cwd, report) : ''
  return content === undefined ? undefined : settleOption({ ...assignment, key: plain, text: content, from: `${from}, ${assignment.text}` }, cwd, report)
}

function settleOption({ key, text, from, wrong }: Assignment, cwd: string, report: Report, implied = false): Settled | undefined {
  const option = findOption(key)
  if (option === undefined) throw new Error(`no option ${key}`)
  const parsed = wrong === undefined ? option.kind.parse(text, cwd) : { wrong }
  if ('wrong' in parsed) {
    report.problem(`${key} (${from}): ${option.secret === true && wrong === undefined ? `its value is not ${option.kind.expected}` : parsed.wrong}`)
    return undefined
  }
  if (option.later === true && text.trim() !== option.default) report.warn(`${key} (${from}) has no effect yet: what it controls arrives with a later version.`)
  return { key, value: parsed.value, text, from, implied }
}

function settleOriginal({ key, text, from }: Assignment, cwd: string, report: Report): Settled | undefined {
  const fate = findOriginal(key)
  if (fate === undefined) return undefined
  const becomes = fate.becomes?.(text, cwd)
  if (becomes !== undefined && 'wrong' in becomes) {
    report.problem(`${key} (${from}): ${becomes.wrong}`)
    return undefined
  }
  const what = { retired: 'is retired', later: 'has no effect yet', mapped: 'has a new name' }[fate.fate]
  report.warn(`${key} (${from}) ${what}: ${fate.instead}.`)
  if (becomes?.value === undefined) return undefined
  const [successor, implied] = becomes.value
  return settleOption({ key: successor, text: implied, from: `${from}, ${key}` }, cwd, report, true)
}

/** The content of the file that a `key.file` names, without its last line break. */
function contentOf({ key, text, from }: Assignment, cwd: string, report: Report): string | undefined {
  try {
    return readFileSync(resolve(cwd, text), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    report.problem(`${key} (${from}): the file ${text} cannot be read (${reason})`)
    return undefined
  }
}
