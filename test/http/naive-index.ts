// Owns an index for the tests of the HTTP room: the naive model behind the port, and a house that has it. It answers what a
// test tells it to where the model cannot: that time was up, that it is broken, that it takes its time.
import { compareMarks, readCursor, writeCursor, type Mark } from '../../src/index/cursor.ts'
import type { Answer, Index, IndexHealth, Order } from '../../src/index/port.ts'
import { writeShown } from '../../src/index/shown.ts'
import { gapsWithin } from '../../src/http/search/coverage.ts'
import type { SearchLimits } from '../../src/http/search/limits.ts'
import type { Entry } from '../../src/message/line.ts'
import type { Message } from '../../src/message/schema.ts'
import { author as writtenBy } from '../../src/query/tree.ts'
import { message } from '../index/made.ts'
import { Model } from '../index/model.ts'
import { house, limits, liveSource, noon, type Furnishing, type House } from './parts.ts'

const markOf = (order: Order, { created_at, id_str: id, ...message }: Message): Mark => {
  const at = Date.parse(created_at)
  return { key: order === 'created_at' ? at : order === 'timestamp' ? Date.parse(message.timestamp) : message[order], at, id }
}
const widths = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** What a test can hold of a naive index. */
export interface Held {
  /** Said with every answer. */
  partial: Answer['partial']
  health: IndexHealth
  /** Waited for before every answer. */
  until: (signal: AbortSignal | undefined) => Promise<void>
  /** The timeouts that were given. */
  readonly timeouts: number[]
  /** Where only some kinds of answers are to be partial. */
  partialOf: readonly ('search' | 'facets' | 'histogram')[] | undefined
  /** So many hits were counted when time was up. */
  counted: number | undefined
}

export function naiveIndex(model: Model): { readonly index: Index; readonly held: Held } {
  const held: Held = { partial: undefined, health: { state: 'ok', reason: null, cursor: 1 }, until: () => Promise.resolve(), timeouts: [], partialOf: undefined, counted: undefined }
  const answered = async <T extends object>(timeout: number, signal: AbortSignal | undefined, answer: () => T, kind?: 'search' | 'facets' | 'histogram'): Promise<T> => {
    held.timeouts.push(timeout)
    await held.until(signal)
    const isWhole = held.partial === undefined || (held.partialOf !== undefined && kind !== undefined && !held.partialOf.includes(kind))
    return isWhole ? answer() : { ...answer(), partial: held.partial }
  }

  const index: Index = {
    apply: () => Promise.reject(new Error('not here')),
    forget: () => Promise.reject(new Error('not here')),
    cursor: () => 1,
    search: (query, { order, limit, cursor, offset = 0, timeout, count }, signal) =>
      answered(timeout, signal, () => {
        const all = model.search(query, order)
        const after = cursor === undefined ? undefined : readCursor(order, cursor)
        const left = after === undefined ? all.slice(offset) : all.filter((message) => compareMarks(after, markOf(order, message)) < 0)
        const messages = left.slice(0, limit)
        const last = messages.at(-1)
        const most = count === 'exact' ? all.length : Math.min(all.length, 10_000)
        return {
          messages: messages.map(writeShown),
          hits: held.counted ?? most,
          hits_relation: held.counted !== undefined || most < all.length ? 'gte' as const : 'eq' as const,
          ...(last === undefined || left.length <= limit ? {} : { cursor: writeCursor(order, markOf(order, last)) }),
        }
      }, 'search'),
    facets: (query, { fields, limit, timeout }, signal) =>
      answered(timeout, signal, () => ({
        fields: Object.fromEntries(fields.map((field) => [field, model.facet(query, field).slice(0, limit).map(({ spellings, count }) => ({ value: spellings[0] ?? '', count }))])),
      }), 'facets'),
    histogram: (query, { interval, timezoneOffset, from, to, timeout }, signal) =>
      answered(timeout, signal, () => {
        const width = widths[interval]
        const bucket = (at: number): number => Math.floor((at - timezoneOffset * 60_000) / width) * width + timezoneOffset * 60_000
        const times = model.matching(query).map(({ created_at }) => Date.parse(created_at))
        const first = bucket(from ?? Math.min(...times))
        const last = to === undefined ? bucket(Math.max(...times)) : bucket(to - 1)
        const buckets = []
        for (let start = first; start <= last; start += width) buckets.push({ start, count: times.filter((at) => bucket(at) === start).length })
        return { buckets }
      }, 'histogram'),
    suggest: (text, { limit, timeout }, signal) =>
      answered(timeout, signal, () => ({
        suggestions: model.facet({ kind: 'everything' }, 'hashtags').filter(({ folded }) => folded.startsWith(text.replace('#', ''))).slice(0, limit)
          .map(({ spellings, count }) => ({ kind: 'hashtag' as const, text: spellings[0] ?? '', count })),
      })),
    author: (name, { timeout }, signal) =>
      answered(timeout, signal, () => {
        const messages = model.search(writtenBy(name), 'created_at')
        const [latest] = messages
        if (latest === undefined) return { found: undefined }
        const { screen_name, user, network } = latest
        const hashtags = model.facet(writtenBy(name), 'hashtags').map(({ spellings, count }) => ({ value: spellings[0] ?? '', count }))
        const found = {
          screen_name, user_id: user.user_id, name: user.name, avatar: user.profile_image_url_https, network, handles: [screen_name],
          messages: messages.length, messages_relation: 'eq' as const, appearance_first: messages.at(-1)?.created_at, appearance_latest: latest.created_at, hashtags,
        }
        return { found }
      }).then(({ found }) => found),
    message: async (id, signal) => {
      await held.until(signal)
      return model.search({ kind: 'id', id }, 'created_at')[0]
    },
    health: () => held.health,
    stats: () => Promise.reject(new Error('not here')),
    check: () => Promise.reject(new Error('not here')),
    clear: () => Promise.reject(new Error('not here')),
    close: () => Promise.resolve(),
  }
  return { index, held }
}

/** Minutes before noon. */
export const ago = (minutes: number): string => new Date(noon - minutes * 60_000).toISOString()

export interface Library extends House {
  readonly held: Held
  /** Takes more in. */
  add(...entries: readonly Entry[]): void
}

/** A house with an index that holds these messages. */
export function library(messages: readonly (Partial<Message> & { readonly id_str: string })[], furnishing: Furnishing & { readonly limits?: Partial<SearchLimits> } = {}): Library {
  const model = new Model()
  const add = (...entries: readonly Entry[]): void => void model.apply(entries)
  add(...messages.map((given): Entry => ({ op: 'I', imported: false, message: message(given) })))
  const { index, held } = naiveIndex(model)
  const search = { index: () => index, coverage: (since?: number, until?: number) => gapsWithin([liveSource], { now: noon, began: noon }, since, until), limits: { ...limits, ...furnishing.limits } }
  return { ...house({ ...furnishing, parts: { search, ...furnishing.parts } }), held, add }
}
