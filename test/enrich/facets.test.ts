import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { enrich } from '../../src/enrich/enrich.ts'
import { readFacets } from '../../src/enrich/facets.ts'
import type { Note } from '../../src/enrich/notes.ts'
import { sharedData } from '../shared-data.ts'
import { anyFacets, anyText, draftOf, facet, facetOver, recordedPosts, seen } from './drafts.ts'

const text = 'Grüße 🚀 an @boris.test #loklak https://loklak.org/path?a=1 こんにちは'
const bob = { did: 'did:plc:bob' }
const utf16 = (part: string) => part.length
const codePoints = (part: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(part)].length

/** What each facet covers, and what had to be repaired. */
function read(text: string, ...facets: readonly unknown[]) {
  const notes: Note[] = []
  const covered = readFacets(text, facets, notes).map(({ start, end, value }) => [text.slice(start, end), value])
  return { covered, notes }
}

describe('facets', () => {
  it('count in bytes, whatever the script', () => {
    assert.deepEqual(read(text, facet(16, 27, bob), facet(28, 35, { tag: 'loklak' }), facet(36, 63, { uri: 'https://loklak.org/path?a=1' })), {
      covered: [['@boris.test', 'did:plc:bob'], ['#loklak', 'loklak'], ['https://loklak.org/path?a=1', 'https://loklak.org/path?a=1']],
      notes: [],
    })
  })

  for (const [name, measure] of [['UTF-16 units', utf16], ['code points', codePoints]] as const) {
    it(`are repaired and counted where a client counted ${name}`, () => {
      assert.deepEqual(read(text, facetOver(text, '@boris.test', bob, measure), facetOver(text, '#loklak', { tag: 'loklak' }, measure)), {
        covered: [['@boris.test', 'did:plc:bob'], ['#loklak', 'loklak']],
        notes: ['facet-shifted', 'facet-shifted'],
      })
    })
  }

  it('are clipped to whole characters and to the text', () => {
    const tagged = '#größe'
    assert.deepEqual(read(`${tagged}🚀`, facet(0, 10, { tag: 'größe' })), { covered: [[tagged, 'größe']], notes: ['facet-shifted'] })
    assert.deepEqual(read(`ü ${tagged}`, facet(3, 99, { tag: 'größe' })), { covered: [[tagged, 'größe']], notes: ['facet-shifted'] })
  })

  it('can make a link of any words, but not of words beside its address', () => {
    const words = 'please click here'
    assert.deepEqual(read(words, facetOver(words, 'click here', { uri: 'https://a.org/' })), { covered: [['click here', 'https://a.org/']], notes: [] })
    const shifted = 'see https://a.org/x @bob'
    const draft = draftOf(shifted, { facets: [facet(7, 22, { uri: 'https://a.org/x' })] })
    const { message, notes } = enrich(draft, seen)
    assert.deepEqual([message.links, message.mentions, notes], [['https://a.org/x'], ['bob'], ['facet-unplaced']])
  })

  it('say what they say even where their place is lost', () => {
    const facets = [facet(90, 95, bob), facet(-1, 2, { tag: 'Lost' }), facet(5, 5, { uri: 'https://lost.org/' }), { features: facet(0, 0, { tag: 'Nowhere' }).features }]
    const { message, notes } = enrich(draftOf('Hello @eve', { facets }), seen)
    assert.deepEqual([message.mention_ids, message.hashtags, message.links], [['did:plc:bob'], ['Lost', 'Nowhere'], ['https://lost.org/']])
    assert.deepEqual(message.mentions, ['eve'])
    assert.deepEqual(notes, Array(4).fill('facet-unplaced'))
  })

  it('name the account and keep the name as written', () => {
    const written = 'Hi ＠boris.test!'
    const { message } = enrich(draftOf(written, { facets: [facetOver(written, '＠boris.test', bob)] }), seen)
    assert.deepEqual([message.mentions, message.mention_ids], [['boris.test'], ['did:plc:bob']])
  })

  it('win over the text: an address shown without its end is no link of its own', () => {
    const shown = 'a www.tumblr.com/tempo-tales/... b'
    const uri = 'https://www.tumblr.com/tempo-tales/765681292369166336/behind'
    assert.deepEqual(enrich(draftOf(shown, { facets: [facetOver(shown, 'www.tumblr.com/tempo-tales/...', { uri })] }), seen).message.links, [uri])
    assert.deepEqual(enrich(draftOf(shown, { links: [uri] }), seen).message.links, [uri], 'even where there is no facet')
    assert.deepEqual(enrich(draftOf(shown.replace('...', '…'), { links: [uri] }), seen).message.links, [uri], 'whatever the ellipsis')
    assert.deepEqual(enrich(draftOf(shown), seen).message.links, ['http://www.tumblr.com/tempo-tales/'], 'but it is better than none')
  })

  it('are counted where they cannot be read, and links must be http', () => {
    assert.deepEqual(read('abc', null, 'x', {}, facet(0, 3, { uri: 'javascript:alert(1)' }), facet(0, 3, { did: '' }), facet(0, 3, { tag: ' ' })).notes, Array(6).fill('facet-dropped'))
    assert.deepEqual(read('abc', { index: {}, features: [{ $type: 'org.example.facet#bold' }] }).notes, [], 'kinds that we do not know are no fault')
  })

  it('leave free what stands directly behind them', () => {
    const written = '(here)#rain'
    assert.deepEqual(enrich(draftOf(written, { facets: [facetOver(written, '(here)', { uri: 'https://a.org/' })] }), seen).message.hashtags, ['rain'])
  })

  it('can say two things of one place, which is counted once', () => {
    const written = 'see #rain now'
    const both = facet(4, 9, { tag: 'rain' }, { uri: 'https://rain.org/' })
    assert.deepEqual(read(written, both), { covered: [['#rain', 'rain'], ['', 'https://rain.org/']], notes: [] })
  })

  it('are looked at up to a limit', () => {
    const one = facet(0, 2, { tag: 'a' })
    assert.deepEqual(read('#a', ...Array(300).fill(one)).notes, ['facets-too-many'])
    assert.deepEqual(read('#a', { ...one, features: Array(300).fill(one.features[0]) }).notes, ['facets-too-many'])
  })

  it('never overlap and never leave the text, whatever is given', () => {
    fc.assert(fc.property(anyText, anyFacets, (text, facets) => {
      let free = 0
      for (const { start, end } of readFacets(text, facets, [])) {
        assert.ok(start >= free && end >= start && end <= text.length)
        free = end
      }
    }))
  })

  for (const file of ['data/bluesky/jetstream-v1-recorded.jsonl', 'data/bluesky/jetstream-v1-golden.jsonl', 'lab/recorded/jetstream-v1.jsonl']) {
    const recorded = sharedData(file)
    it(`of ${file} fit without repair`, { skip: recorded.skip }, () => {
      let links = 0
      for (const { text, facets } of recordedPosts(recorded.path)) {
        const notes: Note[] = []
        for (const { kind, value, start, end } of readFacets(text, facets, notes)) {
          const covered = text.slice(start, end)
          if (kind === 'tag') assert.equal(covered, `#${value}`)
          else if (kind === 'mention') assert.match(covered, /^@\S+$/)
          else {
            assert.ok(covered.includes(new URL(value).hostname), covered)
            links++
          }
        }
        assert.deepEqual(notes, [])
      }
      assert.ok(links > 0 || file.includes('golden'))
    })
  }
})
