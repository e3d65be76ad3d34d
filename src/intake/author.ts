// Owns what becomes of an author when something new is heard of them: fields left out stay, deleted is for ever, and who
// asks not to be shown to people without an account is hidden for as long as they ask. What is heard again, or late, never
// undoes what is newer. Pure functions.
import { Author, type AsOf } from '../message/schema.ts'

/** Whether wishes of authors not to be shown are heeded. */
export type ConsentPolicy = 'respect' | 'ignore'

/** Bluesky's self-label, and what the fediverse's `#nobot` and `indexable: false` are kept as. */
const wishes = new Set(['!no-unauthenticated', '!no-bot'])
const byWish = 'asks not to be shown'

export const wishesToBeHidden = (labels: readonly string[] | undefined): boolean => labels?.some((label) => wishes.has(label)) ?? false

/** State of the account itself, without the wish. */
function accountState(old: Author | undefined, change: Author): Pick<Author, 'state' | 'reason'> {
  if (change.state !== undefined) return { state: change.state, ...(change.reason === undefined ? {} : { reason: change.reason }) }
  if (old?.state === undefined || old.reason === byWish) return { state: 'active' }
  return { state: old.state, ...(old.reason === undefined ? {} : { reason: old.reason }) }
}

const fields = new Set(Object.keys(Author.properties))

/** What a record carries under keys that are not known here. */
const unknownOf = (author: Author): object => Object.fromEntries(Object.entries(author).filter(([key]) => !fields.has(key)))

function sameAuthor(a: Author, b: Author): boolean {
  return (
    a.handle === b.handle && a.name === b.name && a.avatar === b.avatar && (a.state ?? 'active') === (b.state ?? 'active') && a.reason === b.reason &&
    JSON.stringify(a.labels ?? []) === JSON.stringify(b.labels ?? []) && JSON.stringify(unknownOf(a)) === JSON.stringify(unknownOf(b))
  )
}

/** What is told together and so has one time. */
const aspects = [
  ['handle', ['handle']],
  ['profile', ['name', 'avatar', 'labels']],
  ['state', ['state', 'reason']],
] as const
type Aspect = (typeof aspects)[number]

/** The fields of an aspect. What is not known here came with the profile. */
const fieldsOf = (author: Author, [aspect, known]: Aspect): readonly string[] => (aspect === 'profile' ? [...known, ...Object.keys(unknownOf(author))] : known)

/** What of a change is not older than what is known. Where two are of the same time, the later one counts. */
function withoutOlder(change: Author, known: AsOf, time: AsOf): Author {
  const told = { ...change }
  for (const aspect of aspects) if ((time[aspect[0]] ?? Infinity) < (known[aspect[0]] ?? 0)) for (const field of fieldsOf(change, aspect)) Reflect.deleteProperty(told, field)
  return told
}

function timesAfter(known: AsOf, told: Author, time: AsOf): AsOf {
  const times = { ...known }
  const said = new Map<string, unknown>(Object.entries(told))
  for (const aspect of aspects) {
    const at = time[aspect[0]]
    if (at !== undefined && fieldsOf(told, aspect).some((field) => said.get(field) !== undefined)) times[aspect[0]] = at
  }
  return times
}

/**
 * Since when the state is what it is, for the line: nothing where the line itself changes it. Of two changes in one batch, whose
 * positions are not known yet, the later line says so of itself as well.
 */
function stateSince(old: Author | undefined, { state, reason }: Pick<Author, 'state' | 'reason'>): Pick<Author, 'state_since'> {
  if (old === undefined) return state === 'active' ? { state_since: 0 } : {}
  return old.state_since !== undefined && old.state === state && old.reason === reason ? { state_since: old.state_since } : {}
}

const sameTimes = (a: AsOf, b: AsOf): boolean => aspects.every(([aspect]) => a[aspect] === b[aspect])

/** What is left of a deleted author: nothing personal but the handle, which still leads to the key. */
function gone({ key, network, reason }: Author, handle: string | undefined): Author {
  return { key, network, ...(handle === undefined ? {} : { handle }), state: 'deleted', ...(reason === undefined ? {} : { reason }) }
}

/** An author after something was heard of them. Without news only the times are newer. */
export interface Heard {
  readonly author: Author
  readonly isNews: boolean
}

/** The author after a change that the network told at `time` (microseconds; what has none is told now), or undefined where that says nothing. */
export function mergeAuthor(old: Author | undefined, change: Author, time: AsOf, policy: ConsentPolicy): Heard | undefined {
  if (old?.state === 'deleted') return undefined
  // However late it is heard: there is nothing newer than an end.
  if (change.state === 'deleted') return { author: gone(change, change.handle ?? old?.handle), isNews: true }
  const known = old?.as_of ?? {}
  const told = withoutOlder(change, known, time)
  const times = timesAfter(known, told, time)
  const handle = told.handle ?? old?.handle
  const name = told.name ?? old?.name
  const avatar = told.avatar ?? old?.avatar
  const labels = told.labels ?? old?.labels
  const account = accountState(old, told)
  // As a whole, or every record could add to them for ever.
  const unknown = old === undefined || Object.keys(unknownOf(told)).length > 0 ? unknownOf(told) : unknownOf(old)
  const shown = account.state === 'active' && policy === 'respect' && wishesToBeHidden(labels) ? ({ state: 'hidden', reason: byWish } as const) : account
  const author: Author = {
    key: change.key,
    network: change.network,
    ...(handle === undefined ? {} : { handle }),
    ...(name === undefined ? {} : { name }),
    ...(avatar === undefined ? {} : { avatar }),
    ...(labels === undefined ? {} : { labels }),
    ...unknown,
    ...shown,
    ...stateSince(old, shown),
    ...(sameTimes(times, {}) ? {} : { as_of: times }),
  }
  const isNews = old === undefined || !sameAuthor(old, author)
  return isNews || !sameTimes(known, times) ? { author, isNews } : undefined
}

/** Whether there is nothing more to be learned by asking: handle and profile were told once, or the author is gone for ever. */
export const isSettled = (author: Author | undefined): boolean => author !== undefined && (author.state === 'deleted' || (author.handle !== undefined && author.labels !== undefined))

/**
 * Whether what an author writes is not to be kept. A suspended account's messages are kept but not shown: that can be undone. The
 * wish counts, not the state that was stored: that is of the policy of its time, and a suspension covers the wish.
 */
export const isWithheld = ({ state, labels }: Author, policy: ConsentPolicy): boolean => state === 'deleted' || (policy === 'respect' && wishesToBeHidden(labels))
