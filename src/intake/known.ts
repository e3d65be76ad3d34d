// Owns which ids and authors were ever stored: exact, on disk, in little memory. A projection of the journal with its own
// cursor, so it may lose its last seconds in a power cut and can be thrown away: opening it reads on from the cursor.
import type { KeptId } from '../journal/remains.ts'
import { contentHash } from '../message/identity.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import type { Author } from '../message/schema.ts'
import { fold } from '../message/text/fold.ts'
import { createCache } from '../support/cache.ts'
import type { CompactionMark } from './compaction-mark.ts'
import { filedAt, number, openFile, reader, type KnownReader } from './known-file.ts'

/** Since the last compaction: what older lines have become out of date, and by which record. */
export interface Outdated {
  readonly kind: 'deleted' | 'edited' | 'author gone' | 'author renewed'
  readonly id: string
  readonly position: Position
}

/** What is gone for ever. */
export type Gone = Pick<Outdated, 'id'> & { readonly kind: 'deleted' | 'author gone' }

export interface Known extends KnownReader {
  cursor(): Position
  /** Takes in records that are synced, in order. Idempotent. */
  apply(records: Iterable<JournalRecord>, cursor: Position): void
  /** Takes in that what is known of an author is newer than its last record says. Not in the dumps: made again from them it is as old as the record. */
  heard(author: Author): void
  /** Takes in an id whose message retention removed. */
  expired(kept: KeptId): void
  /** Text of something that is gone was seen again, in a foreign file: the next compaction looks for it once more. */
  seenAgain(gone: Gone): void
  /** At most so many, in the order of their positions, from the one after `after` on. */
  outdated(limit: number, after?: Outdated): Iterable<Outdated>
  /** Forgets, for good, what was out of date up to a position. */
  compacted(upTo: Position): void
  /** Ids kept, as far as a running count knows. */
  size(): number
  /** Makes what was applied durable. */
  commit(): void
  /** Whether a write failed: then what was applied after `cursor()` is gone, until it was applied again and `caughtUp` is called. */
  isBehind(): boolean
  caughtUp(): void
}

const mostWritten = 20_000

