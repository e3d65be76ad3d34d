// Owns the part of better-sqlite3's interface that the PDS uses, over node:sqlite. The original compiles native code at
// install (over a minute, and not at all with the headers of a new Node); the SQL engine underneath is the same.
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'

/** Names of SQLite's extended result codes that the PDS acts on (retry when busy, answer when not unique). */
const errorNames: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  261: 'SQLITE_BUSY_RECOVERY',
  517: 'SQLITE_BUSY_SNAPSHOT',
  773: 'SQLITE_BUSY_TIMEOUT',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
}

/** Runs a call of node:sqlite so that its errors carry the `code` that better-sqlite3 gives them. */
function named<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')
      throw Object.assign(error, { code: errorNames[error.errcode] ?? `SQLITE_${error.errcode}` })
    throw error
  }
}

type Value = Exclude<SQLOutputValue, Uint8Array> | Buffer

const asBuffer = (value: SQLOutputValue): Value =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value

class Statement {
  /** Whether it answers rows. */
  readonly reader: boolean
  readonly #statement: StatementSync
  constructor(statement: StatementSync) {
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }
  all(values: readonly SQLInputValue[]): Record<string, Value>[] {
    const rows = named(() => this.#statement.all(...values))
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asBuffer(value)])))
  }
  run(values: readonly SQLInputValue[]) {
    return named(() => this.#statement.run(...values))
  }
}

class Database {
  readonly #database: DatabaseSync
  constructor(path: string, { timeout }: { timeout: number }) {
    this.#database = new DatabaseSync(path, { timeout })
  }
  prepare(sql: string): Statement {
    return new Statement(named(() => this.#database.prepare(sql)))
  }
  pragma(assignment: string): void {
    this.#database.exec(`PRAGMA ${assignment}`)
  }
  close(): void {
    this.#database.close()
  }
}

// What `require` gives to a CommonJS caller.
export { Database as 'module.exports' }
