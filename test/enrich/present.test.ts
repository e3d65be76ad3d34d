import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { lengthsOf } from '../../src/enrich/derive.ts'
import { enrich } from '../../src/enrich/enrich.ts'
import { ApiMessage } from '../../src/enrich/fields.ts'
import { present } from '../../src/enrich/present.ts'
import { messageFields } from '../../src/message/schema.ts'
import { anyDraft, draftOf, facetOver, seen } from './drafts.ts'

describe('lengths', () => {
  it('are code points: of the text, and without its links, mentions and hashtags', () => {
    const text = '🚀 @ann: https://a.org/x #moon!'
    assert.deepEqual(lengthsOf(text, undefined), { text_length: 30, without_l_len: 15, without_lu_len: 11, without_luh_len: 6 })
  })
  it('know what facets cover', () => {
    const text = '中文 click here 🚀'
    const { text_length, without_l_len } = lengthsOf(text, [facetOver(text, 'click here', { uri: 'https://a.org/' })])
    assert.equal(text_length - without_l_len, 'click here'.length)
  })
})

describe('present', () => {
  it('adds counts and lengths before the user', () => {
    const given = { place_id: '', place_context: 'ABOUT' as const, image_alts: ['x'] }
    const { message } = enrich(draftOf('@bob #rain https://a.org/1.png', given), seen)
    const answer: unknown = JSON.parse(JSON.stringify(present(message)))
    assert.deepEqual(Object.keys(answer ?? {}), [
      'timestamp', 'created_at', 'screen_name', 'text', 'id_str', 'network', 'source_type', 'provider_type',
      'reply_count', 'retweet_count', 'favourites_count', 'place_id', 'place_context',
      'hosts', 'links', 'images', 'image_alts', 'audio', 'videos', 'mentions', 'hashtags',
      'text_length', 'hosts_count', 'links_count', 'images_count', 'audio_count', 'videos_count', 'mentions_count', 'hashtags_count',
      'without_l_len', 'without_lu_len', 'without_luh_len', 'user',
    ])
    assert.deepEqual(answer, {
      ...message, text_length: 30, hosts_count: 1, links_count: 1, images_count: 1, audio_count: 0, videos_count: 0,
      mentions_count: 1, hashtags_count: 1, without_l_len: 11, without_lu_len: 7, without_luh_len: 2,
    })
  })

  it('shows every field that a message can have, and every field of the answer', () => {
    const shown = Object.keys(present(enrich(draftOf(''), seen).message))
    assert.deepEqual(shown.filter((field) => messageFields.includes(field)), messageFields)
    assert.deepEqual(shown.toSorted(), Object.keys(ApiMessage.properties).toSorted())
  })

  it('fits its schema and shows all that was kept, whatever the message', () => {
    fc.assert(fc.property(anyDraft, (draft) => {
      const { message } = enrich(draft, seen)
      const shown = present(message)
      assert.ok(Check(ApiMessage, shown))
      for (const key of Object.keys(message)) assert.equal(Object.getOwnPropertyDescriptor(shown, key)?.value, Object.getOwnPropertyDescriptor(message, key)?.value)
      assert.ok(shown.text_length >= shown.without_l_len && shown.without_l_len >= shown.without_lu_len)
      assert.ok(shown.without_lu_len >= shown.without_luh_len && shown.without_luh_len >= 0)
    }))
  })
})
