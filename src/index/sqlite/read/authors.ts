// Owns how authors are shown: a message under the newest handle, name and avatar of who wrote it, and the profile of an author.
import { fold } from '../../../message/text/fold.ts'
import type { Author, Message } from '../../../message/schema.ts'
import { author as by } from '../../../query/tree.ts'
import { countCap, type Profile } from '../../port.ts'
import type { Catalog } from '../files/catalog.ts'
import { countHits } from './count.ts'
import { facets } from './facets.ts'
import { newestFirst, oldestInstant, type Hit } from './newest.ts'
import { partialAnswer } from './partial.ts'
import { messageAt, scopeOf } from './scope.ts'
import { writtenBy } from './faces.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

/** A message as its author is known now. */
export function shownMessage(message: Message, catalog: Catalog): Message {
  const author = message.user.user_id === undefined ? undefined : catalog.author(message.user.user_id)
  return author === undefined ? message : writtenBy(author, message)
}

/** What is known of an author by a handle or a stable key; undefined where there is none to be shown. */
export async function profile(name: string, view: View, turn: Turn): Promise<Profile | undefined> {
  const author = knownAuthor(name, view.catalog)
  if (author === undefined && isSilent(name, view.catalog)) return undefined
  const query = by(author?.key ?? name)
  const scope = scopeOf(query, view)
  const { hit: latest, late } = await newestHit(scope.parts, view, turn)
  const message = latest === undefined ? undefined : messageAt(view, latest.part.partition, latest.rid)
  if (author === undefined && message === undefined && !late) return undefined
  const counted = await countHits(scope, view, countCap + 1, turn)
  const first = await oldestInstant(scope.parts, view, turn)
  const { fields, partial } = await facets(query, { fields: ['hashtags'], limit: 10 }, view, turn)
  const shown = message === undefined ? undefined : shownMessage(message, view.catalog)
  const user = shown?.user
  const key = author?.key ?? user?.user_id
  return {
    screen_name: user?.screen_name ?? author?.handle ?? name,
    user_id: key,
    name: user?.name ?? author?.name,
    avatar: user?.profile_image_url_https ?? user?.profile_image_url_http ?? author?.avatar,
    network: author?.network ?? message?.network,
    handles: key === undefined ? [name] : view.catalog.handlesOf(key),
    messages: Math.min(counted.count, countCap),
    messages_relation: counted.whole && counted.count <= countCap ? 'eq' : 'gte',
    appearance_first: typeof first === 'number' ? new Date(first).toISOString() : undefined,
    appearance_latest: latest === undefined ? undefined : new Date(latest.at).toISOString(),
    hashtags: fields.hashtags ?? [],
    ...partialAnswer(late || !counted.whole || first === 'late' || partial?.reason === 'deadline' ? 'deadline' : partial?.reason === 'overfull' ? 'overfull' : undefined, scope),
  }
}

export const isShown = ({ state }: Author): boolean => state === undefined || state === 'active'

/** The author with a key or handle who may be shown; of several, the one who has the handle now. */
function knownAuthor(name: string, catalog: Catalog): Author | undefined {
  const handle = fold(name)
  const authors = [name, ...catalog.keysOf(handle)].flatMap((key) => catalog.author(key) ?? []).filter(isShown)
  return authors.find((author) => author.key === name) ?? authors.find((author) => fold(author.handle ?? '') === handle) ?? authors[0]
}

/** Whether all who had that name are known, and none of them may be shown. */
function isSilent(name: string, catalog: Catalog): boolean {
  const isKnown = (key: string): boolean => catalog.author(key) !== undefined
  const keys = catalog.keysOf(fold(name))
  return isKnown(name) || (keys.length > 0 && keys.every(isKnown))
}

/** `late`: time ran out before it was found. */
async function newestHit(parts: Parameters<typeof newestFirst>[0], view: View, turn: Turn): Promise<{ readonly hit: Hit | undefined; readonly late: boolean }> {
  for await (const { hits: [hit], late } of newestFirst(parts, view, undefined, 1, turn)) if (late || hit !== undefined) return { hit, late }
  return { hit: undefined, late: false }
}
