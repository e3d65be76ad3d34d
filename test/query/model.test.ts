// An independent, naive model of the language: each random wish is built together with the plainest function that
// decides it, and the parsed query has to agree with that function on random messages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Message } from '../../src/message/schema.ts'
import { compileQuery, subject } from '../../src/query/match.ts'
import { parseQuery } from '../../src/query/query.ts'
import { message } from './messages.ts'

/** Words and all the ways in which people write them. */
const vocabulary: Readonly<Record<string, readonly string[]>> = {
  rain: ['rain', 'Rain', 'RAIN'],
  rainbow: ['rainbow', 'Rainbow'],
  wind: ['wind', 'Wind'],
  heavy: ['heavy', 'Heavy'],
  dont: ["don't", 'dont', 'Don’t'],
  cafe: ['café', 'cafe', 'CAFÉ'],
  strasse: ['Straße', 'strasse', 'STRASSE'],
  '👍': ['👍', '👍🏽'],
  '👨‍👩‍👧': ['👨‍👩‍👧'],
  東京都: ['東京都'],
  京: ['京'],
  дождь: ['дождь', 'ДОЖДЬ'],
}
const names = ['rain', 'wind', 'ann']
const now = Date.parse('2026-06-15T12:00:00Z')
const hour = 3_600_000

interface Fact {
  readonly words: readonly string[]
  readonly message: Message
}

const spelled = fc.constantFrom(...Object.keys(vocabulary)).chain((word) => fc.constantFrom(...(vocabulary[word] ?? [])).map((text) => ({ word, text })))

const fact: fc.Arbitrary<Fact> = fc
  .record({
    said: fc.array(spelled, { maxLength: 6 }),
    glue: fc.constantFrom(' ', ', ', ' - ', '\n'),
    screen_name: fc.constantFrom('rain', 'Wind', 'ann', 'did:plc:ann'),
    user_id: fc.constantFrom('did:plc:ann', 'did:plc:bob'),
    id_str: fc.constantFrom('1', '2', '3'),
    at: fc.integer({ min: 0, max: 48 }).map((hours) => now - hours * hour),
    hashtags: fc.subarray(['Rain', 'Köln']),
    mentions: fc.subarray(['Ann', 'bob']),
    images: fc.subarray(['https://example.org/a.png']),
    links: fc.subarray(['https://Example.org/a', 'https://news.example.org/b']),
    language_detected: fc.constantFrom('de', 'en'),
    network: fc.constantFrom('bluesky', 'mastodon'),
    point: fc.constantFrom<[number, number]>([10, 50], [0, 0], [-170, 10]),
  })
  .map(({ said, glue, at, user_id, point, ...fields }) => ({
    words: said.map(({ word }) => word),
    message: message({
      ...fields,
      text: said.map(({ text }) => text).join(glue),
      created_at: new Date(at).toISOString(),
      hosts: fields.links.map((address) => new URL(address).host),
      location_point: point,
      user: { screen_name: fields.screen_name, user_id },
    }),
  }))

/** A wish: how it is written, what it means, and whether a rule of its group looks at it. */
interface Wish {
  readonly text: string
  readonly holds: (fact: Fact) => boolean
  readonly plain?: string
  readonly isId?: true
}

const wish = (text: string, holds: (message: Message) => boolean): Wish => ({ text, holds: ({ message }) => holds(message) })
const isDense = (word: string): boolean => /^\p{Script=Han}+$/u.test(word)
const says =
  (word: string) =>
  ({ words }: Fact): boolean =>
    words.some((said) => (isDense(word) ? isDense(said) && said.includes(word) : said === word))
const byName = (message: Message, name: string): boolean =>
  message.screen_name.toLowerCase() === name || message.user.user_id === name || (name === 'old.ann' && message.user.user_id === 'did:plc:ann')
const written = ({ created_at }: Message): number => Date.parse(created_at)

const wordWish: fc.Arbitrary<Wish> = fc.oneof(
  spelled.map(({ word, text }): Wish => ({ text, holds: says(word), ...(word === '京' ? {} : { plain: word }) })),
  spelled.map(({ word, text }): Wish => ({ text: `"${text}"`, holds: says(word) })),
  fc.constantFrom('東', '都', '京都').map((word): Wish => ({ text: `"${word}"`, holds: says(word) })),
  fc.constantFrom('rai', 'rainb', 'Hea', 'дож', 'caf').map((start): Wish => ({ text: `${start}*`, holds: ({ words }) => words.some((word) => word.startsWith(start.toLowerCase())) })),
  fc
    .tuple(fc.constantFrom('heavy', 'rain', 'cafe'), fc.constantFrom('rain', 'dont', 'wind'))
    .map(([a, b]): Wish => ({ text: `"${a}  ${b}"`, holds: ({ words }) => words.some((word, at) => word === a && words[at + 1] === b) })),
)

