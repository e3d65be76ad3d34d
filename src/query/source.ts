// Owns the text of a query while it is read: its clock, its columns, and where doubts go.
import { BadQuery, type Complaint, type Warning } from './bad-query.ts'
import type { Clock } from './dates.ts'

export interface Source {
  readonly text: string
  readonly clock: Clock
  readonly warnings: Warning[]
}

/** 1 for the first character. `at` counts UTF-16 units from 0. */
const columnAt = (text: string, at: number): number => Array.from(text.slice(0, at)).length + 1

const maxWarnings = 16

/** Tells a doubt about a place of the text; the first 16 are enough for anyone. */
export const warn = ({ text, warnings }: Source, at: number, message: string): void => {
  if (warnings.length < maxWarnings) warnings.push({ column: columnAt(text, at), message })
}

/** The error for a place of the text. `code` FEATURE_MISSING: it is understood and cannot be answered yet. */
export const badQuery = ({ text }: Source, at: number, complaint: Omit<Complaint, 'column'>, code: 'BAD_QUERY' | 'FEATURE_MISSING' = 'BAD_QUERY'): BadQuery =>
  new BadQuery(code, { column: columnAt(text, at), ...complaint })
