// Owns what is wrong with a query, for the person who wrote it: where, what was expected, and what to write instead.
import { LoklakError } from '../watch/errors.ts'

/** `column` counts characters from 1. Doubtful input is a warning; a query that cannot be meant as it stands is a BadQuery. */
export interface Warning {
  readonly column: number
  readonly message: string
}

export interface Complaint {
  readonly column: number
  /** What is wrong, as a sentence without its full stop. */
  readonly problem: string
  readonly expected: string
  readonly suggestion: string
}

export class BadQuery extends LoklakError {
  readonly column: number
  readonly problem: string
  readonly expected: string
  readonly suggestion: string
  constructor(code: 'BAD_QUERY' | 'FEATURE_MISSING', { column, problem, expected, suggestion }: Complaint) {
    super(code, `Column ${column}: ${problem}. Expected ${expected}. Try: ${suggestion}`)
    this.name = 'BadQuery'
    this.column = column
    this.problem = problem
    this.expected = expected
    this.suggestion = suggestion
  }
}
