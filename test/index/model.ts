// Owns the naive truth about an index: arrays, filter and sort. What it answers, every index has to answer.
import type { Entry } from '../../src/message/line.ts'
import type { Author, Message } from '../../src/message/schema.ts'
import { fold } from '../../src/message/text/fold.ts'
import { messageLanguage } from '../../src/message/text/terms.ts'
import type { FacetField, Order } from '../../src/index/port.ts'
import { match } from '../../src/query/match.ts'
import type { Query } from '../../src/query/tree.ts'

export class Model {
  readonly #messages = new Map<string, Message>()
  readonly #authors = new Map<string, Author>()
  readonly #handles = new Map<string, Set<string>>()

  apply(entries: readonly Entry[]): this {
    for (const entry of entries) {
      if (entry.op === 'D') this.#messages.delete(entry.id_str)
      else if (entry.op === 'A') this.#author(entry.author)
      else {
        const { id_str, screen_name, user: { user_id } } = entry.message
        this.#messages.set(id_str, entry.message)
        if (user_id !== undefined) this.#handle(screen_name, user_id)
      }
    }
    return this
  }

  #author(author: Author): void {
    const before = this.#authors.get(author.key)
    this.#authors.set(author.key, { ...before, ...author, ...(before?.state === 'deleted' ? { state: 'deleted' } : {}) })
    if (author.handle !== undefined) this.#handle(author.handle, author.key)
  }

  #handle(written: string, key: string): void {
    const handle = fold(written)
    this.#handles.set(handle, (this.#handles.get(handle) ?? new Set()).add(key))
  }

  #authorOf = (message: Message): Author | undefined => this.#authors.get(message.user.user_id ?? '')

  /** The message as its author is known now. */
  shown(message: Message): Message {
    const author = this.#authorOf(message)
    if (author === undefined) return message
    const screen_name = author.handle ?? message.screen_name
    const { name = message.user.name, avatar } = author
    const picture = avatar === undefined ? {} : avatar.startsWith('http:') ? { profile_image_url_http: avatar } : { profile_image_url_https: avatar }
    return { ...message, screen_name, user: { ...message.user, screen_name, ...(name === undefined ? {} : { name }), ...picture } }
  }

  authorKeys = (handle: string): string[] => [...(this.#handles.get(handle) ?? [])]

  /** Everything that matches, as written. */
  matching(query: Query): Message[] {
    return [...this.#messages.values()].filter((message) => {
      const state = this.#authorOf(message)?.state ?? 'active'
      return state === 'active' && match(query, message, this.authorKeys)
    })
  }

  /** Everything that matches, in order, as shown. */
  search(query: Query, order: Order): Message[] {
    const key = (message: Message): number => (order === 'created_at' || order === 'timestamp' ? Date.parse(message[order]) : message[order])
    const byId = (a: Message, b: Message): number => (a.id_str < b.id_str ? 1 : a.id_str > b.id_str ? -1 : 0)
    const compare = (a: Message, b: Message): number => key(b) - key(a) || Date.parse(b.created_at) - Date.parse(a.created_at) || byId(a, b)
    return this.matching(query).sort(compare).map((message) => this.shown(message))
  }

  /** The authors of hits, each under the newest handle or the one of the earliest hit; undefined where hits of one instant disagree on that. */
  authors(query: Query): { readonly folded: string; readonly count: number }[] | undefined {
    const byAuthor = Map.groupBy(this.matching(query), ({ screen_name, user: { user_id } }) => user_id ?? `\n${fold(screen_name)}`)
    const counts = new Map<string, { count: number; earliest: number }>()
    for (const messages of byAuthor.values()) {
      const earliest = Math.min(...messages.map(({ created_at }) => Date.parse(created_at)))
      const [folded = '', ...others] = new Set(messages.filter(({ created_at }) => Date.parse(created_at) === earliest).map((message) => fold(this.shown(message).screen_name)))
      if (others.length > 0) return undefined
      const known = counts.get(folded) ?? { count: 0, earliest }
      counts.set(folded, { count: known.count + messages.length, earliest: Math.min(known.earliest, earliest) })
    }
    const all = Array.from(counts, ([folded, counted]) => ({ folded, ...counted }))
    return all.sort((a, b) => b.count - a.count || a.earliest - b.earliest || (a.folded < b.folded ? -1 : 1))
  }

  /** Every value by count, then by when it was first written, then by folded value; each with the spellings of its earliest messages. */
  facet(query: Query, field: FacetField): { readonly folded: string; readonly count: number; readonly spellings: readonly string[] }[] {
    const values = new Map<string, { count: number; earliest: number; spellings: string[] }>()
    for (const message of this.matching(query)) {
      const at = Date.parse(message.created_at)
      const spelled = new Map<string, string>()
      for (const value of this.#values(message, field)) if (!spelled.has(fold(value))) spelled.set(fold(value), value)
      for (const [folded, spelling] of spelled) {
        const known = values.get(folded) ?? { count: 0, earliest: Number.POSITIVE_INFINITY, spellings: [] }
        known.count += 1
        if (at < known.earliest) known.spellings = []
        if (at <= known.earliest) known.spellings.push(spelling)
        known.earliest = Math.min(known.earliest, at)
        values.set(folded, known)
      }
    }
    const all = Array.from(values, ([folded, value]) => ({ folded, ...value }))
    return all.sort((a, b) => b.count - a.count || a.earliest - b.earliest || (a.folded < b.folded ? -1 : 1))
  }

  #values(message: Message, field: FacetField): readonly string[] {
    switch (field) {
      case 'hashtags':
      case 'mentions':
      case 'hosts':
        return message[field]
      case 'language':
        return [messageLanguage(message) ?? ''].filter((value) => value !== '')
      case 'screen_name':
        return [this.shown(message).screen_name]
      default:
        return [message[field] ?? ''].filter((value) => value !== '')
    }
  }
}
