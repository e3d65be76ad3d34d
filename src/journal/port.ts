// Owns what the journal is to its writers and readers. The dump is the journal and the journal is the truth.
import type { Entry, JournalRecord, Position } from '../message/line.ts'

/** One dump file, open or sealed. */
export interface Segment {
  readonly name: string
  readonly path: string
  readonly sealed: boolean
  /** A lower bound of the positions in it, from its name; microseconds since 1970. */
  readonly from: Position
  /** Size of the file; of the open one, what is synced. */
  readonly bytes: number
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number
}

/** What stands between the journal and storing. */
export interface Blockage {
  readonly reason: 'disk full' | 'disk floor' | 'i/o error'
  readonly detail: string
  readonly since: string
}

/** From the first position to the one before the last. */
export interface Stretch {
  readonly from: Position
  readonly to: Position
}

/** Consecutive records. Readers that parse elsewhere take the lines, the others the records. */
export interface Batch {
  /** Everything up to here was read. */
  readonly last: Position
  readonly lines: readonly string[]
  /** Lines that were gone through for it: where reading begins in the middle of something, more than it has. */
  readonly read: number
  /** Then there is nothing else in it: this was not kept, or could not be read. Reading goes on behind it. */
  readonly missing?: Stretch
  /** Damaged lines are left out here; they are reported and set aside by the journal. Parsed one by one, as they are taken. */
  records(): Iterable<JournalRecord>
}

export interface Journal {
  /** Resolves with the positions, in order, once the lines are synced. Waits while the disk is full or failing. */
  append(entries: readonly Entry[]): Promise<readonly Position[]>
  /** Every record after a position in order: first from disk, then as they are synced. Ends when the signal aborts. */
  follow(after: Position, signal: AbortSignal): AsyncIterable<Batch>
  /** Every record after a position in order, up to what is on disk now. */
  read(after: Position, signal: AbortSignal): AsyncIterable<Batch>
  /** Records of authors after a position, as lines in order, that retention left of segments that are gone: they come before all that can be read. */
  leftAuthors(after: Position, signal: AbortSignal): AsyncIterable<readonly string[]>
  /** Position of the last synced record; 0 for an empty journal. */
  last(): Position
  /** Oldest first. */
  segments(): readonly Segment[]
  blockage(): Blockage | null
}
