// Owns messages, journals and queries that tests make up: small worlds in which everything happens often.
import fc from 'fast-check'
import type { ApiMessage } from '../../src/enrich/fields.ts'
import { readShown, writeShown } from '../../src/index/shown.ts'
import { encodeEntry, encodeLine, type Entry, type Position } from '../../src/message/line.ts'
import { locationSources, sourceTypes, type Author, type Message } from '../../src/message/schema.ts'
import { possessions } from '../../src/message/text/terms.ts'
import { normal } from '../../src/query/normal.ts'
import { author, box, circle, everything, id, link, not, term, textLength, time, words, type Query } from '../../src/query/tree.ts'

/** When the worlds of these tests take place. */
export const today = Date.UTC(2026, 10, 20, 12)

/** A whole message from what matters in a test. */
export function message(given: Partial<Message> & { readonly id_str: string }): Message {
  const screen_name = given.screen_name ?? 'ann'
  const created_at = given.created_at ?? new Date(today).toISOString()
  return {
    timestamp: created_at, created_at, screen_name, text: 'hello', network: 'bluesky', source_type: 'BLUESKY', provider_type: 'SCRAPED',
    reply_count: 0, retweet_count: 0, favourites_count: 0, hosts: [], links: [], images: [], audio: [], videos: [], mentions: [], hashtags: [],
    user: { screen_name }, ...given,
  }
}

/** Messages of an answer, read. */
export const shown = (messages: readonly Uint8Array[]): ApiMessage[] => messages.map(readShown)
/** Messages as an answer has them, read. */
export const asShown = (messages: readonly Message[]): ApiMessage[] => shown(messages.map(writeShown))

export const insert = (given: Parameters<typeof message>[0]): Entry => ({ op: 'I', imported: false, message: message(given) })
export const edit = (given: Parameters<typeof message>[0]): Entry => ({ op: 'U', imported: false, message: message(given) })
export const remove = (id_str: string, created_at?: string): Entry => ({ op: 'D', imported: false, id_str, created_at })
export const authorIs = (author: Partial<Author> & { readonly key: string }): Entry => ({ op: 'A', imported: false, author: { network: 'bluesky', ...author } })

/** A journal that grows: entries get their place, a millisecond apart, and can be read again. */
export class Lines {
  readonly all: { readonly position: Position; readonly entry: Entry; readonly line: string }[] = []
  #last: Position

  constructor(begin = today * 1000) {
    this.#last = begin
  }

  /** Answers the lines. `pause`: microseconds before each. */
  append(entries: readonly Entry[], pause = 1000): string[] {
    const added = entries.map((entry) => {
      this.#last += pause
      return { position: this.#last, entry, line: encodeLine(this.#last, encodeEntry(entry)) }
    })
    this.all.push(...added)
    return added.map(({ line }) => line)
  }

  last(): Position {
    return this.all.at(-1)?.position ?? 0
  }

  after(position: Position): string[] {
    return this.all.filter((one) => one.position > position).map(({ line }) => line)
  }

  /** As `replay` of an index. */
  async *replay(after: Position, upTo: Position): AsyncGenerator<readonly string[]> {
    const lines = this.all.filter(({ position }) => after < position && position <= upTo).map(({ line }) => line)
    for (let i = 0; i < lines.length; i += 100) yield await Promise.resolve(lines.slice(i, i + 100))
  }
}

const vocabulary = ['rain', 'rainbow', 'Regen', 'snow', 'Ærø', 'naïve', '東京都', '京都', 'ไทย', '🙂', 'مرحبا', "don't", 'a', 'x1']
const tags = ['Rain', 'rain', 'Köln', 'koeln', '東京', 'x_1']
const handles = ['ann', 'Ann', 'bob.example', 'bob.example.org', 'Zoë']
export const keys = ['did:plc:ann', 'did:plc:ANN', 'https://example.org/@bob', 'did:plc:zoe']
const hosts = ['example.org', 'News.Example.ORG', 'b.example']

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const few = <T>(values: readonly T[], most: number): fc.Arbitrary<T[]> => fc.uniqueArray(pick(values), { maxLength: most })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })

