// Owns how many hits an answer says there are: as many as were counted, and never fewer than it shows.
import type { Hits } from '../../index/port.ts'

interface Counted {
  readonly hits: number
  readonly relation: 'eq' | 'gte'
}

/** `before`: hits that the page left out at its beginning, as far as it is known. At least none where nothing was counted. */
export function counted({ hits = 0, hits_relation = 'gte', messages }: Hits, before = 0): Counted {
  const shown = messages.length === 0 ? 0 : before + messages.length
  // Time was up for the count, but not for the page.
  return shown > hits ? { hits: shown, relation: 'gte' } : { hits, relation: hits_relation }
}
