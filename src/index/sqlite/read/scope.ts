// Owns where a query has to look and what it has to ask there: time is cut at every instant that the query names, so that
// between two cuts it is a query without time; the ids that it names are looked up and decided one by one.
import type { Message } from '../../../message/schema.ts'
import { fold } from '../../../message/text/fold.ts'
import { compileQuery, subject } from '../../../query/match.ts'
import { allOf, anyOf, noneOf, nothing } from '../../../query/normal.ts'
import { relax } from '../../../query/relax.ts'
import { everything, term, type AuthorKeys, type Leaf, type Query } from '../../../query/tree.ts'
import type { Partition } from '../files/catalog.ts'
import type { Stored } from '../files/layout.ts'
import { readMessage } from '../files/stored.ts'
import { expression, isTerms } from './expression.ts'
import type { Found } from '../files/partition.ts'
import { partitionAt } from '../files/plan.ts'
import type { View } from './view.ts'

/** Decides about a message where FTS5 cannot. */
export type Accepts = (stored: Stored) => boolean

/** One partition between two instants (milliseconds), and what of it matches. */
export interface Part {
  readonly partition: Partition
  readonly since: number
  readonly until: number
  /** Matches all hits, but not only hits if there is `accepts`; undefined: `extras` are all. */
  readonly expression: string | undefined
  /** Every message of the part matches. */
  readonly whole: boolean
  readonly accepts: Accepts | undefined
  /** Messages of the part that the query names by id: what the expression says of them does not count. */
  readonly named: readonly Found[]
  /** Those of them that are hits. */
  readonly extras: readonly Found[]
}

export interface Scope {
  /** Newest first. */
  readonly parts: readonly Part[]
  /** Some of what could match is being made again. */
  readonly building: boolean
  /** So many had a handle that is asked for that not all of them are. */
  readonly crowded: boolean
}

/** Everything that a query can match, as of now. Throws DamagedPartition. */
export function scopeOf(query: Query, view: View): Scope {
  const authorKeys: AuthorKeys = (handle) => view.catalog.keysOf(handle)
  const partitions = view.partitions()
  const named = namedMessages(query, view, partitions, authorKeys)
  const parts: Part[] = []
  let building = view.catalog.isBehind()
  for (const { since, until } of spansOf(query)) {
    const asked = askedIn(query, since, authorKeys)
    for (const partition of partitions.toReversed()) {
      const { start, end } = partition.span
      if (start >= until || end <= since) continue
      const from = Math.max(start, since)
      const to = Math.min(end, until)
      const here = named.filter(({ at }) => from <= at && at < to)
      const extras = here.filter(({ isHit }) => isHit)
      if (asked === undefined && extras.length === 0) continue
      if (partition.building) building = true
      if (partition.made && !partition.building) parts.push({ ...(asked ?? nothingAsked), partition, since: from, until: to, named: here, extras })
    }
  }
  const crowded = leavesOf(query).some((leaf) => leaf.kind === 'author' && view.catalog.isCrowded(fold(leaf.name)))
  return { parts, building, crowded }
}

type Asked = Pick<Part, 'expression' | 'whole' | 'accepts'>
const nothingAsked: Asked = { expression: undefined, whole: false, accepts: undefined }

/** Newest first: the stretches between the instants that a query names. */
function spansOf(query: Query): readonly { readonly since: number; readonly until: number }[] {
  const cuts = [...new Set(leavesOf(query).flatMap((leaf) => (leaf.kind === 'time' ? [leaf.since, leaf.until] : [])))].filter((at) => at !== undefined)
  const ends = [Number.NEGATIVE_INFINITY, ...cuts.sort((a, b) => a - b), Number.POSITIVE_INFINITY]
  return ends.slice(1).map((until, i) => ({ since: ends[i] ?? until, until })).reverse()
}

/** What to ask in the stretch that begins at `since`; undefined where nothing can match. */
function askedIn(query: Query, since: number, authorKeys: AuthorKeys): Asked | undefined {
  const timeless = replaceLeaves(query, (leaf) => {
    if (leaf.kind === 'id') return nothing
    // Only what has a place or a link can match: that FTS5 knows, so that few messages have to be looked at.
    if (leaf.kind === 'box' || leaf.kind === 'circle') return allOf([term('has:', 'location'), leaf])
    if (leaf.kind === 'link') return allOf([term('has:', 'link'), leaf])
    if (leaf.kind !== 'time') return leaf
    return (leaf.since ?? Number.NEGATIVE_INFINITY) <= since && since < (leaf.until ?? Number.POSITIVE_INFINITY) ? everything : nothing
  })
  const { query: wide, exact } = relax(timeless, isTerms)
  if (wide.kind === 'not' && wide.none.kind === 'everything') return undefined
  const whole = exact && wide.kind === 'everything'
  return { expression: expression(wide, authorKeys), whole, accepts: exact ? undefined : acceptance(timeless, authorKeys) }
}

