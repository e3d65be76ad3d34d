import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { present } from '../../../src/enrich/present.ts'
import { renderRss } from '../../../src/http/render/rss.ts'
import { message } from '../../index/made.ts'
import { named, readXml } from './xml.ts'
import { character } from '../../support/characters.ts'

const feed = { query: 'rain', page: 'https://l.example/search?q=rain', self: 'https://l.example/api/search.rss?q=rain', next: undefined, startRecord: 1, generated: false }
const whole = { hits: 1, partial: undefined, coverage: [] }
const post = present(message({ id_str: '1', created_at: '2026-06-01T11:00:00.000Z', screen_name: 'ann', text: 'rain & <b>wind</b>', link: 'https://example.org/?a=1&b=2', user: { screen_name: 'ann', name: 'Ann "A"' } }))

describe('the reader of these tests', () => {
  for (const bad of ['<a>', '<a></b>', '<a/><b/>', 'x<a/>', '<a>&nbsp;</a>', '<a>&</a>', '<a b="<"/>', '<a b="1" b="2"/>', '<x:a/>', '<a>\u0001</a>', '<a>]]></a>', '<a b=1/>', ' <?xml version="1.0" encoding="UTF-8"?><a/>']) {
    test(`refuses ${JSON.stringify(bad)}`, () => assert.throws(() => readXml(bad)))
  }
})

describe('a feed', () => {
  test('is RSS 2.0 with OpenSearch and the address of itself', () => {
    const rss = readXml(renderRss({ ...whole, statuses: [post], hits: 57 }, { ...feed, next: `${feed.self}&cursor=abc` }))
    assert.deepEqual([rss.name, rss.attributes.get('version'), rss.attributes.get('xmlns:opensearch')], ['rss', '2.0', 'http://a9.com/-/spec/opensearch/1.1/'])
    const [channel] = named(rss, 'channel')
    const text = (name: string): string | undefined => named(channel, name)[0]?.text
    assert.deepEqual([text('title'), text('link')], ['loklak search for rain', feed.page])
    assert.deepEqual(['totalResults', 'startIndex', 'itemsPerPage'].map((name) => text(`opensearch:${name}`)), ['57', '1', '1'])
    assert.deepEqual(named(channel, 'atom:link').map(({ attributes }) => [attributes.get('rel'), attributes.get('href')]), [['self', feed.self], ['next', `${feed.self}&cursor=abc`]])
    const [item] = named(channel, 'item')
    assert.deepEqual(item?.children.map(({ name, text }) => [name, text]), [
      ['title', 'Ann "A" @ann'],
      ['link', 'https://example.org/?a=1&b=2'],
      ['description', 'rain &amp; &lt;b&gt;wind&lt;/b&gt;'],
      ['pubDate', 'Mon, 01 Jun 2026 11:00:00 GMT'],
      ['guid', '1'],
    ])
    assert.equal(named(item, 'guid')[0]?.attributes.get('isPermaLink'), 'false')
  })

  test('says where it may lack something, and that nobody wrote it', () => {
    const texts = (given: Parameters<typeof renderRss>[0], generated: boolean) => {
      const [channel] = named(readXml(renderRss(given, { ...feed, generated })), 'channel')
      return ['title', 'description'].map((name) => named(channel, name)[0]?.text)
    }
    const coverage = [{ source: 'bluesky', from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z', reason: 'away & gone' }]
    assert.deepEqual(texts({ ...whole, statuses: [] }, false), ['loklak search for rain', 'Messages of the public social web, found by rain.'])
    assert.deepEqual(texts({ ...whole, statuses: [], partial: 'deadline', coverage }, false)[1],
      'Messages of the public social web, found by rain. This is not all: deadline. bluesky may have missed messages from 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z: away & gone.')
    const [title = '', description = ''] = texts({ ...whole, statuses: [] }, true)
    assert.equal(title, 'loklak demo with generated messages search for rain')
    assert.match(description, /^This is a demo\. Its messages are generated: nobody wrote them/)
    assert.doesNotMatch(description, /public social web/)
  })

  test('has no link where a message has none that a browser opens', () => {
    const links = (link: string | undefined) => named(named(named(readXml(renderRss({ ...whole, statuses: [{ ...post, link }] }, feed)), 'channel')[0], 'item')[0], 'link')
    assert.deepEqual(links(undefined), [])
    assert.deepEqual(links('javascript:alert(1)'), [])
  })

  test('is well-formed whatever was posted and asked', () => {
    const anything = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\u0000', '\u000B', '\uFFFF', '\uD800', '\uDC00', '\u0085', '\n'), fc.string({ unit: character, maxLength: 3 })) })
    fc.assert(fc.property(anything, anything, anything, anything, (text, name, query, link) => {
      const statuses = [{ ...post, text, screen_name: name, link: `https://e.example/${link}`, user: { screen_name: name, name } }]
      readXml(renderRss({ ...whole, statuses }, { ...feed, query, self: `https://l.example/?${query}` }))
    }))
  })
})
