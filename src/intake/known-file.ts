// Owns the file of what is known: its layout and version, and what can be asked of it. Does not know how it is filled.
// Ids lie in the order of the time that they carry, so new ones go to the end and the warm part of the file stays small.
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { idTime } from '../message/identity.ts'
import { isAuthor, type Author } from '../message/schema.ts'
import { mostKeys } from '../query/tree.ts'

/** What is known of an id. Times in milliseconds; `created` is absent where only a delete was ever seen. */
export interface KnownId {
  readonly created: number | undefined
  readonly seen: number
  readonly deleted: boolean
}

/** The newest edit that is kept: when it was made, in milliseconds, and what tells it from another; absent where its message went with its dump. */
export interface KnownEdit {
  readonly at: number
  readonly content: number | undefined
}

/** What can be asked. */
export interface KnownReader {
  id(id: string): KnownId | undefined
  edit(id: string): KnownEdit | undefined
  author(key: string): Author | undefined
  /** At most so many authors, in the order of their keys, from the one after `after` on. */
  authors(after: string, limit: number): readonly Author[]
  /** Whether the newest that is known of an author came by an import. */
  isImported(key: string): boolean
  /** The keys of all who have, or ever had, a handle (folded): as far as records of authors and messages say. At most `mostKeys`. */
  keysOf(handle: string): readonly string[]
  close(): void
}

const schema = `
  CREATE TABLE ids (time INTEGER, id TEXT, created INTEGER, delay INTEGER, deleted INTEGER, PRIMARY KEY (time, id)) WITHOUT ROWID;
  CREATE TABLE edits (id TEXT PRIMARY KEY, edited INTEGER, content INTEGER) WITHOUT ROWID;
  CREATE TABLE authors (key TEXT PRIMARY KEY, position INTEGER, author TEXT, imported INTEGER) WITHOUT ROWID;
  CREATE TABLE handles (handle TEXT, key TEXT, PRIMARY KEY (handle, key)) WITHOUT ROWID;
  CREATE TABLE outdated (kind TEXT, id TEXT, position INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
  CREATE INDEX outdated_position ON outdated (position, kind, id);
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
`

/** The layout of the file; one of another version is made anew. */
const knownVersion = 1

/** The file was written by a program of another version. */
export class OtherVersion extends Error {}

/** Opens the file, or begins it. Throws where SQLite cannot read it, and OtherVersion. */
export function openFile(path: string, readOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly })
  try {
    // What is lost in a power cut is read again from the journal, so the file is never waited for.
    if (!readOnly) db.exec('PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-14000; PRAGMA wal_autocheckpoint=2000')
    if (!readOnly && db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) db.exec(`BEGIN; ${schema} PRAGMA user_version = ${knownVersion}; COMMIT`)
    const version = number(db.prepare('PRAGMA user_version').get()?.['user_version'])
    if (version !== knownVersion) throw new OtherVersion(`it is of version ${version}, where this program has ${knownVersion}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Where an id is filed: at the time that it carries, in microseconds; without one, below zero at a place of its hash. */
export function filedAt(id: string): number {
  const time = idTime(id)
  return time ?? -1 - createHash('sha1').update(id).digest().readUIntBE(0, 6)
}

export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function parseAuthor(text: unknown): Author | undefined {
  if (typeof text !== 'string') return undefined
  const json: unknown = JSON.parse(text)
  return isAuthor(json) ? json : undefined
}

export function reader(db: DatabaseSync): Omit<KnownReader, 'close'> {
  const getId = db.prepare('SELECT created, delay, deleted FROM ids WHERE time = ? AND id = ?')
  const getEdit = db.prepare('SELECT edited, content FROM edits WHERE id = ?')
  const getAuthor = db.prepare('SELECT author FROM authors WHERE key = ?')
  const getAuthors = db.prepare('SELECT author FROM authors WHERE key > ? ORDER BY key LIMIT ?')
  const getImported = db.prepare('SELECT imported FROM authors WHERE key = ?')
  const getKeys = db.prepare('SELECT key FROM handles WHERE handle = ? ORDER BY key LIMIT ?')
  return {
    id(id) {
      const row = getId.get(filedAt(id), id)
      if (row === undefined) return undefined
      const created = number(row['created'])
      return { created, seen: (created ?? 0) + (number(row['delay']) ?? 0), deleted: row['deleted'] === 1 }
    },
    edit(id) {
      const row = getEdit.get(id)
      const at = number(row?.['edited'])
      return at === undefined ? undefined : { at, content: number(row?.['content']) }
    },
    author: (key) => parseAuthor(getAuthor.get(key)?.['author']),
    authors: (after, limit) => getAuthors.all(after, limit).flatMap(({ author }) => parseAuthor(author) ?? []),
    isImported: (key) => getImported.get(key)?.['imported'] === 1,
    keysOf: (handle) => getKeys.all(handle, mostKeys).flatMap(({ key }) => (typeof key === 'string' ? [key] : [])),
  }
}

/** Opens the file to ask only, while another process may have it. Throws where it is not there. */
export function openKnownReader(path: string): KnownReader {
  const db = openFile(path, true)
  return { ...reader(db), close: () => db.close() }
}
