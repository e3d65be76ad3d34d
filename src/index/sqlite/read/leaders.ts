// Owns keeping the most frequent of very many values of a field. Few of them are ever held.
import type { Candidate } from './facets.ts'

/** More are kept than are wanted, so that they are seldom sorted. */
const surplus = 1000

export const byCount = (a: Pick<Candidate, 'count' | 'at'>, b: Pick<Candidate, 'count' | 'at'>): number => b.count - a.count || a.at - b.at

export class Leaders {
  readonly #limit: number
  #kept: Candidate[] = []
  #full: number
  #least = 1

  /** Of the first `limit` (at least one), by count and then by the earliest message, all that are level with the last are kept too: their spelling decides. */
  constructor(limit: number) {
    this.#limit = limit
    this.#full = 2 * limit + surplus
  }

  /** What is counted less often is not wanted any more. */
  get least(): number {
    return this.#least
  }

  offer(candidate: Candidate): void {
    this.#kept.push(candidate)
    if (this.#kept.length >= this.#full) this.#prune()
  }

  first(): readonly Candidate[] {
    this.#prune()
    return this.#kept
  }

  #prune(): void {
    const sorted = this.#kept.sort(byCount)
    const last = sorted[this.#limit - 1]
    if (last === undefined) return // fewer than are wanted, and so fewer than would be many
    this.#kept = sorted.filter((candidate, i) => i < this.#limit || byCount(candidate, last) === 0)
    this.#least = last.count
    // Very many may be level.
    this.#full = 2 * this.#kept.length + surplus
  }
}
