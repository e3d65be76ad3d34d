// Owns where an answer goes on: where the index says, or, where it could not look everywhere and knows of no more, after what
// it did find, because there may be more later.
import { beginning, writeCursor } from '../../index/cursor.ts'
import type { Hits, Order } from '../../index/port.ts'
import { readShown } from '../../index/shown.ts'
import type { Message } from '../../message/schema.ts'

interface Asked {
  readonly order: Order
  /** Where this page began. */
  readonly cursor?: string | undefined
}

/** The cursor of the next page; undefined where there is none. */
export function onward({ messages, cursor: next, partial }: Hits, { order, cursor }: Asked): string | undefined {
  if (next !== undefined || partial === undefined) return next
  const bytes = messages.at(-1)
  const last = bytes === undefined ? undefined : readShown(bytes)
  if (last !== undefined) return writeCursor(order, { key: keyOf(last, order), at: Date.parse(last.created_at), id: last.id_str })
  return cursor ?? writeCursor(order, beginning)
}

const keyOf = (message: Message, order: Order): number =>
  order === 'created_at' || order === 'timestamp' ? Date.parse(message[order]) : message[order]
