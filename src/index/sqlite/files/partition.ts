// Owns what is in the file of a partition: its tables, and how a message is found in it. Does not change it.
import { DamagedFile, numberIn, textIn, type Database } from './database.ts'
import type { Stored } from './layout.ts'
import { homeRid, type Span } from './place.ts'

/**
 * document: the message as in the dump, and its layout. hidden: those of them that are not shown, with the stable key of their author; they
 * are in no other table. columns: what is counted, as chunks to be read in order of `seq`. class: what messages have of the
 * fields with few values, as JSON. hour: shown messages by hour.
 * terms: meta terms, `=`, then the words of the text; `=` is in every message.
 */
export const partitionSchema = `
  CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
  CREATE TABLE document (rid INTEGER PRIMARY KEY, at INTEGER, id TEXT, layout TEXT, sum INTEGER, message BLOB);
  CREATE TABLE hidden (rid INTEGER PRIMARY KEY, author TEXT);
  CREATE INDEX hidden_author ON hidden (author);
  CREATE TABLE class (number INTEGER PRIMARY KEY, names TEXT UNIQUE);
  CREATE TABLE columns (seq INTEGER PRIMARY KEY, rows INTEGER, chunk BLOB);
  CREATE TABLE hour (hour INTEGER PRIMARY KEY, rows INTEGER) WITHOUT ROWID;
  CREATE VIRTUAL TABLE terms USING fts5(text, content='', contentless_delete=1, tokenize="ascii tokenchars '#@:/._-=~'");
  INSERT INTO terms(terms, rank) VALUES ('hashsize', 8388608), ('automerge', 8), ('pgsz', 4000);
`

/** The term that every shown message has. */
export const anyTerm = '='

export interface Found {
  readonly rid: number
  readonly at: number
  readonly id: string
  /** The message, where it was read along. */
  readonly stored?: Stored
}

/**
 * What is counted along. applied: position up to which the journal is in it; shown: messages that can be found; stored:
 * with those that are hidden; probe: how far a message lies at most from its home rid.
 */
export const partitionNumbers = ['applied', 'shown', 'stored', 'probe'] as const
export type PartitionNumber = (typeof partitionNumbers)[number]

/** Throws DamagedFile where the file is not a whole partition. */
export function readNumber(db: Database, name: PartitionNumber): number {
  let row
  try {
    row = db.get('SELECT value FROM state WHERE name = ?', name)
  } catch (error) {
    if (error instanceof DamagedFile || !(error instanceof Error && /no such table/.test(error.message))) throw error
    throw new DamagedFile(db.path, error)
  }
  if (row === undefined) throw new DamagedFile(db.path, `no ${name}`)
  return numberIn(row, 0)
}

/** The rid of a message, or undefined. `probe` as in the file. */
export function findRid(db: Database, span: Span, probe: number, at: number, id: string): number | undefined {
  const home = homeRid(span, at, id)
  const rows = db.all('SELECT rid, id FROM document WHERE rid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)', home, home + probe)
  const row = rows.find((row) => textIn(row, 1) === id)
  return row === undefined ? undefined : numberIn(row, 0)
}
