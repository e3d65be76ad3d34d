import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { enrich } from '../../src/enrich/enrich.ts'
import { isMessageDraft, messageFields, misfit } from '../../src/message/schema.ts'
import { sharedData } from '../shared-data.ts'
import { anyDraft, draftOf, facetOver, seen } from './drafts.ts'

const seenText = '2026-11-22T18:00:00.000Z'

describe('enrich', () => {
  it('makes a complete message of the least that a source gives', () => {
    const { message, notes } = enrich(draftOf('Hello'), seen)
    assert.deepEqual(message, {
      timestamp: seenText, created_at: seenText, screen_name: 'ann', text: 'Hello',
      id_str: 'bluesky:did:plc:ann:3k', network: 'bluesky', source_type: 'GENERIC', provider_type: 'NOONE',
      reply_count: 0, retweet_count: 0, favourites_count: 0,
      hosts: [], links: [], images: [], audio: [], videos: [], mentions: [], hashtags: [], user: { screen_name: 'ann' },
    })
    assert.deepEqual(notes, [])
  })

  it('finds what the text has, and what that means', () => {
    const text = 'Look @bob.test: https://Example.org/Rain.PNG and https://music.youtube.com/watch?v=1 #Rain #wind #rain'
    const { message } = enrich(draftOf(text), seen)
    assert.deepEqual(message.links, ['https://Example.org/Rain.PNG', 'https://music.youtube.com/watch?v=1'])
    assert.deepEqual(message.hosts, ['example.org', 'music.youtube.com'])
    assert.deepEqual(message.images, ['https://Example.org/Rain.PNG'])
    assert.deepEqual(message.videos, ['https://music.youtube.com/watch?v=1'])
    assert.deepEqual(message.mentions, ['bob.test'])
    assert.deepEqual(message.hashtags, ['Rain', 'wind'])
  })

  it('puts what is given before what the text yields, each once', () => {
    const { message } = enrich(draftOf('#rain #Sun @Bob @eve https://b.org/2 https://a.org/1', {
      hashtags: ['Rain'], mentions: ['bob'], links: ['https://a.org/1', 'https://a.org/1'], hosts: ['given.org'],
    }), seen)
    assert.deepEqual(message.hashtags, ['Rain', 'Sun'])
    assert.deepEqual(message.mentions, ['bob', 'eve'])
    assert.deepEqual(message.links, ['https://a.org/1', 'https://b.org/2'])
    assert.deepEqual(message.hosts, ['given.org', 'a.org', 'b.org'])
  })

  it('leaves given images in their places, because their descriptions go by place', () => {
    const given = { images: ['https://cdn.test/1', 'https://cdn.test/1'], image_alts: ['first', 'second'] }
    const { message } = enrich(draftOf('and https://a.org/3.jpg', given), seen)
    assert.deepEqual(message.images, ['https://cdn.test/1', 'https://cdn.test/1', 'https://a.org/3.jpg'])
    assert.deepEqual(message.image_alts, ['first', 'second'])
  })

  it('leaves the text as it was written and has the whole address of a shortened link', () => {
    const text = 'www.youtube.com/watch?v=V5lD...'
    const facets = [facetOver(text, text, { uri: 'https://www.youtube.com/watch?v=V5lDo-jw8mA' })]
    const { message, notes } = enrich(draftOf(text, { facets }), seen)
    assert.equal(message.text, text)
    assert.deepEqual(message.links, ['https://www.youtube.com/watch?v=V5lDo-jw8mA'])
    assert.deepEqual(message.videos, message.links)
    assert.deepEqual(message.facets, facets)
    assert.deepEqual(notes, [])
  })

  it('keeps times that make sense and repairs the others', () => {
    const times = (given: object) => {
      const { message: { timestamp, created_at, created_at_claimed, edited_at }, notes } = enrich(draftOf('', given), seen)
      return { timestamp, created_at, created_at_claimed, edited_at, notes }
    }
    assert.deepEqual(times({ timestamp: '2017-04-11T16:20:21.827Z', created_at: '2017-04-11T16:20:05+00:00', edited_at: '2018-01-01' }), {
      timestamp: '2017-04-11T16:20:21.827Z', created_at: '2017-04-11T16:20:05.000Z', created_at_claimed: undefined, edited_at: '2018-01-01T00:00:00.000Z', notes: [],
    })
    assert.deepEqual(times({ timestamp: 'soon', created_at: '2099-01-01T00:00:00.000Z', edited_at: '' }), {
      timestamp: seenText, created_at: seenText, created_at_claimed: '2099-01-01T00:00:00.000Z', edited_at: seenText,
      notes: ['created-at-changed', 'timestamp-unusable', 'edited-at-unusable'],
    })
    assert.equal(times({ created_at: seenText, created_at_claimed: '2099' }).created_at_claimed, '2099', 'a claim that is there stays')
  })

  it('knows the original\'s names of sources and counts the others', () => {
    assert.equal(enrich(draftOf('', { source_type: 'TWITTER', provider_type: 'IMPORT' }), seen).message.source_type, 'TWITTER')
    const { message, notes } = enrich(draftOf('', { source_type: 'USER', provider_type: 'ME', retweet_count: 1e300 }), seen)
    assert.deepEqual([message.source_type, message.provider_type, message.retweet_count], ['GENERIC', 'NOONE', 0])
    assert.deepEqual(notes, ['source-type-unknown', 'provider-type-unknown', 'count-unusable'])
  })

  it('carries unknown keys along behind the known ones, but no counts that follow from the message', () => {
    const foreign: object = JSON.parse('{"x_note":{"a":1},"__proto__":{"b":2},"text_length":99,"hashtags_count":7}')
    const { message } = enrich({ ...foreign, ...draftOf('#a') }, seen)
    assert.deepEqual(Object.keys(message).slice(-3), ['user', 'x_note', '__proto__'])
    assert.match(JSON.stringify(message), /"x_note":\{"a":1\},"__proto__":\{"b":2\}\}$/)
    assert.equal(Object.getPrototypeOf(message), Object.prototype)
  })

  it('takes no key of a line from a draft: it would win over that of the journal', () => {
    const foreign: object = JSON.parse('{"$P":"D","$T":1,"$I":true,"$x":2}')
    const { message } = enrich({ ...foreign, ...draftOf('a') }, seen)
    assert.deepEqual(Object.keys(message).slice(-2), ['user', '$x'])
  })

  const dump = sharedData('data/loklak/messages_20170411_17092725.txt')
  it('completes every line of a dump of the original and loses nothing of it', { skip: dump.skip }, () => {
    const lines = readFileSync(dump.path, 'utf8').trim().split('\n')
    const messages = lines.map((line) => {
      const given: unknown = { network: 'twitter', ...JSON.parse(line) }
      assert.ok(isMessageDraft(given), misfit('draft', given))
      const { message, notes } = enrich(given, seen)
      assert.deepEqual(notes, [])
      assert.deepEqual({ ...message, ...given }, message)
      return message
    })
    assert.equal(messages.length, 5)
    assert.deepEqual(messages.map(({ language_detected }) => language_detected).slice(0, 3), ['fr', 'en', 'en'])
    assert.deepEqual(messages.map(({ hashtags }) => hashtags[0]), [undefined, 'DontMakeItEasyForThieves', undefined, undefined, undefined])
    assert.deepEqual(messages[2]?.hosts, ['www.bittopper.com'])
  })
})

