// Owns which dumps may be downloaded: the newest ones, as many as the operator offers.
import type { Segment } from '../journal/port.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Room } from './room.ts'

/** In the order of their names, which is the order of the journal. Throws where dumps are not offered. */
export function offeredDumps({ parts, options }: Room): readonly Segment[] {
  const { offered, limit } = options.dumps
  if (!offered) throw new LoklakError('DUMPS_DISABLED', '')
  if (limit === 0) return []
  return parts.segments().toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(-limit)
}
