// Owns finding, among thousands of subscribers, those who want a message, without asking each: by channel in a map, and by a
// term that every match of a query must have in another. What several want alike is asked once for all of them, and only
// queries without such a term are asked about every message.
import { requiredTerms } from '../query/required.ts'
import type { AuthorKeys } from '../query/tree.ts'
import type { Interest, Passing, Standing } from './subscription.ts'

export interface Matcher<S> {
  add(subscriber: S, interest: Interest): void
  remove(subscriber: S): void
  /** A handle (folded) belongs to somebody else. */
  renew(handle: string): void
  /** Who wants it; none twice. */
  wanting(passing: Passing): ReadonlySet<S>
}

/** Those who want the same query. */
interface Group<S> {
  readonly standing: Standing
  /** Terms of which every match has one; undefined where there are none. */
  terms: readonly string[] | undefined
  readonly subscribers: Set<S>
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}

function removeFrom<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key)
  set?.delete(value)
  if (set?.size === 0) map.delete(key)
}

export function createMatcher<S>(authorKeys: AuthorKeys): Matcher<S> {
  const interests = new Map<S, Interest>()
  const byNetwork = new Map<string, Set<S>>()
  /** By the levels that are open, then by name. There are seven ways in which levels can be open, however many patterns. */
  const byChannel = new Map<number, Map<string, Set<S>>>()
  const groups = new Map<string, Group<S>>()
  const byTerm = new Map<string, Set<Group<S>>>()
  const termless = new Set<Group<S>>()
  const byHandle = new Map<string, Set<Group<S>>>()

  function file(group: Group<S>): void {
    group.terms = requiredTerms(group.standing.query, authorKeys)
    if (group.terms === undefined) termless.add(group)
    for (const term of group.terms ?? []) addTo(byTerm, term, group)
  }

  function unfile(group: Group<S>): void {
    termless.delete(group)
    for (const term of group.terms ?? []) removeFrom(byTerm, term, group)
  }

  function join(subscriber: S, standing: Standing): void {
    const known = groups.get(standing.text)
    if (known !== undefined) return void known.subscribers.add(subscriber)
    const group: Group<S> = { standing, terms: undefined, subscribers: new Set([subscriber]) }
    groups.set(standing.text, group)
    for (const handle of standing.handles) addTo(byHandle, handle, group)
    file(group)
  }

  function part(subscriber: S, { text }: Standing): void {
    const group = groups.get(text)
    group?.subscribers.delete(subscriber)
    if (group?.subscribers.size !== 0) return
    groups.delete(text)
    for (const handle of group.standing.handles) removeFrom(byHandle, handle, group)
    unfile(group)
  }

  /** Groups whose query has to be asked, each once. */
  function candidates(passing: Passing): Iterable<Group<S>> {
    if (byTerm.size === 0) return termless
    const all = new Set(termless)
    for (const term of passing.subject().terms) for (const group of byTerm.get(term) ?? []) all.add(group)
    return all
  }

  return {
    add(subscriber, interest) {
      interests.set(subscriber, interest)
      for (const network of interest.networks) addTo(byNetwork, network, subscriber)
      for (const { name, levels } of interest.channels) {
        const names = byChannel.get(levels) ?? new Map<string, Set<S>>()
        byChannel.set(levels, names)
        addTo(names, name, subscriber)
      }
      if (interest.standing !== undefined) join(subscriber, interest.standing)
    },
    remove(subscriber) {
      const interest = interests.get(subscriber)
      if (interest === undefined) return
      interests.delete(subscriber)
      for (const network of interest.networks) removeFrom(byNetwork, network, subscriber)
      for (const { name, levels } of interest.channels) {
        const names = byChannel.get(levels)
        if (names === undefined) continue
        removeFrom(names, name, subscriber)
        if (names.size === 0) byChannel.delete(levels)
      }
      if (interest.standing !== undefined) part(subscriber, interest.standing)
    },
    renew(handle) {
      for (const group of byHandle.get(handle) ?? []) {
        unfile(group)
        file(group)
      }
    },
    wanting(passing) {
      const wanting = new Set<S>()
      const takeAll = (subscribers: Iterable<S> = []): void => {
        for (const subscriber of subscribers) wanting.add(subscriber)
      }
      takeAll(byNetwork.get('all'))
      takeAll(byNetwork.get(passing.message.network))
      for (const [levels, names] of byChannel) for (const channel of passing.channels(levels)) takeAll(names.get(channel))
      for (const { standing, subscribers } of candidates(passing)) if (standing.predicate(passing.subject())) takeAll(subscribers)
      return wanting
    },
  }
}