describe('every message that enrich makes', () => {
  const each = (check: (draft: typeof anyDraft extends fc.Arbitrary<infer D> ? D : never) => void) =>
    fc.assert(fc.property(anyDraft, check), { numRuns: 300 })

  it('has its fields in the order of the schema, none of them undefined', () => {
    each((draft) => {
      const { message } = enrich(draft, seen)
      const keys = Object.keys(message)
      assert.deepEqual(keys.filter((key) => messageFields.includes(key)), messageFields.filter((field) => keys.includes(field)))
      assert.ok(Object.values(message).every((value) => value !== undefined))
    })
  })

  it('is not changed by enriching it again, then or later', () => {
    each((draft) => {
      const { message } = enrich(draft, seen)
      assert.deepEqual(enrich(message, seen).message, message)
      assert.deepEqual(enrich(message, seen + 1000).message, message)
      assert.deepEqual(Object.keys(enrich(message, seen).message), Object.keys(message))
    })
  })

  it('keeps every given field', () => {
    const repaired = new Set(['timestamp', 'created_at', 'edited_at', 'source_type', 'provider_type', 'reply_count', 'retweet_count'])
    const grown = new Set(['links', 'hosts', 'images', 'audio', 'videos', 'mention_ids', 'mentions', 'hashtags'])
    const fold = (value: unknown) => String(value).toLowerCase()
    each((draft) => {
      const { message } = enrich(draft, seen)
      for (const [key, given] of Object.entries(draft)) {
        const kept: unknown = Object.getOwnPropertyDescriptor(message, key)?.value
        if (grown.has(key) && Array.isArray(given) && Array.isArray(kept)) assert.ok(new Set(given.map(fold)).isSubsetOf(new Set(kept.map(fold))), key)
        else if (!repaired.has(key)) assert.deepEqual(kept, given, key)
      }
    })
  })
})
