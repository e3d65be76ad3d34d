// Owns the first hits in an order other than by time: all hits are looked at in the columns, the best are kept.
import { compareMarks, type Mark } from '../../cursor.ts'
import type { Order } from '../../port.ts'
import { Best, Ties, type Level } from './best.ts'
import { countedHits, type Slice, type Unfinished } from './counted.ts'
import type { Hit } from './newest.ts'
import type { Scope } from './scope.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

export type Ranking = Exclude<Order, 'created_at'>

/** A hit and what it is ordered by. */
export interface Ranked {
  readonly mark: Mark
  readonly hit: Hit
}

const columnOf = { timestamp: 'seen', retweet_count: 'retweets', favourites_count: 'favourites' } as const satisfies Record<Ranking, keyof Slice['columns']>
/** Ids that are read before others get their turn. */
const idsAtATime = 1000

/** The first `limit` hits after a place. Where something is unfinished there may be others before, between and after them. */
export async function rankedHits(scope: Scope, view: View, ranking: Ranking, after: Mark | undefined, limit: number, turn: Turn): Promise<{ readonly hits: Ranked[]; readonly unfinished: Unfinished | undefined }> {
  /** Of those that are level with the place the id decides, which is not known yet. */
  const level = after === undefined ? undefined : new Ties(after.key, after.at)
  const best = new Best(limit)
  const column = columnOf[ranking]
  const unfinished = await countedHits(scope, view, turn, ({ part, columns, ordinals, length }) => {
    const keys = columns[column]
    for (let i = 0; i < length; i++) {
      const ordinal = ordinals[i] ?? 0
      const key = keys[ordinal] ?? 0
      const at = columns.at[ordinal] ?? 0
      const rid = columns.rid[ordinal] ?? 0
      if (level === undefined || key < level.key || (key === level.key && at < level.at)) best.offer(key, at, rid, part)
      else if (key === level.key && at === level.at) level.add(rid, part)
    }
  })
  const first = level === undefined ? nothing : await firstById(level, after, limit, view, turn)
  const rest = first.late || first.hits.length >= limit ? nothing : await firstById(best, after, limit, view, turn)
  return { hits: [...first.hits, ...rest.hits].slice(0, limit), unfinished: first.late || rest.late ? 'deadline' : unfinished }
}

interface First {
  readonly hits: readonly Ranked[]
  /** Time ran out. */
  readonly late: boolean
}
const nothing: First = { hits: [], late: false }

/** The first of those whose ids have to be read to tell. */
async function firstById(candidates: Best | Ties, after: Mark | undefined, limit: number, view: View, turn: Turn): Promise<First> {
  let hits: Ranked[] = []
  let gathered: Ranked[] = []
  for (const level of candidates.portions(idsAtATime)) {
    if (!(await turn.next())) return { hits, late: true }
    gathered.push(...named(level, view).filter(({ mark }) => after === undefined || compareMarks(after, mark) < 0))
    if (gathered.length < idsAtATime) continue
    hits = firstOf([...hits, ...gathered], limit)
    gathered = []
  }
  return { hits: firstOf([...hits, ...gathered], limit), late: false }
}

const firstOf = (hits: Ranked[], limit: number): Ranked[] => hits.sort((a, b) => compareMarks(a.mark, b.mark)).slice(0, limit)

function named({ key, at, part, rids }: Level, view: View): Ranked[] {
  const ids = view.ask(part.partition, (reader) => reader.idsOf(rids))
  return Array.from(ids, ([rid, id]) => ({ mark: { key, at, id }, hit: { rid, at, id, part } }))
}
