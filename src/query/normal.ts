// Owns the normal form of a tree: flat, without repeats, with the rules that look at a whole group applied. The same
// query written in two ways has the same tree as far as that can be seen without knowing any message.
import { applyGroupRules } from './group.ts'
import { printQuery } from './print.ts'
import { everything, not, time, type Not, type Query, type Time } from './tree.ts'

const freeze = {
  and: (all: readonly Query[]): Query => Object.freeze({ kind: 'and', all: Object.freeze(all) }),
  or: (any: readonly Query[]): Query => Object.freeze({ kind: 'or', any: Object.freeze(any) }),
}

/** No message matches. */
export const nothing: Not = not(everything)
export const isNothing = (query: Query): boolean => query.kind === 'not' && query.none.kind === 'everything'

/** Each once, where it stood first. */
function distinct(queries: readonly Query[]): Query[] {
  const seen = new Set<string>()
  return queries.filter((query) => {
    const written = printQuery(query)
    return !seen.has(written) && seen.add(written)
  })
}

/** All of them: flat, distinct, its times as one. All of none is everything. */
export function allOf(queries: readonly Query[]): Query {
  const flat = queries.flatMap((query) => (query.kind === 'and' ? query.all : [query])).filter((query) => query.kind !== 'everything')
  if (flat.some(isNothing)) return nothing
  const all = distinct(joinTimes(flat))
  const [only = everything] = all
  return all.length <= 1 ? only : freeze.and(all)
}

/** At least one of them: flat and distinct. Any of none is nothing. */
export function anyOf(queries: readonly Query[]): Query {
  const flat = queries.flatMap((query) => (query.kind === 'or' ? query.any : [query])).filter((query) => !isNothing(query))
  if (flat.some((query) => query.kind === 'everything')) return everything
  const any = distinct(flat)
  const [only = nothing] = any
  return any.length <= 1 ? only : freeze.or(any)
}

export const noneOf = (query: Query): Query => (query.kind === 'not' ? query.none : not(query))

const isTime = (query: Query): query is Time => query.kind === 'time'
const most = (values: readonly (number | undefined)[], pick: (...values: number[]) => number): number | undefined => {
  const given = values.filter((value) => value !== undefined)
  return given.length === 0 ? undefined : pick(...given)
}

/** Several times that all hold are one time; it stands where the first stood. */
function joinTimes(queries: readonly Query[]): Query[] {
  const times = queries.filter(isTime)
  if (times.length < 2) return [...queries]
  const since = most(times.map((time) => time.since), Math.max)
  const until = most(times.map((time) => time.until), Math.min)
  const joined = time({ ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) })
  return queries.map((query) => (query === times[0] ? joined : query)).filter((query) => query === joined || !isTime(query))
}

/** The normal form of a tree. `normal(normal(x))` is `normal(x)`. */
export const normal = (query: Query): Query => flatten(applyGroupRules(flatten(query)))

function flatten(query: Query): Query {
  switch (query.kind) {
    case 'and':
      return allOf(query.all.map(flatten))
    case 'or':
      return anyOf(query.any.map(flatten))
    case 'not':
      return noneOf(flatten(query.none))
    default:
      return query
  }
}
