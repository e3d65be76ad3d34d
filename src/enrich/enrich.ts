// Owns the way from a draft to a complete message: one step after another, each a pure function of the text and of what
// was given. Does not know where drafts come from, whether the message is known already, or how it is kept.
//
// The text stays as its author wrote it, shortened links included (`www.youtube.com/watch?v=V5lD...`): only so do the
// offsets of its facets go on fitting. The complete address is in `links`. What a draft gives is kept, and what the
// text yields is added behind it, so that to enrich a message again changes nothing.
import { isMessage, misfit, type Message, type MessageDraft } from '../message/schema.ts'
import { readEntities } from './entities.ts'
import { inOrder } from './fields.ts'
import { hostOf } from './hosts.ts'
import { languageOf } from './language.ts'
import { distinct, distinctNames, together } from './lists.ts'
import { linksOf } from './links.ts'
import { mediaOf } from './media.ts'
import type { Note } from './notes.ts'
import { settle } from './settle.ts'

export interface Enriched {
  readonly message: Message
  /** What had to be repaired; one entry for each repair. */
  readonly notes: readonly Note[]
}

/** Completes a valid draft. `seen` is when it reached us, in milliseconds since 1970. Never throws for a valid draft. */
export function enrich(draft: MessageDraft, seen: number): Enriched {
  const notes: Note[] = []
  const found = readEntities(draft.text, draft.facets, notes)

  const links = linksOf(draft.text, found.links, draft.links)
  const linkHosts = links.map(hostOf)
  const hosts = distinct([...(draft.hosts ?? []), ...linkHosts.filter((host) => host !== undefined)])
  const mentions = distinctNames(draft.mentions, found.mentions)
  const hashtags = distinctNames(draft.hashtags, found.hashtags)
  const media = mediaOf(links, linkHosts)

  const decided = {
    ...settle(draft, seen, notes),
    hosts,
    links,
    images: together(draft.images, media.images),
    audio: together(draft.audio, media.audio),
    videos: together(draft.videos, media.videos),
    mentions,
    mention_ids: found.accounts.length === 0 ? undefined : distinct([...(draft.mention_ids ?? []), ...found.accounts]),
    hashtags,
    language_detected: draft.language_detected ?? languageOf(draft.text, found),
  }
  const message = inOrder(decided, draft)
  if (!isMessage(message)) throw new TypeError(`Enrichment made something else than a message of a draft: ${misfit('message', message)}`)
  return { message, notes }
}
