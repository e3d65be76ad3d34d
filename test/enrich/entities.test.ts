import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { enrich } from '../../src/enrich/enrich.ts'
import { readEntities, type Entities } from '../../src/enrich/entities.ts'
import { sharedData } from '../shared-data.ts'
import { anyFacets, anyText, draftOf, facet, seen } from './drafts.ts'
import { twitterCases } from './twitter-cases.ts'

type Kind = 'links' | 'mentions' | 'hashtags'
const values = (text: string, kind: Kind) => readEntities(text, undefined, [])[kind].map(({ value }) => value)

describe('links', () => {
  it('are what begins with http://, https:// or www., as far as it goes', () => {
    assert.deepEqual(values('(https://a.org/b_(c)), HTTP://B.org. Not a.org, nor ftp://a.org.', 'links'), ['https://a.org/b_(c)', 'HTTP://B.org'])
    assert.deepEqual(values('www.a.org/x, awww.b.org, www.nosuchzone', 'links'), ['http://www.a.org/x'])
    assert.deepEqual(values('見てhttps://a.org/1、https://例え.jp/ä?', 'links'), ['https://a.org/1', 'https://例え.jp/ä'])
    assert.deepEqual(values('so: https://a.org/x: yes', 'links'), ['https://a.org/x'])
  })
  it('lead somewhere: a public domain or an address of numbers', () => {
    assert.deepEqual(values('http://localhost:9000/ http://nas.local/x http://192.0.2.1/x http://[2001:db8::1]/ http://xn--/ http://nosuchzone.x', 'links'), [
      'http://192.0.2.1/x', 'http://[2001:db8::1]/',
    ])
  })
})

describe('mentions', () => {
  it('are names of any network, without @', () => {
    assert.deepEqual(values('@ann @ann.bsky.social, (@bob@social.example) .@eve! ＠joe', 'mentions'), ['ann', 'ann.bsky.social', 'bob@social.example', 'eve', 'joe'])
  })
  it('are not in mail addresses or links', () => {
    assert.deepEqual(values('me@a.org grüß@a.org https://a.org/@ann https://medium.com/@bob/x @@ann @_@', 'mentions'), [])
  })
})

describe('hashtags', () => {
  it('are words with at least one letter, in any script', () => {
    assert.deepEqual(values('#Loklak #größe, #東京！ ＃ｔａｇ #24h #1 #️⃣ #_', 'hashtags'), ['Loklak', 'größe', '東京', 'ｔａｇ', '24h'])
  })
  it('are not in words, HTML entities or links', () => {
    assert.deepEqual(values('a#b &#x27; https://a.org/#top https://a.org/?#end', 'hashtags'), [])
  })
})

const byContract = 'a mention follows a space, a bracket or a start (contract §4.1), not RT'
const wholeHost = 'a host in letters of several scripts is read as one, as domains allow'
const iri = 'an address may have letters of any script in its path; a sentence behind it without space is not told apart'
const underscore = 'linkify-it takes no underscore in a host name (RFC 1123)'
const slug = 'what a slug of t.co looks like is a rule of that one host'

/** Where we mean to differ from twitter-text, and why. A case that no longer differs must leave this list. */
const deviations = new Map([
  ['Extract lone metion but not @user@user (too close to an email)', '@test@example.com is a name of the fediverse'],
  ['Extract mentions after \'RT\'', byContract],
  ['Extract mentions after \'rt\'', byContract],
  ['Extract mentions after \'Rt\'', byContract],
  ['Extract mentions after \'rT\'', byContract],
  ['Extract valid URL: http://example.com/', wholeHost],
  ['Extract URLs with an en dash in the path', 'linkify-it ends an address at punctuation beyond ASCII'],
  ['Extract URLs with and without protocol surrounded by CJK characters', iri],
  ['Extract URLs with underscores and dashes in the subdomain', underscore],
  ['Extract URLs containing underscores and dashes', underscore],
  ['Extract a t.co URL with a trailing apostrophe', 'an apostrophe within an address is part of it'],
  ['Extract a t.co URL with a trailing hyphen', slug],
  ['DO NOT extract URLs with > 40 characters in a t.co slug', slug],
  ['Extract t.co URLs skipping trailing characters and adjusting indices correctly', slug],
])

