import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { enrich } from '../../../src/enrich/enrich.ts'
import { idTime, messageId } from '../../../src/message/identity.ts'
import type { Entry } from '../../../src/message/line.ts'
import { isAuthor, isMessage, isMessageDraft, type Message } from '../../../src/message/schema.ts'
import { decodeDumpLine } from '../../../src/sources/dump/decode.ts'
import { sampleDrafts, sampleEntries, sampleLines, type Sample } from '../../../src/sources/sample/sample.ts'

const day = 86_400_000
const until = Date.UTC(2026, 5, 1, 12)
const small: Sample = { count: 1500, seed: 1, until, days: 3 }
const large: Sample = { count: 20_000, seed: 1, until, days: 7 }

/** As read back from a dump. */
const read = (message: Message): unknown => JSON.parse(JSON.stringify(message))
const written = (entries: Iterable<Entry>): Message[] => Array.from(entries).flatMap((entry) => (entry.op === 'I' ? [entry.message] : []))
const largeEntries = [...sampleEntries(large)]
const messages = written(largeEntries)

describe('a sample', () => {
  test('has the same bytes for the same seed, and others for another', () => {
    const text = (sample: Sample): string => [...sampleLines(sample)].join('\n')
    assert.equal(text(small), text(small))
    assert.notEqual(text(small), text({ ...small, seed: 2 }))
    assert.notEqual(text(small), text({ ...small, until: until - 1 }))
  })

  test('of another seed has other people', () => {
    const keys = (seed: number): Set<string> => new Set(written(sampleEntries({ ...small, seed })).flatMap(({ user }) => user.user_id ?? []))
    const first = keys(1)
    assert.ok(first.intersection(keys(2)).size < first.size / 10)
  })

  test('is labelled on every message and every author', () => {
    for (const entry of largeEntries) {
      if (entry.op === 'D') assert.match(entry.id_str, /^sample:/)
      else if (entry.op === 'A') {
        const { network, handle, labels } = entry.author
        assert.deepEqual([network, handle?.endsWith('.sample'), labels], ['sample', true, ['generated']])
      } else {
        const { network, screen_name, labels, user } = entry.message
        assert.deepEqual([network, screen_name.endsWith('.sample'), labels, user.screen_name], ['sample', true, ['generated'], screen_name])
      }
    }
  })

  test('leads nowhere', () => {
    const addresses = messages.flatMap(({ links, images, videos, link, user }) => [...links, ...images, ...videos, link ?? '', user.profile_image_url_https ?? ''])
    for (const address of new Set(addresses)) assert.match(new URL(address).hostname, /(^|\.)example(\.(org|com|net))?$/)
  })
})

describe('the lines of a sample', () => {
  test('can be imported, all of them, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 400 }), (seed, count, days) => {
        let fresh = 0
        for (const line of sampleLines({ seed, count, until, days })) {
          const decoded = decodeDumpLine(line)
          assert.ok('draft' in decoded, 'bad' in decoded ? `${decoded.bad}: ${line}` : '')
          if (decoded.draft.kind === 'message') fresh++
        }
        assert.equal(fresh, count)
      }),
      { numRuns: 30 },
    )
  })

  test('have what readers of the original look for, and no position', () => {
    for (const line of sampleLines(small)) {
      assert.ok(!line.includes('"$T"') && !line.includes('\n'))
      const json: unknown = JSON.parse(line)
      assert.ok(typeof json === 'object' && json !== null)
      const isMessageLine = '$P' in json && (json.$P === 'I' || json.$P === 'U')
      assert.equal('user' in json, isMessageLine)
      if (isMessageLine) for (const field of ['timestamp', 'created_at', 'screen_name', 'text', 'link', 'id_str', 'source_type', 'provider_type', 'retweet_count', 'favourites_count']) assert.ok(field in json, field)
    }
  })
})

