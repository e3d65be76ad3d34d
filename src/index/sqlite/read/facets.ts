// Owns the facets of a query: the most frequent values of some fields among all its hits.
import { fold } from '../../../message/text/fold.ts'
import type { Message } from '../../../message/schema.ts'
import type { Query } from '../../../query/tree.ts'
import { facetFields, type FacetField, type FacetValue, type Facets, type FacetsAsked } from '../../port.ts'
import { authorNames, classFields, fieldMask, fieldNumber, foldedIn, hashOf, numberIn, spellingOf, valueNames } from '../files/values.ts'
import { shownMessage } from './authors.ts'
import { ClassCounts } from './class-counts.ts'
import { countedHits, type Slice } from './counted.ts'
import { byCount, Leaders } from './leaders.ts'
import { partialAnswer } from './partial.ts'
import { messageAt, scopeOf, type Part } from './scope.ts'
import { Tally } from './tally.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

/** A value before its spelling is known: its earliest message tells it. */
export interface Candidate {
  readonly count: number
  /** When the earliest message with it was written, and where that is. */
  readonly at: number
  readonly part: Part
  readonly rid: number
  /** The name of the value, given its earliest message; undefined where that is gone by now. */
  readonly nameIn: (message: Message) => string | undefined
  /** Under which it was tallied, if it was. */
  readonly hash?: readonly [high: number, low: number]
}

/** A value as it is answered. `folded`: as compared. */
interface Spelled {
  readonly folded: string
  readonly value: string
  readonly count: number
  readonly at: number
}

/** Of the counted values so many are looked at before others get their turn. */
const slotsAtATime = 50_000

export async function facets(query: Query, { fields, limit }: Omit<FacetsAsked, 'timeout'>, view: View, turn: Turn): Promise<Facets> {
  if (limit === 0) return { fields: Object.fromEntries(fields.map((field) => [field, []])), ...partialAnswer(undefined, scopeOf(query, view)) }
  const scope = scopeOf(query, view)
  const wanted = Array.from({ length: fieldMask + 1 }, (_, number) => fields.some((field) => fieldNumber(field) === number))
  const tally = new Tally()
  const classes = fields.some((field) => classFields.includes(field)) ? new ClassCounts(view) : undefined
  const isValueWanted = fields.some((field) => !classFields.includes(field))
  const parts: Part[] = []
  const unfinished = await countedHits(scope, view, turn, (slice) => {
    if (parts.at(-1) !== slice.part) parts.push(slice.part)
    classes?.add(slice)
    if (isValueWanted) tallyValues(slice, parts.length - 1, tally, wanted)
  })
  const leaders = facetFields.map((field) => (fields.includes(field) ? new Leaders(lookedAt(field, limit)) : undefined))
  for (const [name, counted] of classes?.byName() ?? []) leaders[numberIn(name)]?.offer({ ...counted, nameIn: () => name })
  const least = (low: number): number => leaders[low & fieldMask]?.least ?? Number.POSITIVE_INFINITY
  for (let slot = 0; slot < tally.slots; slot += slotsAtATime) {
    // What was counted is told, whatever the time.
    await turn.next()
    for (const { high, low, count, at, place, rid } of tally.entries(slot, slot + slotsAtATime, least)) {
      const part = parts[place]
      const nameIn = (message: Message): string | undefined => valueNames(message).find((name) => isHash(hashOf(name, view.catalog.seed()), high, low))
      if (part !== undefined) leaders[low & fieldMask]?.offer({ count, at, part, rid, nameIn, hash: [high, low] })
    }
  }
  const answered = fields.map((field) => [field, answer(field, leaders[fieldNumber(field)]?.first() ?? [], limit, view, tally)] as const)
  return { fields: Object.fromEntries(answered), ...partialAnswer(unfinished, scope) }
}

function tallyValues({ columns, ordinals, length }: Slice, place: number, tally: Tally, wanted: readonly boolean[]): void {
  const { begins, ends, values, at, rid } = columns
  for (let i = 0; i < length; i++) {
    const ordinal = ordinals[i] ?? 0
    const end = ends[ordinal] ?? 0
    for (let value = begins[ordinal] ?? 0; value < end; value += 2) {
      const low = values[value + 1] ?? 0
      if (wanted[low & fieldMask] === true) tally.add(values[value] ?? 0, low, at[ordinal] ?? 0, place, rid[ordinal] ?? 0)
    }
  }
}

const isHash = ([high, low]: readonly [number, number], wantedHigh: number, wantedLow: number): boolean => high === wantedHigh && low === wantedLow
/** Several authors may show one handle, so some more are looked at. */
const lookedAt = (field: FacetField, limit: number): number => (field === 'screen_name' ? 2 * limit + 50 : limit)

function answer(field: FacetField, first: readonly Candidate[], limit: number, view: View, tally: Tally): FacetValue[] {
  const spelled = first.flatMap((candidate) => spell(field, candidate, view)).sort(compare)
  const values = field === 'screen_name' ? joined([...spelled, ...namesakes(spelled, first, tally, view)]) : spelled
  return values.slice(0, limit).map(({ value, count }) => ({ value, count }))
}

const compare = (a: Spelled, b: Spelled): number => byCount(a, b) || (a.folded < b.folded ? -1 : 1)

function spell(field: FacetField, { count, at, part, rid, nameIn }: Candidate, view: View): Spelled[] {
  const message = messageAt(view, part.partition, rid)
  if (message === undefined) return []
  if (field === 'screen_name') {
    const { screen_name } = shownMessage(message, view.catalog)
    return [{ folded: fold(screen_name), value: screen_name, count, at }]
  }
  const name = nameIn(message)
  return name === undefined ? [] : [{ folded: foldedIn(name), value: spellingOf(message, name) ?? foldedIn(name), count, at }]
}

/** What others wrote who show the same handles as those that were looked at. */
function namesakes(spelled: readonly Spelled[], looked: readonly Candidate[], tally: Tally, { catalog }: View): Spelled[] {
  const known = new Set(looked.map(({ hash }) => hash?.join(' ')))
  const seed = catalog.seed()
  return [...new Set(spelled.map(({ folded }) => folded))].flatMap((folded) => {
    const keys = catalog.keysOf(folded).filter((key) => fold(catalog.author(key)?.handle ?? '') === folded)
    const hashes = authorNames(folded, keys).map((name) => hashOf(name, seed)).filter((hash) => !known.has(hash.join(' ')))
    return hashes.flatMap(([high, low]) => tally.find(high, low) ?? []).map((counted) => ({ folded, value: folded, ...counted }))
  })
}

/** Those that are spelled alike as one. */
function joined(all: readonly Spelled[]): Spelled[] {
  const byFolded = new Map<string, Spelled>()
  for (const one of all) {
    const known = byFolded.get(one.folded)
    byFolded.set(one.folded, known === undefined ? one : { ...known, count: known.count + one.count, at: Math.min(known.at, one.at) })
  }
  return [...byFolded.values()].sort(compare)
}
