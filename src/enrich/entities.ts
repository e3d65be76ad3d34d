// Owns what stands in a text: links, mentions and hashtags with their places. Facets win, then links, then names, then
// tags; no two overlap.
import { readFacets } from './facets.ts'
import { findHashtags } from './hashtags.ts'
import { findLinks } from './links.ts'
import { findMentions } from './mentions.ts'
import type { Note } from './notes.ts'
import { freeOf, interleave, type Entity } from './spans.ts'

export interface Entities {
  readonly links: readonly Entity[]
  readonly mentions: readonly Entity[]
  readonly hashtags: readonly Entity[]
  /** Stable keys of the accounts that facets mention. */
  readonly accounts: readonly string[]
}

/** Reads a text with its facets. What had to be repaired is added to `notes`. */
export function readEntities(text: string, given: readonly unknown[] | undefined, notes: Note[]): Entities {
  const facets = given === undefined || given.length === 0 ? [] : readFacets(text, given, notes)
  const mentioned = facets.filter(({ kind }) => kind === 'mention')
  const foundLinks = findLinks(text, freeOf(facets))
  const taken = interleave(facets, foundLinks)
  const foundMentions = findMentions(text, freeOf(taken))
  const foundHashtags = findHashtags(text, freeOf(taken))
  return {
    links: interleave(facets.filter(({ kind }) => kind === 'link'), foundLinks),
    mentions: interleave(
      mentioned.filter(({ start, end }) => start < end).map(({ start, end }) => ({ start, end, value: text.slice(start + 1, end) })),
      foundMentions,
    ),
    hashtags: interleave(facets.filter(({ kind }) => kind === 'tag'), foundHashtags),
    accounts: mentioned.map(({ value }) => value),
  }
}
