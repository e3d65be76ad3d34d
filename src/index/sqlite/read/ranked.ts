// Owns the first hits in an order other than by time: all hits are looked at in the columns, the best are kept.
import { compareMarks, type Mark } from '../../cursor.ts'
import type { Order } from '../../port.ts'
import { countedHits, type Slice, type Unfinished } from './counted.ts'
import type { Hit } from './newest.ts'
import type { Part, Scope } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

export type Ranking = Exclude<Order, 'created_at'>

/** A hit and what it is ordered by. */
export interface Ranked {
  readonly mark: Mark
  readonly hit: Hit
}

interface Candidate {
  readonly key: number
  readonly at: number
  readonly rid: number
  readonly part: Part
}

const columnOf = { timestamp: 'seen', retweet_count: 'retweets', favourites_count: 'favourites' } as const satisfies Record<Ranking, keyof Slice['columns']>
const compare = (a: Candidate, b: Candidate): number => b.key - a.key || b.at - a.at

/** The first `limit` hits after a place. */
export async function rankedHits(scope: Scope, view: View, ranking: Ranking, after: Mark | undefined, limit: number, turn: Turn): Promise<{ readonly hits: Ranked[]; readonly unfinished: Unfinished | undefined }> {
  const best = new Best(limit)
  /** Those whose key and time are those of the place: the id decides, which is not known yet. */
  const level: Candidate[] = []
  const column = columnOf[ranking]
  const unfinished = await countedHits(scope, view, turn, ({ part, columns, ordinals, length }) => {
    const keys = columns[column]
    for (let i = 0; i < length; i++) {
      const ordinal = ordinals[i] ?? 0
      const key = keys[ordinal] ?? 0
      const at = columns.at[ordinal] ?? 0
      const rid = columns.rid[ordinal] ?? 0
      if (after === undefined || key < after.key || (key === after.key && at < after.at)) best.offer(key, at, rid, part)
      else if (key === after.key && at === after.at) level.push({ key, at, rid, part })
    }
  })
  const hits = [...level, ...best.candidates()]
    .flatMap((candidate) => named(candidate, view))
    .filter(({ mark }) => after === undefined || compareMarks(after, mark) < 0)
  return { hits: hits.sort((a, b) => compareMarks(a.mark, b.mark)), unfinished }
}

function named({ key, at, rid, part }: Candidate, view: View): Ranked[] {
  const id = view.ask(part.partition, (reader) => reader.idOf(rid))
  return id === undefined ? [] : [{ mark: { key, at, id }, hit: { rid, at, id, part } }]
}

/** The first so many by key and time, with all that are level with the last of them. */
class Best {
  readonly #limit: number
  #kept: Candidate[] = []
  /** What comes after this is not among the first any more. */
  #worst: Candidate | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  offer(key: number, at: number, rid: number, part: Part): void {
    const worst = this.#worst
    if (worst !== undefined && (key < worst.key || (key === worst.key && at < worst.at))) return
    this.#kept.push({ key, at, rid, part })
    if (this.#kept.length >= 2 * this.#limit + 1000) this.#prune()
  }

  candidates(): readonly Candidate[] {
    this.#prune()
    return this.#kept
  }

  #prune(): void {
    if (this.#kept.length <= this.#limit) return
    this.#kept.sort(compare)
    const last = this.#kept[this.#limit - 1]
    if (last === undefined) return
    this.#worst = last
    this.#kept = this.#kept.filter((candidate) => compare(candidate, last) <= 0)
  }
}
