// Owns how a SQLite file is opened, asked and given up. Does not know what is in it.
// Numbers cross into SQLite as REAL. FTS5 passes over a bound on rowid that is REAL, even an equality: every rid is bound as
// `CAST(? AS INTEGER)` (a test guards this).
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'

export type Row = readonly SQLOutputValue[]

/** What `all` answers once `setReturnArrays` is on. */
const areRows = (rows: unknown): rows is readonly Row[] => Array.isArray(rows) && (rows.length === 0 || Array.isArray(rows[0]))

/** How much memory a connection may take for pages, in bytes, and whether it may write. */
export interface OpenOptions {
  readonly cache: number
  readonly readOnly: boolean
}

/** The file is not what was written: it has to be set aside. */
export class DamagedFile extends Error {
  readonly path: string
  constructor(path: string, cause: unknown) {
    super(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'DamagedFile'
    this.path = path
  }
}

const damageCodes = new Set([11 /* CORRUPT */, 26 /* NOTADB */])
const primaryCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** One open file. Statements are prepared once. Errors that mean damage are thrown as DamagedFile. */
export class Database {
  readonly path: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, { cache, readOnly }: OpenOptions) {
    this.path = path
    this.#connection = this.#guard(() => new DatabaseSync(path, { readOnly, timeout: 10_000 }))
    // The page size counts only where the file is made here. FULL: what is acknowledged outlives a loss of power.
    this.exec(`PRAGMA cache_size = ${-Math.ceil(cache / 1024)}${readOnly ? '' : '; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216'}`)
  }

  exec(sql: string): void {
    this.#guard(() => this.#connection.exec(sql))
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes))
  }

  all(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    const rows: unknown = this.#guard(() => this.#statement(sql).all(...values))
    if (!areRows(rows)) throw new TypeError('rows are not arrays')
    return rows
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.all(sql, ...values)[0]
  }

  /** All of it or nothing of it, durably. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  close(): void {
    this.#statements.clear()
    this.#connection.close()
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself; the first error is the one that tells.
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      statement.setReturnArrays(true)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      // Of JSON we give it only what we wrote ourselves: this is said of what is stored.
      const isMalformed = error instanceof Error && error.message === 'malformed JSON'
      // Nor is any number larger than one can be here.
      const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE'
      if (isMalformed || isTooLarge || damageCodes.has(primaryCode(error) ?? 0)) throw new DamagedFile(this.path, error)
      throw error
    }
  }
}

/** A column that the schema says is a number. */
export const numberIn = (row: Row | undefined, column: number): number => {
  const value = row?.[column]
  return typeof value === 'number' ? value : 0
}

/** A column that the schema says is text. */
export const textIn = (row: Row | undefined, column: number): string => {
  const value = row?.[column]
  return typeof value === 'string' ? value : ''
}

/** A column that the schema says is bytes. */
export const bytesIn = (row: Row | undefined, column: number): Uint8Array => {
  const value = row?.[column]
  return value instanceof Uint8Array ? value : new Uint8Array()
}

/** A column that is a `json_group_array` of numbers; much faster than a row for each. */
export const numbersIn = (row: Row | undefined, column: number): number[] => {
  const value: unknown = JSON.parse(textIn(row, column) || '[]')
  return areNumbers(value) ? value : []
}

const areNumbers = (value: unknown): value is number[] => Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')
