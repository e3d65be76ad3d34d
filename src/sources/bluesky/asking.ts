// Owns which accounts are to be asked for again because what is known of them may be outdated: on disk, so that neither a stop
// nor a service that is away for long forgets one. Does not know who is asked. Not synced with each entry: after a power cut
// the last ones may be missing, as far as the cursor, which goes back a little, does not bring them again.
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Some of those that wait, the longest first. */
export interface Turn {
  readonly dids: readonly string[]
  /** The number of the newest of them: who is added again meanwhile has a greater one. */
  readonly upTo: number
}

export interface Asking {
  /** Whether the account waits now. False where too many wait, or the disk does not take it. */
  add(did: string): boolean
  has(did: string): boolean
  /** They go on waiting until they are `done`. */
  next(most: number): Turn
  done(turn: Turn): void
  readonly size: number
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS asking (did TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS asking_number ON asking (number);
`

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; ${schema}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A file that cannot be read is begun anew: what was in it is asked for when the accounts next say something of themselves. */
function openOrBegin(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true })
  try {
    return open(path)
  } catch {
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    return open(path)
  }
}

const numberIn = (row: Record<string, unknown> | undefined): number => (typeof row?.['n'] === 'number' ? row['n'] : 0)

/** At most `limit` accounts wait. */
export function openAsking(path: string, limit: number): Asking {
  const db = openOrBegin(path)
  const put = db.prepare('INSERT INTO asking VALUES (?, ?) ON CONFLICT DO UPDATE SET number = excluded.number')
  const find = db.prepare('SELECT number FROM asking WHERE did = ?')
  const oldest = db.prepare('SELECT did, number FROM asking ORDER BY number LIMIT ?')
  const drop = db.prepare('DELETE FROM asking WHERE did = ? AND number <= ?')
  const count = db.prepare('SELECT count(*) AS n FROM asking')
  let size = numberIn(count.get())
  let number = numberIn(db.prepare('SELECT max(number) AS n FROM asking').get())

  const has = (did: string): boolean => find.get(did) !== undefined

  return {
    has,
    add(did) {
      try {
        const waits = has(did)
        if (!waits && size >= limit) return false
        put.run(did, ++number)
        if (!waits) size++
        return true
      } catch {
        return false
      }
    },
    next(most) {
      const rows = oldest.all(most)
      const dids = rows.flatMap(({ did }) => (typeof did === 'string' ? [did] : []))
      return { dids, upTo: Math.max(0, ...rows.map((row) => (typeof row['number'] === 'number' ? row['number'] : 0))) }
    },
    done({ dids, upTo }) {
      try {
        for (const did of dids) size -= Number(drop.run(did, upTo).changes)
      } catch {
        // A disk that does not take it: they are asked for once more.
      }
    },
    get size() {
      return size
    },
    close: () => db.close(),
  }
}