/** A bare `example.com` is no link here, and one that begins with `www.` gets its scheme. */
const linksAsOurs = (expected: readonly string[]) =>
  expected.filter((link) => /^(?:https?:\/\/|www\.)/i.test(link)).map((link) => link.replace(/^www\./i, 'http://$&'))

describe('the conformance cases of twitter-text', () => {
  const file = sharedData('data/text/twitter-text-extract.yml')
  const groups: readonly (readonly [group: string, kind: Kind, field?: string])[] = [
    ['mentions', 'mentions'], ['mentions_with_indices', 'mentions', 'screen_name'],
    ['urls', 'links'], ['urls_with_indices', 'links', 'url'], ['urls_with_directional_markers', 'links', 'url'], ['tco_urls_with_params', 'links'],
    ['hashtags', 'hashtags'], ['hashtags_from_astral', 'hashtags'], ['hashtags_with_indices', 'hashtags', 'hashtag'],
  ]
  for (const [group, kind, field] of groups) {
    it(`of ${group} hold, save for named deviations`, { skip: file.skip }, () => {
      const cases = twitterCases(file.path, group, field)
      assert.ok(cases.length > 1)
      for (const { name, text, expected } of cases) {
        const found = values(text, kind)
        const wanted = kind === 'links' ? linksAsOurs(expected) : expected
        const reason = deviations.get(name)
        if (reason === undefined) assert.deepEqual(found, wanted, name)
        else assert.notDeepEqual(found, wanted, `no deviation any more: ${name} (${reason})`)
      }
    })
  }
  it('place what they find', { skip: file.skip }, () => {
    for (const [group, kind, field] of groups) {
      for (const { text } of twitterCases(file.path, group, field)) {
        for (const { start, end, value } of readEntities(text, undefined, [])[kind]) {
          const covered = text.slice(start, end)
          assert.equal(kind === 'links' ? covered.replace(/^www\./i, 'http://$&') : covered.slice(1), value)
        }
      }
    }
  })
})

describe('whatever the text and the facets are', () => {
  const spans = ({ links, mentions, hashtags }: Entities) => [...links, ...mentions, ...hashtags].toSorted((a, b) => a.start - b.start || a.end - b.end)

  it('nothing throws, and what is found lies in the text and does not overlap', () => {
    const anything = fc.array(fc.nat(0xff_ff), { maxLength: 40 }).map((units) => String.fromCharCode(...units))
    fc.assert(fc.property(fc.oneof(anyText, anything), anyFacets, (text, facets) => {
      let free = 0
      for (const { start, end } of spans(readEntities(text, facets, []))) {
        assert.ok(start >= free && start <= end && end <= text.length)
        free = end
      }
      enrich(draftOf(text, { facets }), seen)
    }), { numRuns: 500 })
  })

  // Were one of these not read in one pass, it would take minutes.
  const hostile = [
    '@', '#', 'http://a.bc/ ', '＠', 'http://', 'http://a.de/', 'http://a.de ', 'http://a.de/… ', 'www.', 'www.a.de ', 'https://a', '@a@', '@a.', '@a.b@', '#a', '#1', '#_',
    '(', 'http://a.de/(', 'http://a.de/((a', 'http://a.de/"', 'http://a.de/[{(', 'a.', 'http://a.', 'https://xn--a', ',', '\u0301', '\ud83d', '中#',
  ]
  it('thousands of different links, names and tags are all found', { timeout: 60_000 }, () => {
    const many = Array.from({ length: 3000 }, (_, i) => i)
    const { message } = enrich(draftOf(many.map((i) => `http://a.de/${i}… @n${i} #t${i}`).join(' ')), seen)
    assert.equal(message.mentions.length, many.length)
    assert.equal(message.hashtags.length, many.length)
    // Some are the beginning of others (`/1…` of `/10…`), and those are looked for among the first.
    assert.ok(message.links.length > 2900 && message.links.length < many.length, String(message.links.length))
  })

  it('100,000 characters of the same are read to their end', { timeout: 60_000 }, () => {
    for (const part of hostile) {
      for (const start of ['', '@', '#', 'http://a.de/']) {
        const text = (start + part.repeat(100_000)).slice(0, 100_000)
        assert.equal(enrich(draftOf(text, { facets: Array(1000).fill(facet(1, 3, { tag: 'x' })) }), seen).message.text, text)
      }
    }
  })
})
