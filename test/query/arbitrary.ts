// Owns random queries, trees and messages for the properties of the query room. They are drawn from few values, so that
// they often have something in common.
import fc from 'fast-check'
import type { Message } from '../../src/message/schema.ts'
import { allOf, anyOf, noneOf, normal } from '../../src/query/normal.ts'
import { readName } from '../../src/query/operators.ts'
import { readText } from '../../src/query/text.ts'
import { author, box, circle, everything, id, link, term, textLength, time, type Query } from '../../src/query/tree.ts'
import { message } from './messages.ts'
import { character } from '../support/characters.ts'

export const now = Date.parse('2026-06-15T12:00:00Z')

const fragments = [
  ' ', ' ', ' ', '  ', '\t', '　', '(', ')', '-', '-(', '"', '“', '”', "'", '*', '#', '@', ':', '/', '=', ',', '.', 'OR', 'AND', 'NOT', 'rain', 'Wind', 'ulm*', 'a*', "don't", '東京', '雨', 'é', 'ß',
  '👨‍👩‍👧', '🇩🇪', 'from:', 'to:', 'id:', 'since:', 'until:', 'near:', 'lang:', 'source:', 'has:', 'is:', 'host:', 'reply:', 'hashtag:', 'conversation:', 'form:', 'sinse:', 'Re:', 'http://', '12:30', '/image', '/pure', '/about',
  '/len50', '/len30', '/imge', '/location=', '/link=', '/source_type=', '/source_type', '/emotion', '/etc/passwd', '1,2,3,4', '5,6', '2026-01-31', '2026-02-30', '2h', 'week', 'T10:00:00Z', 'de', 'image', 'example.org', 'TWITTER', 'USER', 'ann,bob', '\u0000', '\uD800', '\u200B', '\u00A0',
] // prettier-ignore

/** Text made of everything that means something to the language, and sometimes of anything at all. */
export const queryText = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 14 }).map((parts) => parts.join('')) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 14 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: character, maxLength: 60 }) },
)

const word = fc.constantFrom('rain', 'Wind', 'ulm', '東京', '東', "don't", 'a-b', '12:30', '👍', 'éa', 'x')
const someText = fc.oneof({ weight: 3, arbitrary: word }, fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')), fc.string({ unit: 'grapheme', maxLength: 12 }))
const anyName = fc.oneof(fc.constantFrom('rain', 'ann', 'Ulm', 'b.example.org', 'two words', 'a,b', 'x(y)', 'did:plc:a'), fc.string({ unit: 'grapheme', maxLength: 10 })).map((text) => text.replace(/["“”„‟＂]/gu, '').trim())
const name = anyName.filter((text) => readName(text, true) === text && text !== '')
const instant = fc.integer({ min: now - 3 * 86_400_000, max: now })
const degrees = (most: number): fc.Arbitrary<number> => fc.oneof(fc.integer({ min: -most, max: most }), fc.double({ min: -most, max: most, noNaN: true }).map((value) => value + 0))

const wordsLeaf = fc
  .tuple(someText, fc.boolean(), fc.boolean())
  .map(([text, quoted, star]) => readText(text, quoted, star).query)
  .filter((query) => query !== undefined)

export const leaf: fc.Arbitrary<Query> = fc.oneof(
  { weight: 5, arbitrary: wordsLeaf },
  fc.constant(everything),
  name.map((value) => term('#', value)),
  name.map((value) => term('@', value)),
  name.map((value) => author(value)),
  fc.constantFrom(term('has:', 'image'), term('is:', 'reply'), term('/pure'), term('/about'), term('lang:', 'de'), term('source:', 'bluesky'), term('host:', 'example.org'), term('/source_type=', 'TWITTER'), term('/location=', 'USER'), term('reply:', '1'), term('conversation:', '1')),
  fc.constantFrom(25, 50, 75, 100).map((most) => textLength(most)),
  fc.constantFrom('1', '2', 'bluesky:did:plc:a:3k').map((text) => id(text)),
  fc.tuple(instant, fc.constantFrom('since', 'until')).map(([at, edge]) => time({ [edge]: at })),
  fc.tuple(instant, instant).map(([since, until]) => time({ since, until })),
  fc.tuple(degrees(180), degrees(90), degrees(180), degrees(90)).map(([west, south, east, north]) => box(west, Math.min(south, north), east, Math.max(south, north))),
  fc.tuple(degrees(90), degrees(180), fc.integer({ min: 1, max: 20_000 })).map(([lat, lon, km]) => circle(lat, lon, km)),
  fc.constantFrom('*example*', 'https://?xample.org/*', '*').map((glob) => link(glob)),
)

/** A tree as people could have written it, not in normal form. */
export const tree: fc.Arbitrary<Query> = fc.letrec<{ tree: Query }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all): Query => ({ kind: 'and', all })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any): Query => ({ kind: 'or', any })),
    tie('tree').map((none): Query => ({ kind: 'not', none })),
  ),
})).tree

export const normalTree = tree.map(normal)
/** As a program would put it together. */
export const joined = fc.tuple(normalTree, normalTree).map(([a, b]) => anyOf([allOf([a, b]), noneOf(a)]))

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

export const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    text: fc.array(fc.oneof({ weight: 4, arbitrary: word }, fc.string({ unit: 'grapheme', maxLength: 20 })), { maxLength: 8 }).map((words) => words.join(' ')),
    id_str: fc.constantFrom('1', '2', '3'),
    created_at: instant.map((at) => new Date(at).toISOString()),
    screen_name: fc.constantFrom('ann', 'Rain', 'bob', 'b.example.org'),
    user_id: some(fc.constantFrom('did:plc:a', 'did:plc:b')),
    hashtags: fc.array(fc.constantFrom('Ulm', 'rain', 'two words')),
    mentions: fc.array(fc.constantFrom('ann', 'Rain')),
    images: fc.array(fc.constant('https://example.org/a.png')),
    links: fc.array(fc.constantFrom('https://Example.org/a', 'https://ulm.example/')),
    hosts: fc.array(fc.constantFrom('example.org', 'www.example.org')),
    language_detected: some(fc.constantFrom('de', 'en')),
    reply_to_id: some(fc.constantFrom('1', '2')),
    place_context: some(fc.constantFrom('FROM', 'ABOUT')),
    location_point: some(fc.tuple(fc.integer({ min: -180, max: 180 }), fc.integer({ min: -90, max: 90 }))),
  })
  .map(({ user_id, language_detected, reply_to_id, place_context, location_point, ...fields }) =>
    message({
      ...fields,
      ...(language_detected === undefined ? {} : { language_detected }),
      ...(reply_to_id === undefined ? {} : { reply_to_id }),
      ...(place_context === undefined ? {} : { place_context }),
      ...(location_point === undefined ? {} : { location_point }),
      user: { screen_name: fields.screen_name, ...(user_id === undefined ? {} : { user_id }) },
    }),
  )

/** Handles that authors had: ann was called rain before. */
export const authorKeys = (handle: string): readonly string[] => (handle === 'rain' ? ['did:plc:a'] : [])