/** Only what FTS5 did not decide is asked of each message, if that can be told apart. */
function acceptance(query: Query, authorKeys: AuthorKeys): Accepts {
  const children = query.kind === 'and' ? query.all : [query]
  const rest = allOf(children.filter((child) => leavesOf(child).some((leaf) => !isTerms(leaf))))
  const predicate = compileQuery(rest, authorKeys)
  const needles = literals(rest)
  const isOnlyItself = !leavesOf(rest).some(isTerms)
  return ({ json }) => {
    const text = json.toString()
    if (needles.length > 0) {
      const lower = text.toLowerCase()
      if (!needles.every((needle) => lower.includes(needle))) return false
    }
    const message = readMessage(text)
    return predicate(isOnlyItself ? { message, words: [], terms: new Set() } : subject(message))
  }
}

/** Texts that stand in the JSON of every match: what a glob has between its wildcards. Much is passed over without being parsed. */
function literals(query: Query): string[] {
  if (query.kind === 'and') return query.all.flatMap(literals)
  return query.kind === 'link' ? (query.glob.match(/[a-z0-9./:_-]+/g) ?? []) : []
}

/** Which messages of a part the query accepts, by rid. */
export function acceptedOf({ accepts, partition, extras }: Part, asked: readonly Pick<Found, 'rid' | 'stored'>[], view: View): ReadonlySet<number> {
  const rids = new Set(asked.map(({ rid }) => rid))
  if (accepts === undefined) return rids
  const decided = new Set(extras.map(({ rid }) => rid))
  const unread = asked.flatMap(({ rid, stored }) => (stored === undefined ? [rid] : []))
  const read = unread.length === 0 ? undefined : view.ask(partition, (reader) => reader.documents(unread))
  view.ask(partition, () => {
    for (const { rid, stored = read?.get(rid) } of asked) if (!decided.has(rid) && (stored === undefined || !accepts(stored))) rids.delete(rid)
  })
  return rids
}

/** The messages that a query names by id, and whether it matches them. */
function namedMessages(query: Query, view: View, partitions: readonly Partition[], authorKeys: AuthorKeys): readonly (Found & { readonly isHit: boolean })[] {
  const ids = new Set(leavesOf(query).flatMap((leaf) => (leaf.kind === 'id' ? [leaf.id] : [])))
  if (ids.size === 0) return []
  const predicate = compileQuery(query, authorKeys)
  return [...ids].flatMap((id) => {
    const found = findMessage(id, view, partitions)
    return found === undefined ? [] : [{ rid: found.rid, at: found.at, id, isHit: predicate(subject(found.message)) }]
  })
}

/** A message that can be found, by its id alone. */
export function findMessage(id: string, view: View, partitions: readonly Partition[]): (Found & { readonly message: Message }) | undefined {
  for (const at of [...view.catalog.timesOf([id]).values()].flat()) {
    const partition = partitions[partitionAt(partitions.map(({ span }) => span), at)]
    if (partition === undefined || !partition.made || partition.building) continue
    const found = view.ask(partition, (reader) => reader.find(at, id))
    const message = found === undefined ? undefined : messageAt(view, partition, found.rid)
    if (found !== undefined && message !== undefined) return { ...found, message }
  }
  return undefined
}

export function messageAt(view: View, partition: Partition, rid: number): Message | undefined {
  return view.ask(partition, (reader) => {
    const stored = reader.documents([rid]).get(rid)
    return stored === undefined ? undefined : readMessage(stored.json.toString())
  })
}

function replaceLeaves(query: Query, replace: (leaf: Leaf) => Query): Query {
  switch (query.kind) {
    case 'and':
      return allOf(query.all.map((child) => replaceLeaves(child, replace)))
    case 'or':
      return anyOf(query.any.map((child) => replaceLeaves(child, replace)))
    case 'not':
      return noneOf(replaceLeaves(query.none, replace))
    default:
      return replace(query)
  }
}

function leavesOf(query: Query): readonly Leaf[] {
  switch (query.kind) {
    case 'and':
      return query.all.flatMap(leavesOf)
    case 'or':
      return query.any.flatMap(leavesOf)
    case 'not':
      return leavesOf(query.none)
    default:
      return [query]
  }
}
