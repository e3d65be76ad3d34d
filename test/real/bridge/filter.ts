// Owns what a subscriber asked for: the parameters of v1 and v2 and their refusals. The two differ on purpose: v1 is
// lenient and plain, v2 refuses whatever it would have to ignore.
import type { Event } from './event.ts'

export interface Filter {
  /** Empty: all. */
  readonly kinds: ReadonlySet<string>
  readonly dids: ReadonlySet<string>
  /** Exact names; a name that ends in `.` is a prefix. Applies to commits only. */
  readonly collections: readonly string[]
  /** Longer frames are left out; 0: no limit. */
  readonly mostBytes: number
}

/** A refusal, in the words of the original. */
export class BadOptions extends Error {
  constructor(message: string) {
    super(`subscribe: invalid options: ${message}`)
  }
}

const mostCollections = 100
const mostDids = 10_000
const nsid = /^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)+\.[a-zA-Z][a-zA-Z0-9]*$/
const did = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/
const kinds = ['commit', 'identity', 'account', 'sync']

function readCollections(values: readonly string[]): string[] {
  const collections = [...new Set(values)].map((value) => {
    if (value.endsWith('.*')) return value.slice(0, -1)
    if (!nsid.test(value)) throw new BadOptions(`invalid collection: ${value}`)
    return value
  })
  if (collections.length > mostCollections) throw new BadOptions(`too many wanted collections: > ${mostCollections}`)
  return collections
}

function readDids(values: readonly string[]): Set<string> {
  const dids = new Set(values)
  for (const value of dids) if (!did.test(value)) throw new BadOptions(`invalid DID: ${value}`)
  if (dids.size > mostDids) throw new BadOptions(`too many wanted DIDs: ${dids.size} > ${mostDids}`)
  return dids
}

const isUint32 = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff

/** What v1 says in its query, or later in an `options_update`. A size that makes no sense is no limit. */
export const filterV1 = (wanted: {
  readonly wantedCollections: readonly string[]
  readonly wantedDids: readonly string[]
  readonly maxMessageSizeBytes: number
}): Filter => ({
  kinds: new Set(),
  collections: readCollections(wanted.wantedCollections),
  dids: readDids(wanted.wantedDids),
  mostBytes: isUint32(wanted.maxMessageSizeBytes) ? wanted.maxMessageSizeBytes : 0,
})

const replaced: Readonly<Record<string, string>> = {
  wantedDids: 'wantedDids is the legacy /subscribe parameter; use dids',
  wantedCollections: 'wantedCollections is the legacy /subscribe parameter; use collections',
  requireHello: 'requireHello is not supported on this endpoint; it is server-push only (subscriber-sourced messages were removed)',
}

function readSize(values: readonly string[]): number {
  const [value] = values
  if (value === undefined) return 0
  if (values.length > 1 || value === '') throw new BadOptions('maxMessageSizeBytes must be one unsigned 32-bit integer')
  if (!/^\d+$/.test(value) || !isUint32(Number(value))) throw new BadOptions(`invalid maxMessageSizeBytes ${JSON.stringify(value)}`)
  return Number(value)
}

/** What v2 says in its query. */
export function filterV2(query: URLSearchParams): Filter {
  for (const [name, refusal] of Object.entries(replaced)) if (query.has(name)) throw new BadOptions(refusal)
  const given = { kinds: query.getAll('kinds'), dids: query.getAll('dids'), collections: query.getAll('collections') }
  for (const [name, most] of [['kinds', kinds.length], ['dids', mostDids], ['collections', mostCollections]] as const)
    if (given[name].length > most) throw new BadOptions(`too many ${name} values: ${given[name].length} > ${most}`)
  for (const kind of given.kinds)
    if (!kinds.includes(kind)) throw new BadOptions(`unknown kind ${JSON.stringify(kind)} (valid: ${kinds.join(', ')})`)
  for (const wildcard of given.collections.filter((value) => value.endsWith('.*')))
    if (!nsid.test(`${wildcard.slice(0, -1)}x`)) throw new BadOptions(`invalid collection wildcard: ${wildcard}`)
  const filter = {
    kinds: new Set(given.kinds),
    dids: readDids(given.dids),
    collections: readCollections(given.collections),
    mostBytes: readSize(query.getAll('maxMessageSizeBytes')),
  }
  if (filter.collections.length > 0 && filter.kinds.size > 0 && !filter.kinds.has('commit'))
    throw new BadOptions('collections filter can never apply: kinds excludes commit')
  return filter
}

/** Whether an event passes. Identities and accounts pass whatever the collections. */
export function wants({ kinds, dids, collections }: Filter, event: Event): boolean {
  if (kinds.size > 0 && !kinds.has(event.kind)) return false
  if (dids.size > 0 && !dids.has(event.did)) return false
  if (event.kind !== 'commit' || collections.length === 0) return true
  return collections.some((wanted) => (wanted.endsWith('.') ? event.collection.startsWith(wanted) : event.collection === wanted))
}
