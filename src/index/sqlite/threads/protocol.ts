// Owns what is said between the threads of an index. Does not know how a thread is started.
import type { Position } from '../../../message/line.ts'
import type { Query } from '../../../query/tree.ts'
import type { Facets, FacetsAsked, Histogram, HistogramAsked, IndexStats, Page, Profile, SuggestAsked, Suggestions } from '../../port.ts'
import type { PackedHits } from '../read/search.ts'

/** What a reader is asked. Every question has a time (milliseconds) after which the answer is what was found so far. */
export type Question =
  | { readonly kind: 'search'; readonly timeout: number; readonly query: Query; readonly page: Page }
  | { readonly kind: 'facets'; readonly timeout: number; readonly query: Query; readonly asked: FacetsAsked }
  | { readonly kind: 'histogram'; readonly timeout: number; readonly query: Query; readonly asked: HistogramAsked }
  | { readonly kind: 'suggest'; readonly timeout: number; readonly text: string; readonly asked: SuggestAsked }
  | { readonly kind: 'author'; readonly timeout: number; readonly name: string }
  | { readonly kind: 'message'; readonly timeout: number; readonly id: string }
  | { readonly kind: 'stats'; readonly timeout: number }
  | { readonly kind: 'checkCatalog'; readonly timeout: number }
  | { readonly kind: 'check'; readonly timeout: number; /** The start of the partition that was looked at before. */ readonly after: number }

export interface Answers {
  readonly search: PackedHits
  readonly facets: Facets
  readonly histogram: Histogram
  readonly suggest: Suggestions
  readonly author: Profile | undefined
  /** As JSON. */
  readonly message: string | undefined
  readonly stats: Omit<IndexStats, 'refused'>
  /** Fails where the catalog is not whole. */
  readonly checkCatalog: void
  /** Of the next partition; undefined where there is none. */
  readonly check: Checked | undefined
}

/** A partition that was read whole, and what is wrong with it. */
export interface Checked {
  readonly start: number
  readonly generation: number
  readonly name: string
  readonly fault: string | undefined
}

/** What the writer is told. `open`: nothing more than to be there. `after`: what the lines follow. `last`: how far the journal reaches, which an index that begins anew has to reach to be whole. */
export type Task =
  | { readonly kind: 'open'; readonly last: Position }
  | { readonly kind: 'apply'; readonly lines: readonly string[]; readonly after: Position; readonly last: Position }
  | { readonly kind: 'refill'; readonly parts: readonly Making[]; readonly lines: readonly string[]; readonly upTo: Position }
  | { readonly kind: 'progress'; readonly part: Making }
  | { readonly kind: 'built'; readonly part: Making }
  | { readonly kind: 'setAside'; readonly start: number; readonly generation: number; readonly reason: string }
  | { readonly kind: 'setAllAside'; readonly reason: string }
  | { readonly kind: 'forget'; readonly ids: readonly string[] }
  | { readonly kind: 'clear'; readonly last: Position }
  | { readonly kind: 'close' }

export interface Results {
  readonly open: void
  readonly apply: void
  readonly refill: void
  /** Up to which position a partition that is being built has the journal; undefined where that is no longer being built. */
  readonly progress: Position | undefined
  /** It is done with, unless it lags behind the cursor. */
  readonly built: void
  readonly setAside: void
  readonly setAllAside: void
  readonly forget: void
  readonly clear: void
  readonly close: void
}

/** How the index stands, as the writer tells with every result. */
export interface Standing {
  readonly cursor: Position
  /** It was begun anew and does not have yet what the journal had then. */
  readonly behind: boolean
  readonly refused: Readonly<Record<string, number>>
  readonly building: readonly Making[]
}

/** A partition that has to be made again. Damaged once more, it is another one. */
export interface Making {
  readonly start: number
  readonly generation: number
}

/** A file that was set aside. */
export interface Damage {
  readonly name: string
  readonly reason: string
}

/** What went wrong in a thread, in a form that crosses to another. */
export type Failure =
  | { readonly kind: 'known'; readonly code: string; readonly detail: string }
  | { readonly kind: 'damage'; readonly start: number; readonly generation: number; readonly reason: string }
  | { readonly kind: 'catalog'; readonly reason: string }
  | { readonly kind: 'defect'; readonly message: string; readonly stack: string | undefined }