/** Mostly the last two hours, many at the same instants; sometimes long ago, at the ends of time, or to come. */
export const instant: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 7200 }).map((seconds) => today - seconds * 1000) },
    { weight: 4, arbitrary: pick([today, today - 1, today - 50, today - 3_600_000]) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 400 }).map((days) => today - days * 86_400_000) },
    { weight: 1, arbitrary: pick(['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '1969-07-20T20:17:40.000Z', '2005-12-31T23:59:59.999Z', '2006-01-01T00:00:00.000Z', '2006-01-01T23:59:59.999Z', '2027-05-05T05:05:05.005Z', '9999-12-31T23:59:59.999Z']).map((at) => Date.parse(at)) },
  )
  .map((at) => new Date(at).toISOString())

const ids = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? `bluesky:did:plc:x:3kabcdefghi2${'234567abcdefg'[i % 13]}` : i % 3 === 1 ? `${1_000_000_000_000_000_000n + BigInt(i)}` : `nostr:h-${i}`))

export const someMessage: fc.Arbitrary<Message> = fc
  .record({
    id_str: pick(ids),
    created_at: instant,
    seen: fc.integer({ min: 0, max: 1000 }),
    text: fc.array(pick(vocabulary), { maxLength: 6 }).map((all) => all.join(' ')),
    screen_name: pick(handles),
    key: maybe(pick(keys)),
    hashtags: few(tags, 3),
    mentions: few(handles, 2),
    hosts: few(hosts, 2),
    network: pick(['bluesky', 'nostr']),
    retweet_count: pick([0, 0, 0, 1, 2, 5, 4_294_967_295]),
    favourites_count: pick([0, 1, 3]),
    language: maybe(pick(['de', 'en'])),
    reply_to_id: maybe(pick(ids)),
    place: maybe(pick<[number, number]>([[13.4, 52.5], [-179.9, 0], [179.9, 0.1], [0, 90]])),
    images: few(['https://example.org/a.png'], 1),
    videos: few(['https://example.org/v.mp4'], 1),
    audio: few(['https://example.org/a.ogg'], 1),
    source_type: pick(sourceTypes.slice(0, 3)),
    conversation_id: maybe(pick(ids)),
    place_name: maybe(pick(['Ulm', ''])),
    place_context: maybe(pick<NonNullable<Message['place_context']>>(['ABOUT', 'FROM'])),
    location_source: maybe(pick(locationSources)),
    claimed: maybe(pick([['pt-BR', 'en'], []])),
  })
  .map(({ key, seen, language, place, reply_to_id, conversation_id, place_name, place_context, location_source, claimed, ...given }) =>
    message({
      ...given,
      timestamp: new Date(today + seen).toISOString(),
      links: given.hosts.map((host) => `https://${host}/Path?q=1`),
      hosts: given.hosts.map((host) => host.toLowerCase()),
      user: { screen_name: given.screen_name, ...(key === undefined ? {} : { user_id: key }), name: 'as written' },
      ...(reply_to_id === undefined ? {} : { reply_to_id }),
      ...(conversation_id === undefined ? {} : { conversation_id }),
      ...(place_name === undefined ? {} : { place_name }),
      ...(place_context === undefined ? {} : { place_context }),
      ...(location_source === undefined ? {} : { location_source }),
      ...(claimed === undefined ? {} : { language_claimed: claimed }),
      ...(language === undefined ? {} : { language_detected: language }),
      ...(place === undefined ? {} : { location_point: place }),
    }),
  )

