// Owns what an event of the network means to the intake. Pure.
import type { Draft } from '../../intake/port.ts'
import type { Author } from '../../message/schema.ts'
import { avatarUrl, posts, type Ignored } from './embed.ts'
import type { Account, Commit, Event } from './event.ts'
import { idOf, postDraft, selfLabels } from './post.ts'

const profiles = 'app.bsky.actor.profile'
export const network = 'bluesky'

/** Why an event says nothing to the intake; the first two are bad input and counted, the others are as they should be. */
export type Nothing = 'post without text' | 'other collection' | 'no handle'

const author = ({ done }: Event, rest: Omit<Author, 'network'>): Draft => ({ kind: 'author', author: { network, ...rest }, time: done })

function fromPost(commit: Commit, ignored: Ignored): Draft | Nothing {
  if (commit.record === undefined) return { kind: 'delete', id_str: idOf(commit) }
  const message = postDraft(commit, commit.record, ignored)
  if (message === undefined) return 'post without text'
  if (commit.operation === 'create') return { kind: 'message', message }
  return { kind: 'edit', message: { ...message, edited_at: new Date(commit.done / 1000).toISOString() } }
}

/** A profile is replaced as a whole: what a new one leaves out is gone, and is said to be empty. Labels that make no sense withdraw nothing. */
function fromProfile(commit: Commit, ignored: Ignored): Draft {
  const { displayName, avatar, labels } = commit.record ?? {}
  const known = labels === undefined ? [] : selfLabels(labels)
  if (known === undefined) ignored('profile.labels')
  return author(commit, {
    key: commit.did,
    name: typeof displayName === 'string' ? displayName.slice(0, 640) : '',
    avatar: avatarUrl(commit.did, avatar) ?? '',
    ...(known === undefined ? {} : { labels: known }),
  })
}

function fromAccount(account: Account): Draft {
  const { did: key, active, status } = account
  if (active) return author(account, { key, state: 'active' })
  return author(account, { key, state: status === 'deleted' ? 'deleted' : 'hidden', reason: status ?? 'inactive' })
}

/** What an event means to the intake, or why it means nothing. `ignored` hears of fields that were left out. */
export function draftOf(event: Event, ignored: Ignored): Draft | Nothing {
  switch (event.kind) {
    case 'account':
      return fromAccount(event)
    case 'identity':
      return event.handle === undefined ? 'no handle' : author(event, { key: event.did, handle: event.handle })
    default:
      if (event.collection === posts) return fromPost(event, ignored)
      return event.collection === profiles && event.rkey === 'self' ? fromProfile(event, ignored) : 'other collection'
  }
}
