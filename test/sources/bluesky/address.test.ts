import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dictionaryUrl, parseAddress, subscriptionUrl } from '../../../src/sources/bluesky/address.ts'

const v1 = 'wss://jetstream1.us-east.bsky.network/subscribe'
const v2 = 'wss://jetstream.us-east.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents'
const asked = { collections: ['app.bsky.feed.post', 'app.bsky.actor.profile'], cursor: 1_795_370_261_506_444, dictionary: null, mostBytes: 1000 }
const parameters = (url: string): [string, string][] => [...new URL(url).searchParams]

describe('the address of a server', () => {
  test('tells by its path which wire is spoken', () => {
    assert.equal(parseAddress(v1).version, 1)
    assert.equal(parseAddress(v2).version, 2)
    assert.equal(parseAddress('ws://127.0.0.1:4584/behind/a/proxy/subscribe').version, 1)
  })

  test('is shown without credentials and parameters', () => {
    assert.equal(parseAddress('wss://me:secret@example.org:99/subscribe?key=secret').label, 'wss://example.org:99/subscribe')
  })

  test('that is none is refused with a reason', () => {
    for (const [text, why] of [['htp://x', /"htp:\/\/x" is not a ws:\/\/ or wss:\/\/ address/], ['', /is not a ws/], ['https://example.org/subscribe', /is not a ws/], ['wss://example.org/', /must end with \/subscribe or/]] as const)
      assert.throws(() => parseAddress(text), (error: Error) => 'code' in error && error.code === 'BAD_SETTING' && why.test(error.message))
  })
})

describe('a subscription', () => {
  test('of v1 asks for collections by its own names', () => {
    assert.deepEqual(parameters(subscriptionUrl(parseAddress(v1), asked)), [
      ['cursor', '1795370261506444'], ['maxMessageSizeBytes', '1000'], ['wantedCollections', 'app.bsky.feed.post'], ['wantedCollections', 'app.bsky.actor.profile'],
    ])
  })

  test('of v2 names the kinds, with commit: a server refuses collections without it', () => {
    assert.deepEqual(parameters(subscriptionUrl(parseAddress(v2), asked)), [
      ['cursor', '1795370261506444'], ['maxMessageSizeBytes', '1000'], ['kinds', 'commit'], ['kinds', 'identity'], ['kinds', 'account'],
      ['collections', 'app.bsky.feed.post'], ['collections', 'app.bsky.actor.profile'],
    ])
  })

  test('without a cursor is live; with a dictionary it is compressed', () => {
    const live = { ...asked, cursor: null, collections: [], dictionary: 20260811 }
    assert.deepEqual(parameters(subscriptionUrl(parseAddress(v1), live)), [['maxMessageSizeBytes', '1000'], ['compress', 'true']])
    assert.deepEqual(parameters(subscriptionUrl(parseAddress(v2), live)).at(-1), ['zstdDictionary', '20260811'])
  })

  test('keeps what the operator wrote into the address, but not a cursor', () => {
    const url = subscriptionUrl(parseAddress(`${v1}?wantedDids=did:plc:a&cursor=1`), { ...asked, collections: [] })
    assert.deepEqual(parameters(url), [['wantedDids', 'did:plc:a'], ['cursor', '1795370261506444'], ['maxMessageSizeBytes', '1000']])
  })
})

test('a v2 server hands out its dictionary beside the stream', () => {
  assert.equal(dictionaryUrl(parseAddress(`${v2}?dids=x`)), 'https://jetstream.us-east.bsky.network/xrpc/network.bsky.jetstream.getZstdDictionary')
})
