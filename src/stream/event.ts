// Owns which event a record of the journal is, and its data. Pure.
import { present } from '../enrich/present.ts'
import type { Stretch } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import { printQuery } from '../query/print.ts'
import { author } from '../query/tree.ts'
import { frame as encoded, type EventName, type Frame } from './frame.ts'
import type { StreamIds } from './id.ts'

type RecordOf<Op extends JournalRecord['op']> = Extract<JournalRecord, { op: Op }>

const instant = (position: Position): string => new Date(Math.floor(position / 1000)).toISOString()

/** The events of a stream with such ids. */
export interface Frames {
  /** The id of a place. */
  id(position: Position): string
  /** A message or an edit, as API answers show it, with its position. */
  messageFrame(record: RecordOf<'I' | 'U'>): Frame
  /** Gone at its source, or for a subscriber who was sent it and whose query it no longer matches. */
  deleteFrame(position: Position, id_str: string, reason?: 'deleted' | 'no longer matches'): Frame
  /** With the query for all that they wrote, where it may be shown again: what came meanwhile was not told. */
  authorFrame(record: RecordOf<'A'>): Frame
  /** What should come here is not kept, or cannot be read. The next record may stand at `to` itself. */
  missingFrame(missing: Stretch): Frame
  /** The subscriber read too slowly and is cut off; `resume` is where to go on. */
  slowFrame(position: Position): Frame
  /** How a query was understood, where that is doubtful. */
  doubtFrame(position: Position, query: { readonly text: string; readonly warnings: readonly object[] }): Frame
  /**
   * What a client asked for was done; the id to go on from was of another journal, so it begins now; or nothing was to be said for
   * long, and this is the place.
   */
  noteFrame(position: Position, reason: 'subscribed' | 'changed' | 'unsubscribed' | 'of another journal' | 'heartbeat'): Frame
}

export function createFrames(ids: StreamIds): Frames {
  const frame = (position: Position, event: EventName, data: object): Frame => encoded(ids.print(position), position, event, data)
  return {
    id: ids.print,
    messageFrame: ({ op, position, message }) => frame(position, op === 'I' ? 'message' : 'edit', { $T: position, ...present(message) }),
    deleteFrame: (position, id_str, reason = 'deleted') => frame(position, 'delete', { $T: position, id_str, reason }),
    authorFrame({ position, author: { key, network, handle, state = 'active', reason } }) {
      const refill = state === 'active' ? printQuery(author(key)) : undefined
      return frame(position, 'author', { $T: position, key, network, handle, state, reason, refill })
    },
    missingFrame: ({ from, to }) => frame(to - 1, 'info', { reason: 'not kept any more, or not yet', missing: { from: instant(from), to: instant(to) } }),
    slowFrame: (position) => frame(position, 'info', { reason: 'too slow', resume: ids.print(position) }),
    doubtFrame: (position, { text, warnings }) => frame(position, 'info', { reason: 'the query is doubtful', query: text, warnings }),
    noteFrame: (position, reason) => frame(position, 'info', { reason }),
  }
}
