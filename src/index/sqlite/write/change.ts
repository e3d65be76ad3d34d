// Owns what may happen to a message in a partition.
import type { ColumnRow } from '../files/chunk.ts'
import type { MessageRow } from '../files/layout.ts'

/** A message ready to be stored. */
export interface Entry {
  readonly at: number
  readonly id: string
  readonly row: MessageRow
  /** All its terms, parted by spaces. */
  readonly terms: string
  /** Stable key of its author. */
  readonly author: string | undefined
  readonly columns: Pick<ColumnRow, 'seen' | 'retweets' | 'favourites' | 'values'>
  /** What it has of the fields with few values, as JSON. */
  readonly classNames: string
}

/** `known`: a message with this id and time may be there already. A message that is not shown is kept, but found by nothing. */
export type Change =
  | { readonly kind: 'put'; readonly entry: Entry; readonly shown: boolean; readonly known: boolean }
  | { readonly kind: 'remove'; readonly at: number; readonly id: string }
