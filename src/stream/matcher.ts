// Owns finding, among thousands of subscribers, those who want a message, without asking each: by channel in a map, by a term
// that every match of a query must have in another; only queries without such a term are asked about every message.
import type { Predicate } from '../query/match.ts'
import type { Interest, Passing } from './subscription.ts'

export interface Matcher<S> {
  add(subscriber: S, interest: Interest): void
  remove(subscriber: S): void
  /** Who wants it; none twice. */
  wanting(passing: Passing): ReadonlySet<S>
  readonly size: number
}

interface Entry<S> {
  readonly subscriber: S
  readonly interest: Interest
}

function addTo<S>(map: Map<string, Set<Entry<S>>>, key: string, entry: Entry<S>): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([entry]))
  else set.add(entry)
}

function removeFrom<S>(map: Map<string, Set<Entry<S>>>, key: string, entry: Entry<S>): void {
  const set = map.get(key)
  set?.delete(entry)
  if (set?.size === 0) map.delete(key)
}

export function createMatcher<S>(): Matcher<S> {
  const entries = new Map<S, Entry<S>>()
  const byChannel = new Map<string, Set<Entry<S>>>()
  const byTerm = new Map<string, Set<Entry<S>>>()
  /** Those that have to be asked about everything: patterns of channels, and queries without a term. */
  const patterned = new Set<Entry<S>>()
  const termless = new Map<S, Predicate>()
  /** Channels below a network: only for these are the channels of a message worked out. */
  let deepChannels = 0

  const isDeep = (channel: string): boolean => channel.includes('/')

  return {
    get size() {
      return entries.size
    },
    add(subscriber, interest) {
      const entry = { subscriber, interest }
      entries.set(subscriber, entry)
      for (const channel of interest.channels) {
        addTo(byChannel, channel, entry)
        if (isDeep(channel)) deepChannels++
      }
      for (const term of interest.terms ?? []) addTo(byTerm, term, entry)
      if (interest.patterns.length > 0) patterned.add(entry)
      if (interest.predicate !== undefined && interest.terms === undefined) termless.set(subscriber, interest.predicate)
    },
    remove(subscriber) {
      const entry = entries.get(subscriber)
      if (entry === undefined) return
      entries.delete(subscriber)
      for (const channel of entry.interest.channels) {
        removeFrom(byChannel, channel, entry)
        if (isDeep(channel)) deepChannels--
      }
      for (const term of entry.interest.terms ?? []) removeFrom(byTerm, term, entry)
      patterned.delete(entry)
      termless.delete(subscriber)
    },
    wanting(passing) {
      const wanting = new Set<S>()
      const takeAll = (set: Set<Entry<S>> | undefined): void => {
        for (const { subscriber } of set ?? []) wanting.add(subscriber)
      }
      takeAll(byChannel.get('all'))
      takeAll(byChannel.get(passing.message.network))
      if (deepChannels > 0) for (const channel of passing.channels()) if (isDeep(channel)) takeAll(byChannel.get(channel))
      if (byTerm.size > 0) {
        for (const term of passing.subject().terms) {
          for (const { subscriber, interest } of byTerm.get(term) ?? []) {
            if (!wanting.has(subscriber) && interest.predicate?.(passing.subject()) === true) wanting.add(subscriber)
          }
        }
      }
      if (termless.size > 0) {
        const subject = passing.subject()
        for (const [subscriber, predicate] of termless) if (predicate(subject)) wanting.add(subscriber)
      }
      for (const { subscriber, interest } of patterned) if (!wanting.has(subscriber) && interest.wants(passing)) wanting.add(subscriber)
      return wanting
    },
  }
}
