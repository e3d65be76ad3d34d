// Owns what a draft leaves open and a message must say: its times, where it comes from, its counts, its author's name.
import { earliest, writtenAt } from '../message/identity.ts'
import { readInstant } from '../message/instant.ts'
import { providerTypes, sourceTypes, type Message, type MessageDraft } from '../message/schema.ts'
import type { Note } from './notes.ts'

type Settled = Pick<
  Message,
  | 'timestamp' | 'created_at' | 'created_at_claimed' | 'edited_at' | 'screen_name'
  | 'source_type' | 'provider_type' | 'reply_count' | 'retweet_count' | 'favourites_count'
>

const named = <const T extends string>(names: readonly T[]) => new Map<string, T>(names.map((name) => [name, name]))
const sources = named(sourceTypes)
const providers = named(providerTypes)

/** Milliseconds by which the clock of a source may be ahead of ours. */
const mostAhead = 86_400_000

/** A given instant as the original writes it; `seen` where it is unreadable, before 2006 or after `latest`. */
function instant(field: 'timestamp' | 'edited-at', given: string, seen: number, latest: number, notes: Note[]): string {
  const time = readInstant(given)?.time ?? Number.NaN
  if (time >= earliest && time <= latest) return new Date(time).toISOString()
  notes.push(`${field}-unusable`)
  return new Date(seen).toISOString()
}

function count(given: number | undefined, notes: Note[]): number {
  if (given === undefined) return 0
  if (Number.isSafeInteger(given) && given >= 0) return given
  notes.push('count-unusable')
  return 0
}

/**
 * `created_at` is clamped to [2006, seen] by our own clock even where a foreign `timestamp` is kept: that a peer's clock
 * was wrong is no reason to move what its messages say about themselves.
 */
export function settle(draft: MessageDraft, seen: number, notes: Note[]): Settled {
  const { created_at, created_at_claimed } = writtenAt(draft.created_at, seen)
  if (created_at_claimed !== undefined) notes.push('created-at-changed')
  const source_type = sources.get(draft.source_type ?? 'GENERIC')
  if (source_type === undefined) notes.push('source-type-unknown')
  const provider_type = providers.get(draft.provider_type ?? 'NOONE')
  if (provider_type === undefined) notes.push('provider-type-unknown')
  return {
    timestamp: draft.timestamp === undefined ? new Date(seen).toISOString() : instant('timestamp', draft.timestamp, seen, seen, notes),
    created_at,
    created_at_claimed: draft.created_at_claimed ?? created_at_claimed,
    // By our own clock, which may be behind, an edit would be newer each time that it is told again.
    edited_at: draft.edited_at === undefined ? undefined : instant('edited-at', draft.edited_at, seen, seen + mostAhead, notes),
    screen_name: draft.user.screen_name,
    source_type: source_type ?? 'GENERIC',
    provider_type: provider_type ?? 'NOONE',
    reply_count: count(draft.reply_count, notes),
    retweet_count: count(draft.retweet_count, notes),
    favourites_count: count(draft.favourites_count, notes),
  }
}
