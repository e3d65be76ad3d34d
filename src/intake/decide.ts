// Owns the decision what a draft becomes: a line of the journal, or nothing and why. Looks at what is stored and at what
// the same batch already decided. Pure but for those look-ups.
import { contentHash, writtenAt } from '../message/identity.ts'
import type { Entry } from '../message/line.ts'
import type { AsOf, Author, Message } from '../message/schema.ts'
import { isWithheld, mergeAuthor, type ConsentPolicy } from './author.ts'
import type { KnownEdit, KnownId } from './known-file.ts'
import type { Gone, Known } from './known.ts'
import type { Outcome } from './port.ts'

/** A draft after validation and enrichment. */
export type Prepared =
  | { readonly kind: 'message' | 'edit'; readonly message: Message; readonly imported: boolean }
  | { readonly kind: 'delete'; readonly id_str: string; readonly created_at?: string | undefined; readonly imported: boolean }
  | { readonly kind: 'author'; readonly author: Author; readonly time: AsOf; readonly imported: boolean }
  | { readonly kind: 'invalid'; readonly id: string; readonly reason: string }

export interface Decision {
  readonly outcome: Outcome
  readonly id: string
  readonly reason?: string
  readonly entry?: Entry
  /** Nothing new was heard of an author, but newer than what is known. */
  readonly heard?: Author
  /** An import brought text back of what is gone. */
  readonly gone?: Gone
}

/**
 * An edit as it is stored: it never moves a message in time. A claim is kept only where it leads to the time that is kept, for
 * it says of that what its author said.
 */
function inPlace(message: Message, { created, seen }: KnownId, edited: number): Message {
  const created_at = created === undefined ? message.created_at : new Date(created).toISOString()
  const written = writtenAt(message.created_at_claimed ?? message.created_at, seen)
  const isOfIt = written.created_at === created_at
  const placed: Message = { ...message, timestamp: new Date(seen).toISOString(), ...(isOfIt ? written : { created_at }), edited_at: new Date(edited).toISOString() }
  if (!isOfIt || written.created_at_claimed === undefined) delete placed.created_at_claimed
  return placed
}

/** Decides the drafts of one batch in order; a later one sees what an earlier one will store. */
export function createDecider(known: Known, policy: ConsentPolicy): (draft: Prepared) => Decision {
  const ids = new Map<string, KnownId>()
  const edits = new Map<string, KnownEdit>()
  const authors = new Map<string, Author>()
  const importedAuthors = new Map<string, boolean>()
  const idOf = (id: string): KnownId | undefined => ids.get(id) ?? known.id(id)
  const authorOf = (key: string): Author | undefined => authors.get(key) ?? known.author(key)

  function withheld(id: string, key: string | undefined, imported: boolean): Decision | undefined {
    const author = key === undefined ? undefined : authorOf(key)
    if (author === undefined || !isWithheld(author, policy)) return undefined
    return { outcome: 'withheld', id, ...(imported && author.state === 'deleted' ? { gone: { kind: 'author gone', id: author.key } } : {}) }
  }

  function change(author: Author, time: AsOf, imported: boolean): Decision {
    const id = author.key
    const old = authorOf(id)
    // What an import tells may be long past: of an author who was heard of live it only counts that they are gone.
    if (imported && old !== undefined && author.state !== 'deleted' && !(importedAuthors.get(id) ?? known.isImported(id))) return { outcome: 'unchanged', id }
    const heard = mergeAuthor(old, author, time, policy)
    if (heard === undefined) return { outcome: 'unchanged', id }
    authors.set(id, heard.author)
    if (!heard.isNews) return { outcome: 'unchanged', id, heard: heard.author }
    importedAuthors.set(id, imported)
    return { outcome: 'author', id, entry: { op: 'A', imported, author: heard.author } }
  }

  function insert(message: Message, imported: boolean): Decision {
    const id = message.id_str
    const kept = withheld(id, message.user.user_id, imported)
    if (kept !== undefined) return kept
    ids.set(id, { created: Date.parse(message.created_at), seen: Date.parse(message.timestamp), deleted: false })
    if (message.edited_at !== undefined) edits.set(id, { at: Date.parse(message.edited_at), content: contentHash(message) })
    return { outcome: 'new', id, entry: { op: 'I', imported, message } }
  }

  function edit(message: Message, imported: boolean, stored: KnownId): Decision {
    const id = message.id_str
    const told = Date.parse(message.edited_at ?? message.timestamp)
    const content = contentHash(message)
    const newest = edits.get(id) ?? known.edit(id)
    // A source that is read again from an older place repeats older edits.
    if (newest !== undefined && (told < newest.at || (told === newest.at && (newest.content ?? content) === content))) return { outcome: 'unchanged', id }
    const kept = withheld(id, message.user.user_id, imported)
    if (kept !== undefined) return kept
    // Another edit of the same time comes after it, so that times alone tell everywhere which is the newest, and that both are no news when they are told again.
    const at = told === newest?.at ? told + 1 : told
    edits.set(id, { at, content })
    return { outcome: 'edited', id, entry: { op: 'U', imported, message: inPlace(message, stored, at) } }
  }

  function remove(id: string, claimed: string | undefined, imported: boolean): Decision {
    const stored = idOf(id)
    if (stored?.deleted === true) return { outcome: 'unchanged', id }
    const created_at = stored?.created === undefined ? claimed : new Date(stored.created).toISOString()
    ids.set(id, { created: stored?.created, seen: stored?.seen ?? 0, deleted: true })
    return { outcome: 'deleted', id, entry: { op: 'D', imported, id_str: id, created_at } }
  }

  return (draft) => {
    switch (draft.kind) {
      case 'invalid':
        return { outcome: 'invalid', id: draft.id, reason: draft.reason }
      case 'author':
        return change(draft.author, draft.time, draft.imported)
      case 'delete':
        return remove(draft.id_str, draft.created_at, draft.imported)
      default: {
        const stored = idOf(draft.message.id_str)
        if (stored === undefined) return insert(draft.message, draft.imported)
        const id = draft.message.id_str
        if (stored.deleted) return { outcome: 'known', id, ...(draft.imported ? { gone: { kind: 'deleted', id } } : {}) }
        if (draft.kind === 'message') return { outcome: 'known', id }
        return edit(draft.message, draft.imported, stored)
      }
    }
  }
}
