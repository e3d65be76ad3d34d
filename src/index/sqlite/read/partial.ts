// Owns how an answer says that it is not whole.
import type { Answer } from '../../port.ts'
import type { Unfinished } from './counted.ts'
import type { Scope } from './scope.ts'

export function partialAnswer(unfinished: Unfinished | undefined, { building, crowded }: Pick<Scope, 'building' | 'crowded'>): Answer {
  // First what going on does not mend: who pages has to know that something is passed over.
  const reason = building ? 'rebuilding' : (unfinished ?? (crowded ? 'crowded' : undefined))
  return reason === undefined ? {} : { partial: { reason } }
}
