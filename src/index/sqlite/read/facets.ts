// Owns the facets of a query: the most frequent values of some fields among all its hits.
import { fold } from '../../../message/text/fold.ts'
import { facetFields, type FacetField, type FacetValue, type Facets, type FacetsAsked } from '../../port.ts'
import { countedHits, type Slice } from './counted.ts'
import { partialAnswer } from './partial.ts'
import { messageAt, scopeOf } from './scope.ts'
import { Tally, type First } from './tally.ts'
import type { Turn } from './turn.ts'
import type { Query } from '../../../query/tree.ts'
import { authorKeyIn, fieldBits, fieldNumber, spellingOf } from '../files/values.ts'
import type { View } from './view.ts'

/** Authors that are looked at by name: several may show the same handle. */
const authorsNamed = 1000

interface Counted {
  /** As compared; what ties are broken by. */
  readonly name: string
  readonly count: number
  readonly first: First
}

export async function facets(query: Query, { fields, limit }: FacetsAsked, view: View, turn: Turn): Promise<Facets> {
  const scope = scopeOf(query, view)
  const tally = new Tally()
  const wanted = Array.from({ length: 2 ** fieldBits }, (_, number) => fields.some((field) => fieldNumber(field) === number))
  const unfinished = await countedHits(scope, view, turn, (slice) => tallySlice(slice, tally, wanted))
  const byField = groupByField(tally)
  const answered = fields.map((field) => [field, valuesOf(field, byField.get(field) ?? [], limit, view)] as const)
  return { fields: Object.fromEntries(answered), ...partialAnswer(unfinished, scope) }
}

function tallySlice({ part, columns, ordinals, length }: Slice, tally: Tally, wanted: readonly boolean[]): void {
  const { begins, ends, values, at, rid } = columns
  const fieldMask = 2 ** fieldBits - 1
  for (let i = 0; i < length; i++) {
    const ordinal = ordinals[i] ?? 0
    const end = ends[ordinal] ?? 0
    for (let place = begins[ordinal] ?? 0; place < end; place++) {
      const value = values[place] ?? 0
      if (wanted[value & fieldMask] === true) tally.add(value, part, at[ordinal] ?? 0, rid[ordinal] ?? 0)
    }
  }
}

type Entry = { readonly key: number; readonly count: number; readonly first: First }

function groupByField(tally: Tally): Map<FacetField, Entry[]> {
  const byField = new Map<FacetField, Entry[]>()
  for (const entry of tally.entries()) {
    const field = facetFields[entry.key & (2 ** fieldBits - 1)]
    if (field === undefined) continue
    const entries = byField.get(field)
    if (entries === undefined) byField.set(field, [entry])
    else entries.push(entry)
  }
  return byField
}

function valuesOf(field: FacetField, entries: readonly Entry[], limit: number, view: View): FacetValue[] {
  const most = mostFrequent(entries, field === 'screen_name' ? Math.max(authorsNamed, limit) : limit)
  const counted = most.map(({ key, count, first }): Counted => ({ name: view.catalog.valueName(key), count, first }))
  if (field === 'screen_name') return authorValues(counted, view).slice(0, limit)
  return counted
    .sort(byCount)
    .slice(0, limit)
    .map(({ name, count, first }) => ({ value: spelling(name, first, view), count }))
}

/** The `limit` most frequent, and all that are as frequent as the last of them. */
function mostFrequent(entries: readonly Entry[], limit: number): readonly Entry[] {
  if (entries.length <= limit) return entries
  const least = entries.map(({ count }) => count).sort((a, b) => b - a)[limit - 1] ?? 0
  return entries.filter(({ count }) => count >= least)
}

const byCount = (a: { readonly name: string; readonly count: number }, b: { readonly name: string; readonly count: number }): number =>
  b.count - a.count || (a.name < b.name ? -1 : 1)

function spelling(name: string, { part, rid }: First, view: View): string {
  const message = messageAt(view, part.partition, rid)
  return (message === undefined ? undefined : spellingOf(message, name)) ?? name.slice(1)
}

/** Authors under the handle that they have now; those who share one are one. */
function authorValues(counted: readonly Counted[], view: View): FacetValue[] {
  const byHandle = new Map<string, { name: string; value: string; count: number }>()
  for (const { name, count, first } of counted.toSorted(byCount)) {
    const key = authorKeyIn(name)
    const handle = (key === undefined ? undefined : view.catalog.author(key)?.handle) ?? spelling(name, first, view)
    const folded = fold(handle)
    const known = byHandle.get(folded)
    if (known === undefined) byHandle.set(folded, { name: folded, value: handle, count })
    else known.count += count
  }
  return [...byHandle.values()].sort(byCount).map(({ value, count }) => ({ value, count }))
}
