// Owns what an index is to the rest: a projection of the journal that answers questions. Does not know how any engine keeps it.
import type { Position } from '../message/line.ts'
import type { Message } from '../message/schema.ts'
import type { Query } from '../query/tree.ts'

/** Always descending; then by `created_at`, then by `id_str`, both descending. */
export const orders = ['created_at', 'timestamp', 'retweet_count', 'favourites_count'] as const
export type Order = (typeof orders)[number]

/** What can be counted by value. Values are told apart without regard to case and diacritics. */
export const facetFields = [
  'hashtags', 'mentions', 'screen_name', 'hosts', 'language', 'network', 'source_type', 'provider_type', 'place_name', 'place_country',
] as const
export type FacetField = (typeof facetFields)[number]

export const intervals = ['minute', 'hour', 'day'] as const
export type Interval = (typeof intervals)[number]

/** Counts stop here unless they are asked for exactly. */
export const countCap = 10_000
/** The last record that a page can begin at by number; further on, cursors lead. */
export const maxOffset = 10_000
export const maxLimit = 1_000
/** A histogram has at most so many buckets, the newest. */
export const maxBuckets = 10_000

/** Milliseconds until an answer is given with what was found so far. */
export interface Timed {
  readonly timeout: number
}

export interface Page extends Timed {
  readonly order: Order
  /** 0 to 1,000. */
  readonly limit: number
  /** From an earlier answer to the same query and order: go on after it. Not together with `offset`. */
  readonly cursor?: string
  /** Leave out so many hits first, 0 to 10,000. Unlike a cursor it moves when messages arrive. */
  readonly offset?: number
  readonly count: 'capped' | 'exact' | 'none'
}

/**
 * Why an answer is not whole: time was up; a part of the index that it needs is being made again; there is too much to be
 * counted (a part holds too many messages to be counted by value, which a rebuild mends, or hits reach over more time than a
 * histogram has buckets); too many asked, so that only some of its questions were let in; or so many accounts had a handle that
 * is asked for that not all of them were. Where a part is being made again, that is what is said: cursors lead past it.
 */
export type PartialReason = 'deadline' | 'rebuilding' | 'overfull' | 'overloaded' | 'crowded'

export interface Answer {
  /** Present where the answer is not whole. */
  readonly partial?: { readonly reason: PartialReason }
}

export interface Hits extends Answer {
  /** Each as answers show it, in JSON and UTF-8 (see shown.ts), with the newest handle, name and avatar of its author. */
  readonly messages: readonly Uint8Array[]
  /** How many messages match, whatever the page; absent where not asked for. */
  readonly hits?: number
  /** `gte`: at least so many. */
  readonly hits_relation?: 'eq' | 'gte'
  /**
   * Present where there may be more. Opaque; holds for any index with the same messages. It never leads past what was not
   * looked at: of a page in another order than by time that is not whole, it is where that page began.
   */
  readonly cursor?: string
}

export interface FacetsAsked extends Timed {
  readonly fields: readonly FacetField[]
  /** Most values of a field. */
  readonly limit: number
}

export interface Facets extends Answer {
  /** By count, then by the time of the earliest message with it, then by the value as compared. The spelling is that of the earliest message. */
  readonly fields: Readonly<Partial<Record<FacetField, readonly FacetValue[]>>>
}

export interface FacetValue {
  readonly value: string
  readonly count: number
}

export interface HistogramAsked extends Timed {
  readonly interval: Interval
  /** Minutes; UTC = local time + offset. Buckets begin at whole local minutes, hours or days. */
  readonly timezoneOffset: number
  /** Buckets reach from here to there even where they are empty (milliseconds, `to` exclusive); by default from the first hit to the last. */
  readonly from?: number
  readonly to?: number
}

export interface Histogram extends Answer {
  /** Oldest first, empty ones included; `start` in milliseconds since 1970. */
  readonly buckets: readonly { readonly start: number; readonly count: number }[]
}

export interface SuggestAsked extends Timed {
  readonly limit: number
}

/** Something that was posted and can be searched for: `hashtag` without #, `name` a handle without @, `word`. Spelled as compared: lower case, without diacritics. */
export interface Suggestion {
  readonly kind: 'hashtag' | 'name' | 'word'
  readonly text: string
  /** Messages with it, among the newest where there are very many. */
  readonly count: number
}

export interface Suggestions extends Answer {
  /** Those that begin with what was written first, by count; then those that are spelled nearly so. */
  readonly suggestions: readonly Suggestion[]
}

/** An author as far as collected. */
export interface Profile extends Answer {
  readonly screen_name: string
  readonly user_id?: string
  readonly name?: string
  readonly avatar?: string
  readonly network?: string
  /** Every handle that the author is known to have had. */
  readonly handles: readonly string[]
  /** Counting stops at the cap. */
  readonly messages: number
  readonly messages_relation: 'eq' | 'gte'
  /** `created_at` of the first and last message that is kept. */
  readonly appearance_first?: string
  readonly appearance_latest?: string
  readonly hashtags: readonly FacetValue[]
}

export interface IndexHealth {
  /** `building`: some or all of it is being made from the dumps; answers that need what is missing are partial. `failed`: it cannot be used. */
  readonly state: 'ok' | 'building' | 'failed'
  readonly reason: string | null
  readonly cursor: Position
}

export interface IndexStats {
  readonly messages: number
  readonly authors: number
  readonly bytes: number
  /** Records that could not be indexed, by reason. */
  readonly refused: Readonly<Record<string, number>>
  /** Parts of the index, oldest first; times in ISO 8601. */
  readonly parts: readonly { readonly name: string; readonly from: string; readonly to: string; readonly messages: number; readonly bytes: number; readonly state: 'ok' | 'building' }[]
}

export interface Index {
  /**
   * Takes lines of the journal in order. Resolves when their effect and the cursor are durable; answers that are given after
   * that know them. Lines at or before the cursor change nothing. Lines that are no records are counted and passed over.
   * `after`: the position that the lines follow. An index that does not reach it takes none of them and rejects: it was begun
   * anew meanwhile, and what is before them has to come first.
   */
  apply(lines: readonly string[], after?: Position): Promise<void>
  /** Position of the last line that was applied durably; 0 for an empty index. */
  cursor(): Position
  search(query: Query, page: Page, signal?: AbortSignal): Promise<Hits>
  facets(query: Query, asked: FacetsAsked, signal?: AbortSignal): Promise<Facets>
  histogram(query: Query, asked: HistogramAsked, signal?: AbortSignal): Promise<Histogram>
  suggest(text: string, asked: SuggestAsked, signal?: AbortSignal): Promise<Suggestions>
  /** By a handle or a stable key; of several authors who had the handle, the one who has it now. */
  author(name: string, asked: Timed, signal?: AbortSignal): Promise<Profile | undefined>
  message(id: string, signal?: AbortSignal): Promise<Message | undefined>
  health(): IndexHealth
  stats(signal?: AbortSignal): Promise<IndexStats>
  /** Reads all of it and compares, part by part while everything goes on. Names what is damaged; that is set aside and made again. `onPart` is told of each part that was read. */
  check(signal?: AbortSignal, onPart?: (name: string, isDamaged: boolean) => void): Promise<readonly string[]>
  /** Removes messages whose dumps are gone; unknown ids change nothing. The cursor stays. */
  forget(ids: readonly string[]): Promise<void>
  /** Throws everything away; the cursor is 0 and the whole journal has to be applied again. */
  clear(): Promise<void>
  close(): Promise<void>
}
