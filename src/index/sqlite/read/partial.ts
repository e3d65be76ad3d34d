// Owns how an answer says that it is not whole.
import type { Answer } from '../../port.ts'
import type { Unfinished } from './counted.ts'
import type { Scope } from './scope.ts'

export function partialAnswer(unfinished: Unfinished | undefined, { building }: Pick<Scope, 'building'>): Answer {
  if (unfinished !== undefined) return { partial: { reason: unfinished } }
  return building ? { partial: { reason: 'rebuilding' } } : {}
}