describe('a generated message', () => {
  test('is complete: enrichment has nothing to add, to repair or to put in order', () => {
    for (const message of messages.slice(0, 4000)) {
      const kept = read(message)
      assert.ok(isMessage(kept))
      const enriched = enrich(kept, until)
      assert.equal(JSON.stringify(enriched.message), JSON.stringify(kept))
      assert.deepEqual(enriched.notes, [])
    }
  })

  test('offered as a source would, is completed to the same', () => {
    let reliable = 0
    const drafts = [...sampleDrafts(small)].flatMap((draft) => (draft.kind === 'message' ? [draft.message] : []))
    for (const [at, original] of written(sampleEntries(small)).entries()) {
      const draft = drafts[at]
      assert.ok(isMessageDraft(draft))
      assert.deepEqual([draft.hosts, draft.timestamp, draft.language_detected], [undefined, undefined, undefined])
      const { message } = enrich(draft, Date.parse(original.timestamp))
      if (message.language_detected === original.language_detected) reliable++
      assert.deepEqual(read({ ...message, language_detected: original.language_detected }), read(original))
    }
    assert.ok(reliable > 0.9 * small.count, 'its language can be told')
  })

  test('has an id of its own that carries its time', () => {
    const ids = new Set<string>()
    for (const { id_str, created_at } of messages) {
      assert.equal(Math.floor((idTime(id_str) ?? 0) / 1000), Date.parse(created_at))
      assert.equal(messageId('sample', id_str.slice('sample:'.length)), id_str)
      ids.add(id_str)
    }
    assert.equal(ids.size, large.count)
  })

  test('arrives in order, after it was written, within the days', () => {
    let last = until - large.days * day
    for (const { timestamp, created_at } of messages) {
      const seen = Date.parse(timestamp)
      assert.ok(seen >= last && seen <= until)
      assert.ok(Date.parse(created_at) <= seen)
      last = seen
    }
  })

  test('answers and quotes what was written before', () => {
    const times = new Map<string, string>()
    for (const { id_str, created_at, reply_to_id, quote_id, conversation_id } of messages) {
      for (const id of [reply_to_id, quote_id, conversation_id]) assert.ok(id === undefined || (times.get(id) ?? 'z') <= created_at)
      assert.equal(reply_to_id === undefined, conversation_id === undefined)
      times.set(id_str, created_at)
    }
  })
})

describe('what happens in a sample', () => {
  test('authors are told of before they write, and under the name that they have', () => {
    const handles = new Map<string, string | undefined>()
    const states = new Map<string, string | undefined>()
    for (const entry of largeEntries) {
      if (entry.op === 'A') {
        assert.ok(isAuthor(entry.author))
        assert.notEqual(states.get(entry.author.key), 'deleted')
        handles.set(entry.author.key, entry.author.handle)
        states.set(entry.author.key, entry.author.state)
      } else if (entry.op !== 'D') {
        const { user_id = '', screen_name } = entry.message.user
        assert.equal(handles.get(user_id), screen_name)
        assert.equal(states.get(user_id), 'active')
      }
    }
  })

  test('only what is there is edited or deleted, an edit is later than what it replaces, and deleted is for ever', () => {
    const there = new Map<string, number>()
    for (const entry of largeEntries) {
      if (entry.op === 'I') there.set(entry.message.id_str, 0)
      if (entry.op === 'U') {
        const { id_str, edited_at = '', timestamp } = entry.message
        assert.ok(Date.parse(edited_at) > (there.get(id_str) ?? Infinity))
        assert.ok(edited_at >= timestamp)
        there.set(id_str, Date.parse(edited_at))
      }
      if (entry.op === 'D') assert.ok(there.delete(entry.id_str))
    }
  })
})

