import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { channelName, channelsOf, families, readChannel } from '../../src/stream/channels.ts'
import { message } from '../journal/fixtures.ts'

const tagged = { ...message('a', 'Guten Tag', 'Ann.example'), hashtags: ['OpenSource', 'C++/C#'], mentions: ['Bob'], place_country_code: 'de', language_detected: 'de' }

test('the channels of a message: the names of the original, for its network and across networks', () => {
  assert.deepEqual(channelsOf(tagged, ['hashtag', 'mention', 'country', 'language']), [
    'all', 'test',
    'test/hashtag/opensource', 'any/hashtag/opensource',
    'test/hashtag/c%2B%2B%2Fc%23', 'any/hashtag/c%2B%2B%2Fc%23',
    'test/mention/bob', 'any/mention/bob',
    'test/country/DE', 'any/country/DE',
    'test/language/de', 'any/language/de',
  ])
  assert.deepEqual(channelsOf(tagged, ['user']).slice(2), ['test/user/key:ann.example', 'any/user/key:ann.example', 'test/user/ann.example', 'any/user/ann.example'])
  assert.deepEqual(channelsOf(tagged, ['text']).slice(2), ['test/text/guten', 'any/text/guten', 'test/text/tag', 'any/text/tag'])
})

test('a channel is found however a client writes it', () => {
  for (const [asked, name] of [
    ['all', 'all'], ['Bluesky', 'bluesky'], ['bluesky/hashtag/OpenSource', 'bluesky/hashtag/opensource'], ['twitter/country/de', 'twitter/country/DE'],
    ['any/hashtag/C++', 'any/hashtag/c%2B%2B'], ['any/hashtag/c%2B%2B', 'any/hashtag/c%2B%2B'], ['any/hashtag/KÖLN', 'any/hashtag/köln'],
  ] as const) assert.equal(readChannel(asked)?.name, name, asked)
})

test('the wildcards of MQTT mean what they mean there', () => {
  const matches = (asked: string, name: string) => readChannel(asked)?.pattern?.test(name)
  assert.equal(matches('bluesky/#', 'bluesky/hashtag/x'), true)
  assert.equal(matches('bluesky/#', 'bluesky'), true)
  assert.equal(matches('bluesky/#', 'blueskies/hashtag/x'), false)
  assert.equal(matches('+/hashtag/x', 'test/hashtag/x'), true)
  assert.equal(matches('+/hashtag/x', 'test/hashtag/xy'), false)
  assert.equal(matches('any/hashtag/+', 'any/hashtag/x'), true)
  assert.equal(matches('any/hashtag/+', 'any/mention/x'), false)
})

test('what can never be a channel is refused', () => {
  for (const asked of ['', '/', 'a//b', 'bluesky/nosuch/x', 'bluesky/hashtag', 'bluesky/hashtag/a/b', '#/x', 'bluesky/hash+tag/x', `all${'x'.repeat(600)}`]) assert.equal(readChannel(asked), undefined, asked)
})

test('property: every channel of every message can be asked for by its name, and fits into a topic of MQTT', () => {
  fc.assert(
    fc.property(fc.constantFrom(...families), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (family, name) => {
      const written = channelName(family, name)
      assert.ok(!/[+#/\0]/.test(written))
      assert.equal(channelName(family, decodeURIComponent(written)), written)
      if (written.trim() === written) assert.equal(readChannel(`any/${family}/${written}`)?.name, `any/${family}/${written}`)
    }),
  )
})
