import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { channelName, channelsOf, families, opened, openLevels, readChannel } from '../../src/stream/channels.ts'
import { words } from '../../src/message/text/tokens.ts'
import { message } from '../journal/fixtures.ts'
import { character } from '../support/characters.ts'

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
  ] as const) assert.equal(readChannel(asked), name, asked)
})

test('the wildcards of MQTT mean what they mean there', () => {
  for (const [asked, name] of [
    ['#', 'all'], ['+', 'all'], ['+/#', 'all'], ['all/#', 'all'], ['Bluesky/#', 'bluesky'], ['any/#', 'any/+/+'],
    ['any/hashtag/#', 'any/hashtag/+'], ['+/hashtag/x', '+/hashtag/x'], ['bluesky/+/X', 'bluesky/+/x'],
  ] as const) assert.equal(readChannel(asked), name, asked)
  const fits = (pattern: string, name: string) => opened(name, openLevels(pattern)) === pattern
  assert.equal(fits('+/hashtag/x', 'test/hashtag/x'), true)
  assert.equal(fits('+/hashtag/x', 'test/hashtag/xy'), false)
  assert.equal(fits('any/hashtag/+', 'any/hashtag/x'), true)
  assert.equal(fits('any/hashtag/+', 'any/mention/x'), false)
})

test('the words of a message are folded, so a channel of a word is', () => {
  assert.equal(readChannel('any/text/Köln'), 'any/text/koln')
  assert.equal(readChannel('any/text/K%C3%B6ln'), 'any/text/koln')
  for (const asked of ['any/text/two words', 'any/text/!?']) assert.equal(readChannel(asked), undefined, asked)
})

test('what can never be a channel is refused', () => {
  for (const asked of ['any', 'all/user/x', 'all/hashtag/+', 'no such network/user/x', 'bluesky/+', '', '/', 'a//b', 'bluesky/nosuch/x', 'bluesky/hashtag', 'bluesky/hashtag/a/b', '#/x', 'bluesky/hash+tag/x', `all${'x'.repeat(600)}`]) assert.equal(readChannel(asked), undefined, asked)
})

test('property: every channel of every message can be asked for by its name, and fits into a topic of MQTT', () => {
  fc.assert(
    fc.property(fc.constantFrom(...families), fc.string({ unit: character, minLength: 1, maxLength: 40 }), (family, given) => {
      const name = family === 'text' ? words(given)[0] ?? 'x' : given
      const written = channelName(family, name)
      assert.ok(!/[+#/\0]/.test(written))
      assert.equal(channelName(family, decodeURIComponent(written)), written)
      if (written.trim() === written) assert.equal(readChannel(`any/${family}/${written}`), `any/${family}/${written}`)
    }),
  )
})
