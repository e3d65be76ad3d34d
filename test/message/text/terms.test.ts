import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { messageTerms, metaTerm } from '../../../src/message/text/terms.ts'
import { message } from '../../query/messages.ts'
import { sharedData } from '../../shared-data.ts'
import { character } from '../../support/characters.ts'

const meta = (fields: Partial<Parameters<typeof message>[0]>): readonly string[] => messageTerms(message({ text: 'x'.repeat(200), ...fields })).meta

describe('the terms of a message', () => {
  test('name everything that a filter asks about', () => {
    const { words, meta } = messageTerms(
      message({
        text: 'Heavy rain in #Köln',
        screen_name: 'Ann.Example.org',
        user: { screen_name: 'Ann.Example.org', user_id: 'did:plc:abc' },
        hashtags: ['Köln', 'KÖLN', 'two words'],
        mentions: ['Bob'],
        mention_ids: ['did:plc:bob'],
        links: ['https://news.bbc.co.uk/'],
        hosts: ['news.bbc.co.uk'],
        images: ['a'],
        language_detected: 'en',
        language_claimed: ['de'],
        reply_to_id: 'bluesky:did:plc:bob:3kx',
        conversation_id: 'bluesky:did:plc:eve:3ka',
        place_name: 'Köln',
        place_context: 'FROM',
        location_point: [7, 51],
        location_source: 'USER',
      }),
    )
    assert.deepEqual(words, ['heavy', 'rain', 'in', 'koln'])
    assert.deepEqual(
      [...meta].sort(),
      [
        '#koln', '#two~20words', '@bob', '@did:plc:bob', 'a=ann.example.org', 'u=did:plc:abc', 'l=en', 'n=bluesky', 's=bluesky', 'k=news.bbc.co.uk', 'k=bbc.co.uk', 'k=co.uk',
        'c=bluesky:did:plc:eve:3ka', 'r=bluesky:did:plc:bob:3kx', 'p=from', 'o=user', 't=25',
        'h=image', 'h=link', 'h=mention', 'h=hashtag', 'h=location', 'h=place', 'h=language', 'h=reply',
      ].sort(),
    ) // prettier-ignore
  })

  test('the language is the detected one, else the first claimed without its region', () => {
    assert.ok(meta({ language_claimed: ['en-GB', 'de'] }).includes('l=en'))
    assert.ok(meta({ language_claimed: ['de'], language_detected: 'nl' }).includes('l=nl'))
    assert.ok(!meta({}).some((term) => term.startsWith('l=') || term === 'h=language'))
  })

  test('pure is what has no picture, sound, film, link, mention or tag', () => {
    assert.ok(meta({ place_name: 'Ulm', reply_to_id: '1' }).includes('h=pure'))
    assert.ok(!meta({ hashtags: ['x'] }).includes('h=pure'))
  })

  test('the length is the smallest that the text fits into', () => {
    for (const [length, term] of [[0, 't=25'], [25, 't=25'], [26, 't=50'], [100, 't=100'], [101, undefined]] as const) {
      assert.deepEqual(meta({ text: 'x'.repeat(length) }).filter((term) => term.startsWith('t=')), term === undefined ? [] : [term])
    }
  })

  test('a host is found by its Unicode name; an address has no domain above it', () => {
    assert.ok(meta({ hosts: ['xn--mnchen-3ya.example'] }).includes(metaTerm('k=', 'münchen.example')))
    assert.deepEqual(meta({ hosts: ['192.0.2.1'] }).filter((term) => term.startsWith('k=')), ['k=192.0.2.1'])
  })
})

describe('a term', () => {
  test('has no space and of ASCII only what the index takes for one token', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: character })), (name) => {
        const term = metaTerm('#', name)
        assert.doesNotMatch(term, /[\p{ASCII}--[a-z0-9#@:.\/_=~\-]]/v)
        assert.ok(term.isWellFormed())
      }),
      { numRuns: 5000 },
    )
  })

  test('keeps names apart that differ in more than case and diacritics', () => {
    assert.equal(new Set(['a b', 'a+b', 'a~20b', 'ab', 'a.b', 'a-b'].map((name) => metaTerm('#', name))).size, 6)
    assert.ok(metaTerm('u=', 'x'.repeat(10_000)).length <= 514)
  })
})

const recorded = sharedData('data/bluesky/jetstream-v1-recorded.jsonl')
test('real posts in many scripts have words', { skip: recorded.skip }, () => {
  const texts = Array.from(readFileSync(recorded.path, 'utf8').matchAll(/"text":("(?:[^"\\]|\\.)+")/gu), ([, text = '""']) => String(JSON.parse(text)))
  assert.ok(texts.length > 10)
  for (const text of texts.filter((text) => /\p{L}/u.test(text))) assert.ok(messageTerms(message({ text })).words.length > 0, text)
})
