// The detector against its model, eld: the same answer for any text, whether it makes sense or not.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { eld } from 'eld/extrasmall'
import fc from 'fast-check'
import { detect } from '../../src/enrich/detector/detect.ts'
import { makeTable } from '../../src/enrich/detector/make-table.ts'
import { begins, ends, pack, readTable, tableFile } from '../../src/enrich/detector/table.ts'
import { sharedData } from '../shared-data.ts'
import { character } from '../support/characters.ts'

function agrees(text: string): void {
  const { language = '', reliable = false } = detect(text) ?? {}
  const model = eld.detect(text)
  assert.equal(language, model.language, text)
  assert.equal(reliable, model.isReliable(), text)
}

describe('detector', () => {
  it('tells a language, and whether that is reliable', () => {
    assert.deepEqual(detect('Where do we go when the rain stops?'), { language: 'en', reliable: true })
    assert.deepEqual(detect('Wohin gehen wir, wenn der Regen aufhört?'), { language: 'de', reliable: true })
    assert.deepEqual(detect('Πού πάμε όταν σταματήσει η βροχή;'), { language: 'el', reliable: true })
    assert.deepEqual(detect('la la la la la'), { language: 'ca', reliable: false })
  })
  it('tells none where there are no words', () => {
    for (const text of ['', ' ', '12 + 3 😀', '...', '\ud800']) assert.equal(detect(text), undefined, text)
  })
  it('does not remember the text before', () => {
    const text = 'Il pleut depuis hier sur la ville'
    const alone = detect(text)
    detect('Der Regen fällt seit gestern auf die Stadt und auf das Land')
    assert.deepEqual(detect(text), alone)
  })
})

describe('detector and eld say the same', () => {
  it('where eld is peculiar', () => {
    const long = 'a'.repeat(70)
    const texts = [
      'DAİMA', 'İSTANBUL İYİ Kİ VAR', 'abcİd abc', 'ǆabc ǆabd ܫܠܡܐ ܫܠܡܝ', // letters that its table has not
      `${long}bc ${long}bd the`, `${long}b ${long}b the`, `${long} the`, `xy${'é'.repeat(60)} the`, // long words
      `${'.'.repeat(990)} the rain stops here`, `${'.'.repeat(995)} the rain stops here`, // little of a long text
      'ΟΔΟΣ ΟΔΟΣ’ ΟΔΟΣ𐐷', "don't ''tis `so’ 'n' ’ ' `", 'a\u1c8ab \ua7cba \ua7f1b', '\ud83d the', 'ﬁ ŉ ẞ K Å', // letters
    ]
    for (const text of texts) agrees(text)
  })

  const tweets = sharedData('data/text/labelled-tweets.txt')
  it('of 9,065 posts in six languages', { skip: tweets.skip }, () => {
    const posts = readFileSync(tweets.path, 'utf8').trim().split('\n').map((line) => line.split('\t')[1] ?? '')
    for (const post of posts) agrees(post)
    for (let at = 0; at < posts.length; at += 5) agrees(posts.slice(at, at + 5).join(' ').toUpperCase())
  })

  for (const path of ['bluesky/jetstream-v1-recorded.jsonl', 'loklak/messages_20170411_17092725.txt', 'text/twitter-text-extract.yml', 'mastodon/hashtag_tl.yaml']) {
    const recorded = sharedData(`data/${path}`)
    it(`of every line, and every string of it, of ${path}`, { skip: recorded.skip }, () => {
      for (const line of readFileSync(recorded.path, 'utf8').split('\n')) {
        agrees(line)
        for (const [, text = ''] of line.matchAll(/"((?:[^"\\]|\\.)*)"/g)) agrees(text)
      }
    })
  }

  // Node knows the names of countries in all languages: real words without a file.
  const countries = ['DE', 'FR', 'GR', 'GB', 'US', 'TR', 'JP', 'CN', 'KR', 'IN', 'TH', 'EG', 'ET', 'IL', 'IR', 'UA', 'VN', 'ZA', 'CF', 'BA', 'AE', 'GS']
  const names = Object.values(eld.info().Languages).map((language) => {
    const names = new Intl.DisplayNames(language, { type: 'region' })
    return countries.map((country) => names.of(country) ?? country)
  })
  it('of the names of countries in each language', () => {
    for (const inOne of names) {
      for (const name of inOne) agrees(name)
      agrees(inOne.join(', '))
    }
  })
  const separator = fc.constantFrom(' ', ', ', '', '’', "'", ' – ', '\n', ' 😀 ', '1', 'İ', 'ß')
  const name = fc.constantFrom(...names).chain((inOne) => fc.constantFrom(...inOne))
  const cased = fc.tuple(name, fc.boolean(), separator).map(([text, upper, end]) => `${upper ? text.toUpperCase() : text}${end}`)
  it('property: of any words', () => {
    fc.assert(fc.property(fc.array(cased, { maxLength: 60 }).map((words) => words.join('')), agrees), { numRuns: 1000 })
  })

  const alphabets = ['etaoinshr ', 'абвгдежзиоу ', 'αβγδεσςΣ ', 'İIıiŞşçğ ', 'ابتثجحيةه ', 'नमसतकर्ाे ', 'ไทยกขค', '日本語のを', '한국어 ', 'עבריתםן ', 'ǆǈǋʼͷԱԲաբՙ ', "'’` .,-_", '𐐷𐐂😀\ud800\udc00', 'ܐܒܓހށߊ ']
  const letters = fc.constantFrom(...alphabets).chain((alphabet) => fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), maxLength: 120 }))
  it('property: of any letters, in words of any length', () => {
    fc.assert(fc.property(fc.array(letters, { maxLength: 8 }).map((parts) => parts.join('')), agrees), { numRuns: 1000 })
  })
  it('property: of any text', () => {
    const unit = fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code))
    fc.assert(fc.property(fc.string({ unit, maxLength: 300 }), agrees), { numRuns: 300 })
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), agrees))
    fc.assert(fc.property(fc.string({ unit: character, maxLength: 100 }), agrees))
  })
  it('of texts that are cut, wherever that is', () => {
    const said = ['wohin gehen wir', 'wohingehenwirwennderregenaufhoertundwannkommstdudenn', 'куда мы идём когда кончится дождь', '雨が止んだらどこへ行く']
    for (let length = 330; length < 390; length++) {
      const silent = 'xq '.repeat(length / 3) + 'q'.repeat(length % 3)
      for (const text of said) agrees(`${silent}${text}`)
      for (const text of said) agrees(`${silent} ${text}`)
    }
  })
  it('property: of words that differ only far behind', () => {
    const end = fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'İ', 'の'), maxLength: 6 })
    const pair = fc.tuple(fc.integer({ min: 60, max: 75 }), end, end)
    fc.assert(fc.property(pair, fc.constantFrom('a', 'é', 'の'), ([length, one, other], letter) => {
      const begin = letter.repeat(length / Buffer.byteLength(letter))
      agrees(`${begin}${one} ${begin}${other} the`)
      agrees(`${begin}${one} ${begin}${other} ${begin} ${begin}${one}x`)
    }), { numRuns: 500 })
  })
})

