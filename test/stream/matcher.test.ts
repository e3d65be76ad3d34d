import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseQuery } from '../../src/query/query.ts'
import { readChannel } from '../../src/stream/channels.ts'
import { createMatcher } from '../../src/stream/matcher.ts'
import { interest, passing, type Interest, type Passing } from '../../src/stream/subscription.ts'
import { message } from '../journal/fixtures.ts'

const nobody = () => []
const inChannels = (...names: string[]): Interest => interest({ channels: names.flatMap((name) => readChannel(name) ?? []) }, nobody)
const query = (text: string): Interest => interest({ channels: [], query: parseQuery(text, { now: 0 }).query }, nobody)

/** A message whose looks at its subject are counted. */
function counted(text: string): { readonly one: Passing; asked(): number } {
  let asked = 0
  const one = passing(message('a', text))
  const subject = one.subject()
  return { one: { ...one, subject: () => (asked++, subject) }, asked: () => asked }
}

/** How often a message is looked at for so many subscribers. */
function looks(interests: readonly Interest[]): number {
  const matcher = createMatcher<number>(nobody)
  for (const [subscriber, one] of interests.entries()) matcher.add(subscriber, one)
  const { one, asked } = counted('some words')
  matcher.wanting(one)
  return asked()
}

test('equal queries are asked once, whoever wants them', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => query(i % 2 === 0 ? '-rain -sun' : ' -rain   -sun '))
  assert.equal(looks(many), looks(many.slice(0, 1)))
  assert.ok(looks([query('-rain'), query('-snow')]) > looks([query('-rain'), query('-rain')]))
  const matcher = createMatcher<number>(nobody)
  for (const [subscriber, one] of many.entries()) matcher.add(subscriber, one)
  assert.equal(matcher.wanting(passing(message('a', 'wind'))).size, 1_000)
  for (let subscriber = 0; subscriber < 999; subscriber++) matcher.remove(subscriber)
  assert.deepEqual([...matcher.wanting(passing(message('a', 'wind')))], [999])
  matcher.remove(999)
  assert.equal(matcher.wanting(passing(message('a', 'wind'))).size, 0)
})

test('patterns are looked up, not tried: of thousands a message is asked for no more than the ways to be one', () => {
  const matcher = createMatcher<number>(nobody)
  for (let i = 0; i < 5_000; i++) matcher.add(i, inChannels(`+/hashtag/tag${i}`, `any/+/name${i}`, `test/text/+`))
  const one = passing(message('a', 'text', 'name7'))
  const ways: number[] = []
  const wanting = matcher.wanting({ ...one, channels: (levels) => (ways.push(levels), one.channels(levels)) })
  assert.equal(wanting.size, 5_000, 'all want any text')
  assert.equal(new Set(ways).size, 3)
  assert.equal(ways.length, 3)
})

test('a handle that changes hands is asked anew for all who named it', () => {
  const owners = new Map<string, string[]>()
  const authorKeys = (handle: string) => owners.get(handle) ?? []
  const matcher = createMatcher<string>(authorKeys)
  const wanted = interest({ channels: [], query: parseQuery('from:star.test', { now: 0 }).query }, authorKeys)
  for (const name of ['a', 'b']) matcher.add(name, wanted)
  owners.set('star.test', ['key:ann'])
  assert.equal(matcher.wanting(passing(message('1', 'x', 'ann'))).size, 0)
  matcher.renew('star.test')
  assert.deepEqual([...matcher.wanting(passing(message('1', 'x', 'ann')))], ['a', 'b'])
})

test('property: whoever comes and goes, those are found who want it when each is asked', () => {
  const texts = fc.constantFrom('rain', '-rain', 'RAIN', 'rain sun', 'from:ann', 'sun*', '-sun -rain', 'lang:de OR rain', '')
  const names = fc.constantFrom('all', 'test', 'bluesky', 'any/hashtag/ulm', '+/hashtag/ulm', 'any/+/ann', 'test/user/+', '+/+/+', 'any/text/#', '+/mention/+', 'bluesky/+/ulm')
  const some = fc.record({ names: fc.array(names, { maxLength: 3 }), text: fc.option(texts, { nil: undefined }) })
  const step = fc.record({ who: fc.integer({ min: 0, max: 4 }), wants: fc.option(some, { nil: undefined }) })
  const said = fc.record({ text: fc.constantFrom('rain', 'sun and rain', 'wind', 'sunny'), user: fc.constantFrom('ann', 'bob'), hashtags: fc.subarray(['ulm', 'x']) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), said, (steps, { text, user, hashtags }) => {
      const matcher = createMatcher<number>(nobody)
      const all = new Map<number, Interest>()
      for (const { who, wants } of steps) {
        matcher.remove(who)
        all.delete(who)
        if (wants === undefined) continue
        const channels = wants.names.flatMap((name) => readChannel(name) ?? [])
        const wanted = interest({ channels, ...(wants.text === undefined ? {} : { query: parseQuery(wants.text, { now: 0 }).query }) }, nobody)
        matcher.add(who, wanted)
        all.set(who, wanted)
      }
      const one = { ...message('a', text, user), hashtags }
      const expected = [...all].filter(([, wanted]) => wanted.wants(passing(one))).map(([who]) => who)
      assert.deepEqual(matcher.wanting(passing(one)), new Set(expected))
    }),
  )
})
