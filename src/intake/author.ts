// Owns what becomes of an author when something new is heard of them: fields left out stay, deleted is for ever, and who
// asks not to be shown to people without an account is hidden for as long as they ask. Pure functions.
import type { Author } from '../message/schema.ts'

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

function sameAuthor(a: Author, b: Author): boolean {
  return (
    a.handle === b.handle && a.name === b.name && a.avatar === b.avatar && (a.state ?? 'active') === (b.state ?? 'active') && a.reason === b.reason &&
    JSON.stringify(a.labels ?? []) === JSON.stringify(b.labels ?? [])
  )
}

/** The author after a change, or undefined where it says nothing new. */
export function mergeAuthor(old: Author | undefined, change: Author, policy: ConsentPolicy): Author | undefined {
  if (old?.state === 'deleted') return undefined
  const handle = change.handle ?? old?.handle
  const name = change.name ?? old?.name
  const avatar = change.avatar ?? old?.avatar
  const labels = change.labels ?? old?.labels
  const account = accountState(old, change)
  const shown = account.state === 'active' && policy === 'respect' && wishesToBeHidden(labels) ? ({ state: 'hidden', reason: byWish } as const) : account
  const merged: Author = {
    key: change.key,
    network: change.network,
    ...(handle === undefined ? {} : { handle }),
    ...(name === undefined ? {} : { name }),
    ...(avatar === undefined ? {} : { avatar }),
    ...(labels === undefined ? {} : { labels }),
    ...shown,
  }
  return old !== undefined && sameAuthor(old, merged) ? undefined : merged
}

/** Whether what an author writes is not to be kept. A suspended account's messages are kept but not shown: that can be undone. */
export const isWithheld = (author: Author | undefined): boolean => author !== undefined && (author.state === 'deleted' || (author.state === 'hidden' && author.reason === byWish))
