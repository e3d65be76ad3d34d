// Owns which records of authors are news to a stream: that one is hidden or deleted, and that one is back after it. All others
// (a new name, a new picture) carry the state along. Pure: the records themselves say since when the state is what it is.
import type { JournalRecord, Position } from '../message/line.ts'

type AuthorRecord = Extract<JournalRecord, { op: 'A' }>

/** The position of the record with which an author came into the state that a record tells; undefined where it tells none. */
export const stateSince = ({ position, author: { state, state_since } }: AuthorRecord): Position | undefined => (state === undefined ? undefined : (state_since ?? position))

/** Whether a record is the one that changed the state. */
export const changesState = (record: AuthorRecord): boolean => stateSince(record) === record.position
