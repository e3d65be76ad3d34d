import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../../src/message/line.ts'
import { startOfStretch } from '../../../src/stream/mqtt/stretch.ts'
import { createPublications } from '../../../src/stream/mqtt/topics.ts'
import { createWent } from '../../../src/stream/mqtt/went.ts'
import { author, edit, insert, message, remove } from '../../journal/fixtures.ts'

const tagged = (op: 'I' | 'U', id: string, ...hashtags: string[]): Entry => ({ op, imported: false, message: { ...message(id), hashtags } })

/** Asks what is published for entries, one after the other, each a second after the one before. */
function publishing(families: Parameters<typeof createPublications>[0]) {
  const publications = createPublications(families, '')
  let position = 1
  const topics = (entry: Entry, at = position++) => publications({ ...entry, position: at })?.topics
  return { topics, last: () => position - 1 }
}

test('which families are published is a choice, and a prefix stands before every topic', () => {
  const publications = createPublications(['all', 'text'], 'loklak/')
  const publication = publications({ ...insert('test:a', 'rain rain Sun'), position: 1 })
  assert.deepEqual(publication?.topics, ['loklak/all', 'loklak/test/text/rain', 'loklak/any/text/rain', 'loklak/test/text/sun', 'loklak/any/text/sun'])
  assert.deepEqual(publications({ ...remove('test:a'), position: 2 })?.topics, publication?.topics)
})

test('the payload is the message with its position and what happened', () => {
  const publication = createPublications(['all'], '')({ ...insert('test:a', 'rain'), position: 7 })
  const { $T, $P, id_str, text }: Record<string, unknown> = JSON.parse(String(publication?.payload))
  assert.deepEqual([$T, $P, id_str, text], [7, 'I', 'test:a', 'rain'])
})

test('what is imported, and the delete of what was never there, is not announced', () => {
  const { topics } = publishing(['all'])
  assert.equal(topics({ op: 'I', imported: true, message: message('x') }), undefined)
  assert.equal(topics({ op: 'D', imported: false, id_str: 'x', created_at: undefined }), undefined)
})

test('a delete whose message is not remembered is told to all and its network', () => {
  assert.deepEqual(publishing(['all', 'network', 'user']).topics(remove('test:unseen')), ['all', 'test'])
  assert.deepEqual(publishing(['all', 'network', 'user']).topics(remove('123')), ['all'], 'ids of the original do not say theirs')
})

test('who heard any version of a message hears of its end', () => {
  const { topics } = publishing(['hashtag'])
  assert.deepEqual(topics(tagged('I', 'a', 'sun')), ['test/hashtag/sun', 'any/hashtag/sun'])
  assert.deepEqual(topics(tagged('U', 'a', 'rain')), ['test/hashtag/rain', 'any/hashtag/rain', 'test/hashtag/sun', 'any/hashtag/sun'])
  assert.deepEqual(topics(remove('a')), ['test/hashtag/rain', 'any/hashtag/rain', 'test/hashtag/sun', 'any/hashtag/sun'])
})

test('what is gone is not told any more, new or edited, but its delete goes where it was or would have been', () => {
  const gone = new Set<string>()
  const publications = createPublications(['hashtag'], '', ({ id_str }) => gone.has(id_str))
  const topics = (position: number, entry: Entry) => publications({ ...entry, position })?.topics
  assert.deepEqual(topics(1, tagged('I', 'a', 'sun')), ['test/hashtag/sun', 'any/hashtag/sun'])
  gone.add('a')
  assert.equal(topics(1, tagged('I', 'a', 'sun')), undefined, 'again, after a break')
  assert.equal(topics(2, tagged('U', 'a', 'rain')), undefined)
  assert.deepEqual(topics(3, remove('a')), ['test/hashtag/rain', 'any/hashtag/rain', 'test/hashtag/sun', 'any/hashtag/sun'])
})

/** A new name; the state is what it was since a position. */
const renamed = (name: string, state_since: number): Entry => ({ op: 'A', imported: false, author: { key: 'ann', network: 'test', handle: 'ann.test', name, state: 'active', state_since } })

test('of authors only what ends or begins again is told: hidden, deleted, back; under any as well', () => {
  const { topics } = publishing(['all', 'network', 'user'])
  const told = ['all', 'test', 'test/user/ann', 'any/user/ann', 'test/user/ann.test', 'any/user/ann.test']
  assert.equal(topics(renamed('Ann', 0)), undefined, 'a name is no news')
  assert.deepEqual(topics(author('ann', 'Ann', 'hidden')), told)
  assert.deepEqual(topics(author('ann', 'Ann')), told, 'back')
  assert.equal(topics(renamed('Anna', 3)), undefined)
  assert.deepEqual(topics(author('ann', 'Anna', 'deleted')), told)
})

test('records that come again after a break are published as the first time', () => {
  const publications = createPublications(['all', 'hashtag', 'user'], '')
  const entries = [tagged('I', 'a', 'sun'), author('ann', 'Ann', 'hidden'), author('ann', 'Ann'), tagged('U', 'a', 'rain'), author('ann', 'Anna'), remove('a'), edit('b', 'x')]
  const records = entries.map((entry, i) => ({ ...entry, position: i + 1 }))
  const first = records.map((record) => publications(record)?.topics)
  for (const from of records.keys()) assert.deepEqual(records.slice(from).map((record) => publications(record)?.topics.toSorted()), first.slice(from).map((topics) => topics?.toSorted()), `from ${from}`)
})

test('where messages went is remembered by bytes; what was set longest ago goes first', () => {
  const went = createWent(10_000)
  for (let i = 0; i < 100; i++) went.set(`id-${i}`, ['all', `test/hashtag/${i}`])
  assert.equal(went.get('id-0'), undefined)
  assert.deepEqual(went.get('id-99'), ['all', 'test/hashtag/99'])
  assert.deepEqual(went.get('id-50'), ['all', 'test/hashtag/50'])
  went.set('too much', ['x'.repeat(20_000)])
  assert.equal(went.get('too much'), undefined)
  went.set('after', ['all'])
  assert.deepEqual(went.get('after'), ['all'])
})

test('looking back reads about so many bytes of the dumps before a place', () => {
  const open = { from: 1_000, bytes: 100, sealed: false }
  assert.equal(startOfStretch([open], 2_000, 1_000), 999, 'all of it')
  assert.equal(startOfStretch([open], 2_000, 10), 1_900, 'its last tenth')
  const sealed = { from: 0, bytes: 50, sealed: true }
  assert.equal(startOfStretch([sealed, open], 2_000, 1_000), -1, 'a sealed one that fits')
  assert.equal(startOfStretch([sealed, open], 2_000, 200), 999, 'one that does not fit, packed as it is, is left out')
  assert.equal(startOfStretch([sealed, open], 500, 1_000), -1, 'what begins after the place does not count')
  assert.equal(startOfStretch([], 2_000, 1_000), 2_000)
})
