import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { present } from '../../../src/enrich/present.ts'
import { renderRss } from '../../../src/http/render/rss.ts'
import { message } from '../../index/made.ts'
import { named, readXml } from './xml.ts'

const feed = { query: 'rain', page: 'https://l.example/search?q=rain', self: 'https://l.example/api/search.rss?q=rain', next: undefined, startRecord: 1 }
const post = present(message({ id_str: '1', created_at: '2026-06-01T11:00:00.000Z', screen_name: 'ann', text: 'rain & <b>wind</b>', link: 'https://example.org/?a=1&b=2', user: { screen_name: 'ann', name: 'Ann "A"' } }))

describe('the reader of these tests', () => {
  for (const bad of ['<a>', '<a></b>', '<a/><b/>', 'x<a/>', '<a>&nbsp;</a>', '<a>&</a>', '<a b="<"/>', '<a b="1" b="2"/>', '<x:a/>', '<a>\u0001</a>', '<a>]]></a>', '<a b=1/>', ' <?xml version="1.0" encoding="UTF-8"?><a/>']) {
    test(`refuses ${JSON.stringify(bad)}`, () => assert.throws(() => readXml(bad)))
  }
})

describe('a feed', () => {
  test('is RSS 2.0 with OpenSearch and the address of itself', () => {
    const rss = readXml(renderRss({ statuses: [post], hits: 57 }, { ...feed, next: `${feed.self}&cursor=abc` }))
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

  test('has no link where a message has none that a browser opens', () => {
    const links = (link: string | undefined) => named(named(named(readXml(renderRss({ statuses: [{ ...post, link }], hits: 1 }, feed)), 'channel')[0], 'item')[0], 'link')
    assert.deepEqual(links(undefined), [])
    assert.deepEqual(links('javascript:alert(1)'), [])
  })

  test('is well-formed whatever was posted and asked', () => {
    const anything = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\u0000', '\u000B', '\uFFFF', '\uD800', '\uDC00', '\u0085', '\n'), fc.string({ unit: 'binary', maxLength: 3 })) })
    fc.assert(fc.property(anything, anything, anything, anything, (text, name, query, link) => {
      const statuses = [{ ...post, text, screen_name: name, link: `https://e.example/${link}`, user: { screen_name: name, name } }]
      readXml(renderRss({ statuses, hits: 1 }, { ...feed, query, self: `https://l.example/?${query}` }))
    }))
  })
})