describe('the distribution', () => {
  const share = (has: (message: Message) => boolean): number => messages.filter(has).length / messages.length
  const between = (value: number, low: number, high: number, what: string): void => assert.ok(value > low && value < high, `${what}: ${value}`)

  test('has many languages, English first, each in its script', () => {
    const of = (code: string): number => share(({ language_detected }) => language_detected === code)
    between(of('en'), 0.33, 0.4, 'en')
    between(of('ja'), 0.15, 0.21, 'ja')
    between(of('th'), 0.01, 0.03, 'th')
    const scripts: readonly (readonly [string, RegExp])[] = [
      ['ru', /\p{Script=Cyrillic}/u], ['ar', /\p{Script=Arabic}/u], ['ja', /\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Han}/u], ['zh', /\p{Script=Han}/u],
      ['ko', /\p{Script=Hangul}/u], ['th', /\p{Script=Thai}/u], ['en', /[a-z]/],
    ]
    for (const [code, script] of scripts) for (const { text, language_detected } of messages) if (language_detected === code) assert.match(text, script)
  })

  test('has what messages have, about as often', () => {
    between(share(({ hashtags }) => hashtags.length > 0), 0.1, 0.3, 'hashtags')
    between(share(({ mentions, mention_ids }) => mentions.length > 0 && mention_ids?.length === mentions.length), 0.05, 0.2, 'mentions')
    between(share(({ links }) => links.length > 0), 0.1, 0.25, 'links')
    between(share(({ images }) => images.length > 0), 0.1, 0.25, 'images')
    between(share(({ images, image_alts }) => image_alts?.some((alt) => alt !== '') === true && image_alts.length === images.length), 0.05, 0.2, 'image_alts')
    between(share(({ reply_to_id }) => reply_to_id !== undefined), 0.2, 0.4, 'replies')
    between(share(({ quote_id }) => quote_id !== undefined), 0.02, 0.06, 'quotes')
    between(share(({ location_point }) => location_point !== undefined), 0.02, 0.05, 'places')
    between(share(({ text }) => /\p{Extended_Pictographic}/u.test(text)), 0.1, 0.3, 'emoji')
    between(share(({ language_claimed }) => language_claimed === undefined), 0.05, 0.15, 'no claim')
    between(share(({ favourites_count }) => favourites_count > 0), 0.3, 0.7, 'favourites')
    between(share(({ timestamp, created_at }) => Date.parse(timestamp) - Date.parse(created_at) > 60_000), 0.005, 0.03, 'late')
  })

  test('has edits, deletes, renamed and hidden authors', () => {
    const count = (is: (entry: Entry) => boolean): number => largeEntries.filter(is).length
    between(count(({ op }) => op === 'U') / large.count, 0.005, 0.02, 'edits')
    between(count(({ op }) => op === 'D') / large.count, 0.005, 0.02, 'deletes')
    assert.ok(count((entry) => entry.op === 'A' && /\d\.sample$/.test(entry.author.handle ?? '')) > 5)
    assert.ok(count((entry) => entry.op === 'A' && entry.author.state === 'hidden') > 0)
    assert.ok(count((entry) => entry.op === 'A' && entry.author.state === 'deleted') > 0)
  })

  test('of words and of authors has a head and a long tail', () => {
    const ranked = (names: readonly string[]): number[] => {
      const counts = new Map<string, number>()
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
      return [...counts.values()].sort((a, b) => b - a)
    }
    const words = ranked(messages.filter(({ language_detected }) => language_detected === 'en').flatMap(({ text }) => text.toLowerCase().match(/[a-z]+/g) ?? []))
    assert.ok((words[0] ?? 0) > 5 * (words[19] ?? 0), 'the first word comes far more often than the twentieth')
    assert.ok(words.filter((count) => count === 1).length > words.length / 2, 'most words come once')
    const authors = ranked(messages.map(({ user }) => user.user_id ?? ''))
    between((authors[0] ?? 0) / large.count, 0.002, 0.03, 'the busiest author')
    assert.ok(authors.length > 1000 && authors.length < large.count)
  })
})
