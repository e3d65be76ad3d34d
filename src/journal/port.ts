// Owns what the journal is to its writers and readers. The dump is the journal and the journal is the truth.
import type { Entry, JournalRecord, Position } from '../message/record.ts'

/** One dump file, open or sealed. */
export interface Segment {
  readonly name: string
  readonly path: string
  readonly sealed: boolean
  /** A lower bound of the positions in it, from its name; microseconds since 1970. */
  readonly from: Position
  readonly bytes: number
}

/** What stands between the journal and storing; null when it stores. */
export interface Blockage {
  readonly reason: 'disk full' | 'disk floor' | 'i/o error' | 'closed'
  readonly detail: string
  readonly since: string
}

export interface Journal {
  /** Resolves with the positions, in order, once the lines are synced. Waits while the disk is full or failing. */
  append(entries: readonly Entry[]): Promise<readonly Position[]>
  /** Every record after a position in order: first from disk, then as they are synced. Ends when the signal aborts. */
  follow(after: Position, signal: AbortSignal): AsyncIterable<readonly JournalRecord[]>
  /** Position of the last synced record; 0 for an empty journal. */
  last(): Position
  segments(): readonly Segment[]
  blockage(): Blockage | null
}