describe('table of languages', () => {
  it('is what is made of the installed eld', async () => {
    assert.ok((await makeTable()).equals(readFileSync(tableFile)), 'npm run make:languages makes it again')
  })
  it('finds each stretch where it lies, and none that it has not', () => {
    const { head, bytes, find } = readTable(tableFile)
    const places = new Map<string, number>()
    let at = bytes.indexOf(0x0a) + 1
    for (let n = 0; n < head.stretches; n++) {
      const shape = bytes[at] ?? 0
      const end = at + 1 + (shape & 7)
      places.set(`${pack(bytes, at + 1, end)} ${shape}`, end)
      at = end + 1 + 2 * (bytes[end] ?? 0)
    }
    assert.equal(places.size, head.stretches)
    for (const stretch of places.keys()) {
      const [letters = 0, shape = 0] = stretch.split(' ').map(Number)
      for (const other of [shape, shape ^ begins, shape ^ ends, shape ^ begins ^ ends]) {
        const found = find(letters, other)
        if (found !== (places.get(`${letters} ${other}`) ?? 0)) assert.fail(`${letters} ${other} was found at ${found}`)
      }
    }
  })
  it('is refused where it is damaged, of another format, or absent', () => {
    const good = readFileSync(tableFile)
    const other = Buffer.from(good)
    other.write('2', good.indexOf('1')) // the number of its format comes first
    const folder = mkdtempSync(join(tmpdir(), 'loklak-table-'))
    const file = pathToFileURL(join(folder, 'table.bin'))
    const refused = (reason: RegExp) => {
      assert.throws(() => readTable(file), (error) => error instanceof Error && /make:languages/.test(error.message) && reason.test(String(error.cause)), String(reason))
    }
    try {
      refused(/ENOENT/)
      for (const { bytes, reason } of [
        { bytes: other, reason: /format/ },
        { bytes: good.subarray(0, -1), reason: /bytes/ },
        { bytes: good.subarray(1), reason: /JSON/ },
        { bytes: Buffer.alloc(0), reason: /JSON/ },
      ]) {
        writeFileSync(file, bytes)
        refused(reason)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
