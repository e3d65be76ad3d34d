// Owns whether a message that is in the journal may be told by now, by what is known of it and of its author.
import type { Message } from '../message/schema.ts'
import type { KnownReader } from './known-file.ts'

/** Why a message is not to be told: `hidden` may end, `deleted` may not. */
export type Absence = 'hidden' | 'deleted'

export function absenceOf({ id_str, user: { user_id } }: Message, known: Pick<KnownReader, 'id' | 'author'>): Absence | undefined {
  if (known.id(id_str)?.deleted === true) return 'deleted'
  const state = user_id === undefined ? undefined : known.author(user_id)?.state
  return state === 'hidden' || state === 'deleted' ? state : undefined
}
