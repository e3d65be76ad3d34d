// Owns keeping the first of very many candidates by what they are ordered by and their time, of whom very many may be level.
// What it costs grows with their number, whatever they are. Does not know ids.
import type { Part } from './scope.ts'

/** Hits of one part that are level: by `key`, then `at`. */
export interface Level {
  readonly key: number
  readonly at: number
  readonly part: Part
  readonly rids: readonly number[]
}

interface Candidate {
  readonly key: number
  readonly at: number
  readonly rid: number
  readonly part: Part
}

/** More are kept than are wanted, so that they are seldom sorted. */
const surplus = 1000

/** Candidates that are all level. */
export class Ties {
  readonly key: number
  readonly at: number
  readonly #rids = new Map<Part, number[]>()

  constructor(key: number, at: number) {
    this.key = key
    this.at = at
  }

  add(rid: number, part: Part): void {
    const rids = this.#rids.get(part)
    if (rids === undefined) this.#rids.set(part, [rid])
    else rids.push(rid)
  }

  /** All of them, at most `size` together. */
  *portions(size: number): Generator<Level> {
    const { key, at } = this
    for (const [part, rids] of this.#rids) for (let i = 0; i < rids.length; i += size) yield { key, at, part, rids: rids.slice(i, i + size) }
  }
}

/** The first so many, and all that are level with the last of them. */
export class Best {
  readonly #limit: number
  #kept: Candidate[] = []
  /** The last of the first so many is among these; what comes after them is not wanted any more. */
  #last: Ties | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  offer(key: number, at: number, rid: number, part: Part): void {
    const last = this.#last
    if (last !== undefined && (key < last.key || (key === last.key && at < last.at))) return
    if (last !== undefined && key === last.key && at === last.at) last.add(rid, part)
    else {
      this.#kept.push({ key, at, rid, part })
      if (this.#kept.length >= 2 * this.#limit + surplus) this.#prune()
    }
  }

  /** All of them, at most `size` together. */
  *portions(size: number): Generator<Level> {
    this.#prune()
    for (const { key, at, rid, part } of this.#kept) yield { key, at, part, rids: [rid] }
    if (this.#last !== undefined) yield* this.#last.portions(size)
  }

  #prune(): void {
    const kept = this.#kept.sort((a, b) => b.key - a.key || b.at - a.at)
    const last = kept[this.#limit - 1]
    if (last === undefined) return
    const isLevel = ({ key, at }: Candidate): boolean => key === last.key && at === last.at
    const begin = kept.findIndex(isLevel)
    const ties = (this.#last = new Ties(last.key, last.at))
    for (const candidate of kept.slice(begin)) if (isLevel(candidate)) ties.add(candidate.rid, candidate.part)
    this.#kept = kept.slice(0, begin)
  }
}