const someAuthor: fc.Arbitrary<Author> = fc.record({ key: pick(keys), network: fc.constant('bluesky') }, { requiredKeys: ['key', 'network'] }).chain((author) =>
  fc.record({ handle: pick([...handles, 'new.name']), name: pick(['Ann', 'Bob']), avatar: pick(['https://example.org/p.png', 'http://example.org/q.png']), state: pick(['active', 'hidden', 'active', 'hidden', 'deleted'] as const) }, { requiredKeys: [] }).map((given) => ({ ...author, ...given })),
)

/** What may happen in a world. An id that was deleted is not inserted again: intake sees to that. */
export const history: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: someMessage.map((message): Entry => ({ op: 'I', imported: false, message })) },
      { weight: 4, arbitrary: someMessage.map((message): Entry => ({ op: 'U', imported: true, message })) },
      { weight: 2, arbitrary: fc.record({ id_str: pick(ids), created_at: maybe(instant) }).map(({ id_str, created_at }): Entry => ({ op: 'D', imported: false, id_str, created_at })) },
      { weight: 2, arbitrary: someAuthor.map((author): Entry => ({ op: 'A', imported: false, author })) },
    ),
    { minLength: 20, maxLength: 120 },
  )
  .map(withoutRevival)

function withoutRevival(entries: Entry[]): Entry[] {
  const gone = new Set<string>()
  return entries.filter((entry) => {
    if (entry.op === 'D') gone.add(entry.id_str)
    return entry.op === 'D' || entry.op === 'A' || !gone.has(entry.message.id_str)
  })
}

const someWords = fc
  .record({ text: fc.array(pick(vocabulary), { minLength: 1, maxLength: 2 }), quoted: fc.boolean(), prefix: fc.boolean() })
  .map(({ text, quoted, prefix }) => words(text.join(' '), { quoted, prefix: prefix && text.at(-1)?.length !== 1 }) ?? everything)

const leaf: fc.Arbitrary<Query> = fc.oneof(
  { weight: 4, arbitrary: someWords },
  { weight: 2, arbitrary: pick(tags).map((tag) => term('#', tag)) },
  { weight: 1, arbitrary: pick(handles).map((name) => term('@', name)) },
  { weight: 1, arbitrary: pick(['de', 'en']).map((language) => term('lang:', language)) },
  { weight: 1, arbitrary: pick(['example.org', 'b.example']).map((host) => term('host:', host)) },
  { weight: 1, arbitrary: pick(possessions).map((what) => (what === 'reply' ? term('is:', what) : what === 'pure' ? term('/pure') : term('has:', what))) },
  { weight: 1, arbitrary: pick(ids).chain((id) => pick([term('reply:', id), term('conversation:', id)])) },
  { weight: 1, arbitrary: pick([term('/about'), ...locationSources.map((source) => term('/location=', source)), ...sourceTypes.slice(0, 3).map((type) => term('/source_type=', type))]) },
  { weight: 2, arbitrary: pick([...handles, 'new.name', ...keys]).map(author) },
  { weight: 1, arbitrary: pick(ids).map(id) },
  { weight: 2, arbitrary: fc.record({ since: instant, until: instant }, { requiredKeys: [] }).map(({ since, until }) => (since === undefined && until === undefined ? everything : time({ ...(since === undefined ? {} : { since: Date.parse(since) }), ...(until === undefined ? {} : { until: Date.parse(until) }) }))) },
  { weight: 1, arbitrary: fc.constant(textLength(25)) },
  { weight: 1, arbitrary: pick([box(170, -1, -170, 1), box(13, 52, 14, 53), circle(52.4, 13.5, 30), circle(89, 100, 200), link('*news.example*'), link('https://b.example/path?q=1')]) },
)

/** Any tree in normal form. */
export const someQuery: fc.Arbitrary<Query> = fc
  .letrec<{ tree: Query; leaf: Query }>((tie) => ({
    leaf,
    tree: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((all): Query => ({ kind: 'and', all })),
      fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((any): Query => ({ kind: 'or', any })),
      tie('tree').map(not),
    ),
  }))
  .tree.map(normal)
