// Owns the cursor of a page: the place of its last hit in the order, said by what the messages say, so that it holds while
// messages arrive, after a rebuild, and in another index.
import { LoklakError } from '../watch/errors.ts'
import { orders, type Order } from './port.ts'

/** A place in an order: by `key`, then `at`, then `id`, all descending. `key` is the value ordered by, `at` is created_at (milliseconds). */
export interface Mark {
  readonly key: number
  readonly at: number
  readonly id: string
}

/** The place before everything. */
export const beginning: Mark = { key: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER, id: '' }

/** Negative if `a` comes before `b`. Ids are compared by code units. */
export const compareMarks = (a: Mark, b: Mark): number => b.key - a.key || b.at - a.at || (a.id === b.id ? 0 : a.id > b.id ? -1 : 1)

const text = (order: Order, { key, at, id }: Mark): string => JSON.stringify([orders.indexOf(order), key, at, id])

export const writeCursor = (order: Order, mark: Mark): string => Buffer.from(text(order, mark)).toString('base64url')

/** Throws BAD_PARAMETER for anything that is not a cursor of this order. */
export function readCursor(order: Order, cursor: string): Mark {
  const mark = parse(cursor)
  if (mark === undefined) throw new LoklakError('BAD_PARAMETER', 'cursor: not one that an answer here gave.')
  if (mark.order !== order) throw new LoklakError('BAD_PARAMETER', `cursor: it belongs to order=${mark.order}, not ${order}.`)
  return mark
}

function parse(cursor: string): (Mark & { readonly order: Order }) | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  const parts: readonly unknown[] = value
  const [place, key, at, id] = parts
  const order = typeof place === 'number' ? orders[place] : undefined
  if (order === undefined || typeof key !== 'number' || typeof at !== 'number' || typeof id !== 'string') return undefined
  return { order, key, at, id }
}