const filterWish: fc.Arbitrary<Wish> = fc.oneof(
  fc.constantFrom('#koln', 'hashtag:Köln', '#"KÖLN"').map((text) => wish(text, ({ hashtags }) => hashtags.includes('Köln'))),
  fc.constantFrom('@ann', 'to:ANN').map((text) => wish(text, ({ mentions }) => mentions.includes('Ann'))),
  fc.constantFrom(...names, 'old.ann', 'did:plc:bob').map((name) => wish(`from:${name}`, (message) => byName(message, name))),
  fc.constant(wish('from:ann,wind', (message) => byName(message, 'ann') || byName(message, 'wind'))),
  fc.constantFrom('1', '2', '3').map((id): Wish => ({ ...wish(`id:${id}`, ({ id_str }) => id_str === id), isId: true })),
  fc.constantFrom('lang:de', 'lang:DE-at').map((text) => wish(text, ({ language_detected }) => language_detected === 'de')),
  fc.constant(wish('source:Mastodon', ({ network }) => network === 'mastodon')),
  fc.constantFrom('has:image', '/image').map((text) => wish(text, ({ images }) => images.length > 0)),
  fc.constant(wish('/pure', ({ images, links, mentions, hashtags }) => [...images, ...links, ...mentions, ...hashtags].length === 0)),
  fc.constantFrom(25, 50).map((most) => wish(`/len${most}`, ({ text }) => Array.from(text).length <= most)),
  fc.constant(wish('host:example.org', ({ links }) => links.length > 0)),
  fc.constant(wish('host:news.example.org', ({ links }) => links.some((link) => link.includes('news')))),
  fc.constant(wish('/link=https://EXAMPLE.org/*', ({ links }) => links.some((link) => link.toLowerCase().startsWith('https://example.org/')))),
  fc.integer({ min: 0, max: 50 }).map((hours) => wish(`since:${hours}h`, (message) => written(message) >= now - hours * hour)),
  fc.integer({ min: 0, max: 50 }).map((hours) => wish(`until:${new Date(now - hours * hour).toISOString()}`, (message) => written(message) < now - hours * hour)),
  fc.constant(wish('since:2026-06-15', (message) => written(message) >= Date.parse('2026-06-14T22:00:00Z'))),
  fc.constant(wish('until:2026-06-14', (message) => written(message) < Date.parse('2026-06-14T22:00:00Z'))),
  fc.constant(wish('/location=5,45,15,55', ({ location_point }) => location_point?.[0] === 10)),
  fc.constant(wish('/location=160,0,-160,20', ({ location_point }) => location_point?.[0] === -170)),
  fc.constant(wish('near:1,1,200', ({ location_point }) => location_point?.[0] === 0)),
)

const single = fc.oneof(wordWish, filterWish)
const negated = ({ text, holds }: Wish): Wish => ({ text: `-${text}`, holds: (fact) => !holds(fact) })
const inParentheses = ({ text, holds }: Wish): Wish => ({ text: `(${text})`, holds })

/** The only plain word of a group also finds the author of that name. */
function withNames(wishes: readonly Wish[]): readonly Wish[] {
  const plain = wishes.filter((wish) => wish.plain !== undefined)
  const [only] = plain
  const name = only?.plain ?? ''
  if (only === undefined || new Set(plain.map((wish) => wish.text)).size > 1 || !names.includes(name)) return wishes
  return wishes.map((wish) => (wish.plain === undefined ? wish : { text: wish.text, holds: (fact: Fact) => wish.holds(fact) || byName(fact.message, name) }))
}

function all(wishes: readonly Wish[], glue: string): Wish {
  const ids = wishes.filter(({ isId }) => isId)
  const rest = withNames(wishes.filter(({ isId }) => !isId))
  return {
    text: wishes.map(({ text }) => text).join(glue),
    holds: (fact) => rest.every(({ holds }) => holds(fact)) && (ids.length === 0 || ids.some(({ holds }) => holds(fact))),
  }
}

function any(wishes: readonly Wish[]): Wish {
  const named = withNames(wishes)
  return { text: wishes.map(({ text }) => text).join(' OR '), holds: (fact) => named.some(({ holds }) => holds(fact)) }
}

const distinct = (one: fc.Arbitrary<Wish>, minLength: number): fc.Arbitrary<Wish[]> => fc.uniqueArray(one, { minLength, maxLength: 3, selector: ({ text }) => text.toLowerCase() })
const orNot = (one: fc.Arbitrary<Wish>): fc.Arbitrary<Wish> => fc.oneof({ weight: 3, arbitrary: one }, one.map(negated))

const inner = distinct(orNot(single), 2).map((wishes) => inParentheses(all(wishes, ' ')))
const alternatives = distinct(fc.oneof({ weight: 4, arbitrary: orNot(single) }, inner), 2).map(any)
const query = fc
  .tuple(distinct(fc.oneof({ weight: 3, arbitrary: orNot(single) }, alternatives, alternatives.map(inParentheses), orNot(alternatives.map(inParentheses)), inner.map(negated)), 1), fc.constantFrom(' ', ' AND ', '  '))
  .map(([wishes, glue]) => all(wishes, glue))

const authorKeys = (handle: string): readonly string[] => (handle === 'old.ann' ? ['did:plc:ann'] : [])

test('what a query finds is what the naive model of it finds', () => {
  let found = 0
  fc.assert(
    fc.property(query, fc.array(fact, { minLength: 5, maxLength: 5 }), ({ text, holds }, facts) => {
      const { query, warnings } = parseQuery(text, { now, timezoneOffset: -120 })
      assert.deepEqual(warnings.filter(({ message }) => !message.includes('no message can match')), [])
      const matches = compileQuery(query, authorKeys)
      for (const fact of facts) {
        assert.equal(matches(subject(fact.message)), holds(fact), JSON.stringify(fact.message))
        if (holds(fact)) found += 1
      }
    }),
    { numRuns: 4000 },
  )
  assert.ok(found > 2000, `the model is worth something only if enough is found: ${found}`)
})