/** Opens (or begins) the file. Throws where SQLite cannot read it, and OtherVersion; the caller then removes it and lets it be rebuilt. */
export function openKnown(path: string, mark: CompactionMark): Known {
  const db = openFile(path, false)
  const stored = reader(db)
  const addId = db.prepare('INSERT INTO ids VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING')
  const deleteId = db.prepare('UPDATE ids SET deleted = 1 WHERE time = ? AND id = ?')
  const putEdit = db.prepare('INSERT INTO edits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET edited = excluded.edited, content = excluded.content WHERE excluded.edited > edited')
  const putAuthor = db.prepare('INSERT INTO authors VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, author = excluded.author, imported = excluded.imported WHERE excluded.position > position')
  const putHeard = db.prepare('UPDATE authors SET author = ? WHERE key = ?')
  const putHandle = db.prepare('INSERT INTO handles VALUES (?, ?) ON CONFLICT DO NOTHING')
  const putOutdated = db.prepare('INSERT INTO outdated VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = max(position, excluded.position)')
  const getOutdated = db.prepare('SELECT kind, id, position FROM outdated WHERE (position, kind, id) > (?, ?, ?) ORDER BY position, kind, id LIMIT ?')
  const dropOutdated = db.prepare('DELETE FROM outdated WHERE position <= ?')
  const getMeta = db.prepare('SELECT value FROM meta WHERE name = ?')
  const putMeta = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')

  const meta = (name: string): number => number(getMeta.get(name)?.['value']) ?? 0
  let authors = createCache<string, Author | null>(20_000)
  /** By stable key the handle that is stored, as last written; begun anew when it is full. */
  const written = new Map<string, string>()
  let cursor = meta('cursor')
  let size = meta('size')
  let behind = false
  /** Where the newest that was seen again is filed. */
  let againAt = 0

  function author(key: string): Author | undefined {
    let found = authors.get(key)
    if (found === undefined) {
      found = stored.author(key) ?? null
      authors.set(key, found)
    }
    return found ?? undefined
  }

  /** What is older than the mark has been looked for in all dumps. */
  function outdate(kind: Outdated['kind'], id: string, position: Position): void {
    if (position > mark.position()) putOutdated.run(kind, id, position)
  }

  function applyAuthor(position: Position, changed: Author, imported: boolean): void {
    // A compacted line carries key and handle only; what is newer stands.
    const old = author(changed.key)
    // Only the line need not say that it is itself what changed the state.
    putAuthor.run(changed.key, position, JSON.stringify({ state_since: position, ...changed }), Number(imported))
    authors.delete(changed.key)
    if (changed.handle !== undefined) putHandle.run(fold(changed.handle), changed.key)
    if (old !== undefined) outdate('author renewed', changed.key, position)
    if (changed.state === 'deleted') outdate('author gone', changed.key, position)
  }

  /** Whether it is remembered that an author has a handle; before it is known it stands for itself. */
  const isStored = (key: string, handle: string): boolean => key === handle || written.get(key) === handle || author(key)?.handle === handle

  /** A handle that a message was written under. */
  function learn(key: string, handle: string): void {
    putHandle.run(fold(handle), key)
    if (written.size >= mostWritten) written.clear()
    written.set(key, handle)
  }

  function apply(record: JournalRecord): void {
    switch (record.op) {
      case 'A':
        return applyAuthor(record.position, record.author, record.imported)
      case 'D': {
        const { id_str: id, created_at } = record
        size += Number(addId.run(filedAt(id), id, created_at === undefined ? null : Date.parse(created_at), 0).changes)
        deleteId.run(filedAt(id), id)
        outdate('deleted', id, record.position)
        return
      }
      default: {
        const { id_str: id, created_at, timestamp, edited_at, screen_name, user: { user_id } } = record.message
        if (user_id !== undefined && !isStored(user_id, screen_name)) learn(user_id, screen_name)
        const created = Date.parse(created_at)
        size += Number(addId.run(filedAt(id), id, created, Date.parse(timestamp) - created).changes)
        if (edited_at !== undefined) putEdit.run(id, Date.parse(edited_at), contentHash(record.message))
        if (record.op === 'U') outdate('edited', id, record.position)
      }
    }
  }

  /** A write that fails (the disk is full) takes everything since the last commit with it: there is no half of a transaction. */
  function write(work: () => void): void {
    try {
      if (!db.isTransaction) db.exec('BEGIN')
      work()
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      authors = createCache(20_000)
      written.clear()
      cursor = meta('cursor')
      size = meta('size')
      behind = true
      throw error
    }
  }

  function commit(): void {
    if (!db.isTransaction) return
    write(() => {
      putMeta.run('cursor', cursor)
      putMeta.run('size', size)
      db.exec('COMMIT')
    })
  }

  return {
    cursor: () => cursor,
    id: stored.id,
    edit: stored.edit,
    author,
    authors: stored.authors,
    isImported: stored.isImported,
    keysOf: stored.keysOf,
    apply(records, upTo) {
      write(() => {
        for (const record of records) apply(record)
        cursor = Math.max(cursor, upTo)
      })
    },
    expired({ id_str: id, created_at, timestamp, edited_at }) {
      write(() => {
        size += Number(addId.run(filedAt(id), id, created_at, timestamp - created_at).changes)
        if (edited_at !== undefined) putEdit.run(id, edited_at, null)
      })
    },
    heard(heard) {
      write(() => putHeard.run(JSON.stringify({ state_since: author(heard.key)?.state_since, ...heard }), heard.key))
      authors.delete(heard.key)
    },
    seenAgain({ kind, id }) {
      mark.withdraw()
      // After all that a compaction under way has in hand: it may have been past that file already.
      againAt = cursor + 1
      write(() => putOutdated.run(kind, id, againAt))
    },
    *outdated(limit, after = { kind: 'deleted', id: '', position: -1 }) {
      for (const row of getOutdated.iterate(after.position, after.kind, after.id, limit)) {
        const { kind, id, position } = row
        if ((kind === 'deleted' || kind === 'edited' || kind === 'author gone' || kind === 'author renewed') && typeof id === 'string' && typeof position === 'number') yield { kind, id, position }
      }
    },
    compacted(upTo) {
      write(() => dropOutdated.run(upTo))
      commit()
      // What was seen again since is in no dump from which it could be known.
      if (upTo >= againAt) mark.advance(upTo)
    },
    size: () => size,
    commit,
    isBehind: () => behind,
    caughtUp() {
      behind = false
    },
    close() {
      try {
        commit()
      } catch {
        // A disk that does not take it: the next start reads it from the journal.
      }
      db.close()
    },
  }
}
