// Owns the door of the one write path: what can be offered and what the answer means.
import type { AsOf, Author, MessageDraft } from '../message/schema.ts'
import type { Position } from '../message/line.ts'

/** Something that happened at a source. An edit carries the complete new message. Author fields left out stay as they are. */
export type Draft =
  | { readonly kind: 'message' | 'edit'; readonly message: MessageDraft }
  | { readonly kind: 'delete'; readonly id_str: string; readonly created_at?: string }
  | {
      readonly kind: 'author'
      readonly author: Author
      /** When the network told it, microseconds since 1970; what is older than what is known changes nothing. Without it, it counts as news whenever it comes. One time for all, or one for each thing told. */
      readonly time?: number | AsOf
    }

/** Where drafts come from. `source` is a short name for counters (`bluesky`, `import`, `push`). */
export interface Provenance {
  readonly source: string
  /** Imported records are indexed and never announced live. */
  readonly imported: boolean
}

/**
 * What became of a draft, once that is durable. `known`: an id already stored (or deleted: it stays deleted);
 * `unchanged`: an edit, delete or author that says nothing new; `withheld`: its author does not want to be kept.
 */
export type Outcome = 'new' | 'known' | 'edited' | 'deleted' | 'author' | 'unchanged' | 'withheld' | 'invalid'

export interface Receipt {
  readonly outcome: Outcome
  readonly id: string
  /** Present where a line was written. */
  readonly position?: Position
  /** Present where the outcome is `invalid`: `field: what is wrong`. */
  readonly reason?: string
}

export interface Intake {
  /**
   * Resolves, with one receipt for each draft in order, when everything accepted is on disk and synced. While the disk
   * is full or failing it waits; it rejects only when the intake is closed. Enrichment happens before it returns, so a
   * caller that keeps few offers in flight bounds the memory.
   */
  offer(drafts: readonly Draft[], from: Provenance): Promise<readonly Receipt[]>
}
