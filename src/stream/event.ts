// Owns which event a record of the journal is, and its data. Pure.
import { present } from '../enrich/present.ts'
import type { Stretch } from '../journal/port.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import { printQuery } from '../query/print.ts'
import { author as authorQuery } from '../query/tree.ts'
import { frame, type Frame } from './frame.ts'

/** A message or an edit, as API answers show it, with its position. */
export const messageFrame = (record: Extract<JournalRecord, { op: 'I' | 'U' }>): Frame =>
  frame(record.position, record.op === 'I' ? 'message' : 'edit', { $T: record.position, ...present(record.message) })

/** Gone at its source, or for a subscriber who was sent it and whose query it no longer matches. */
export const deleteFrame = (position: Position, id_str: string, reason: 'deleted' | 'no longer matches' = 'deleted'): Frame => frame(position, 'delete', { $T: position, id_str, reason })

/** With the query for all that they wrote, where it may be shown again: what came meanwhile was not told. */
export function authorFrame({ position, author: { key, network, handle, state = 'active', reason } }: Extract<JournalRecord, { op: 'A' }>): Frame {
  const refill = state === 'active' ? printQuery(authorQuery(key)) : undefined
  return frame(position, 'author', { $T: position, key, network, handle, state, reason, refill })
}

const instant = (position: Position): string => new Date(Math.floor(position / 1000)).toISOString()

/** What should come here is not kept, or cannot be read. The next record may stand at `to` itself. */
export const missingFrame = ({ from, to }: Stretch): Frame => frame(to - 1, 'info', { reason: 'not kept any more, or not yet', missing: { from: instant(from), to: instant(to) } })

/** The subscriber read too slowly and is cut off; `resume` is where to go on. */
export const slowFrame = (position: Position): Frame => frame(position, 'info', { reason: 'too slow', resume: String(position) })

/** How a query was understood, where that is doubtful. */
export const doubtFrame = (position: Position, query: { readonly text: string; readonly warnings: readonly object[] }): Frame => frame(position, 'info', { reason: 'the query is doubtful', query: query.text, warnings: query.warnings })

/** What a client asked for was done; or nothing was to be said for long, and this is the place to go on from. */
export const noteFrame = (position: Position, reason: 'subscribed' | 'changed' | 'unsubscribed' | 'heartbeat'): Frame => frame(position, 'info', { reason })
