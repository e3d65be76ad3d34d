import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxTokenLength, phrase, words } from '../../../src/message/text/tokens.ts'
import { character } from '../../support/characters.ts'

describe('words of a text', () => {
  const examples: Readonly<Record<string, readonly string[]>> = {
    'Heavy RAIN, in Ulm!': ['heavy', 'rain', 'in', 'ulm'],
    "don't dont Don’t DONʼT": ['dont', 'dont', 'dont', 'dont'],
    "O'Brien's rock'n'roll 'tis boys'": ['obriens', 'rocknroll', 'tis', 'boys'],
    "l'eau qu’il dell'acqua": ['l', 'eau', 'qu', 'il', 'dell', 'acqua'],
    'snake_case well-known a.b #tag @name 12:30': ['snake', 'case', 'well', 'known', 'a', 'b', 'tag', 'name', '12', '30'],
    'https://example.org/a?b=1': ['https', 'example', 'org', 'a', 'b', '1'],
    'Grüße ﬁne Ｆｕｌｌ 𝐁𝐨𝐥𝐝 Łódź smørrebrød İstanbul ΟΔΟΣ': ['grusse', 'fine', 'full', 'bold', 'lodz', 'smorrebrod', 'istanbul', 'οδοσ'],
    'ёлка Їжак': ['елка', 'іжак'],
    'كِتَابٌ كتاب שָׁלוֹם צה״ל': ['كتاب', 'كتاب', 'שלום', 'צהל'],
    'किताब की कि': ['किताब', 'की', 'कि'],
    'می‌خواهم': ['میخواهم'],
    '東京都': ['東京', '京都', '都'],
    '東京 tower東': ['東京', '京', 'tower', '東'],
    'がか ｶﾞ パーク': ['がか', 'か', 'ガ', 'パー', 'ーク', 'ク'],
    '서울에서': ['서울', '울에', '에서', '서'],
    'ไทย': ['ไท', 'ทย', 'ย'],
    '🙂🙂 👍🏽 ❤️ 👨‍👩‍👧 🤷‍♂️': ['🙂', '🙂', '👍', '❤', '👨‍👩‍👧', '🤷‍♂'],
    '🇩🇪🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣': ['🇩🇪', '🇫🇷', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1'],
    'Foo™ x² C++ € ?!': ['foo', 'x2', 'c'],
    '': [],
  }
  for (const [text, tokens] of Object.entries(examples)) test(JSON.stringify(text), () => assert.deepEqual(words(text), tokens))

  test('a long word is known by its beginning, which never ends in half a character', () => {
    assert.deepEqual(words('a'.repeat(1000)), ['a'.repeat(maxTokenLength)])
    const [token = ''] = words(`a${'𐐷'.repeat(100)}`)
    assert.ok(token.length <= maxTokenLength && token.isWellFormed())
  })
})

describe('what is looked for', () => {
  test('in scripts without spaces: pairs, without the end of the run', () => {
    assert.deepEqual(phrase('東京都'), { tokens: ['東京', '京都'], prefix: false })
    assert.deepEqual(phrase('東京tower'), { tokens: ['東京', '京', 'tower'], prefix: false })
    assert.deepEqual(phrase('tower東京'), { tokens: ['tower', '東京'], prefix: false })
  })
  test('one character: the beginning of a pair or the end of a run', () => assert.deepEqual(phrase('東'), { tokens: ['東'], prefix: true }))
  test('a prefix, but not of what is found anywhere by itself', () => {
    assert.deepEqual(phrase('heavy rai', true), { tokens: ['heavy', 'rai'], prefix: true })
    assert.deepEqual(phrase('東京', true), { tokens: ['東京'], prefix: false })
    assert.deepEqual(phrase('?', true), { tokens: [], prefix: false })
  })

  /** The naive meaning: the tokens stand somewhere next to each other. */
  const isFound = (wanted: string, text: string): boolean => {
    const { tokens, prefix } = phrase(wanted)
    const all = words(text)
    return all.some((_, at) => tokens.every((token, place) => (prefix && place === tokens.length - 1 ? all[at + place]?.startsWith(token) : all[at + place] === token)))
  }

  test('every text is found by itself and within other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 10 }), (text, other) => {
        if (phrase(text).tokens.length === 0) return
        assert.ok(isFound(text, text))
        assert.ok(isFound(text, `${other} ${text} ${other}`))
      }),
      { numRuns: 3000 },
    )
  })

  test('in scripts without spaces every part of a run is found, and nothing else', () => {
    const run = fc.array(fc.constantFrom('東', '京', '都', '大', 'か', 'ไ', '𠮷'), { minLength: 1, maxLength: 6 }).map((all) => all.join(''))
    fc.assert(fc.property(run, run, (wanted, text) => assert.equal(isFound(wanted, text), text.includes(wanted))), { numRuns: 3000 })
  })
})

describe('every token', () => {
  test('is well-formed, folded, bounded, and has no space, no ASCII but a-z 0-9', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: character })), (text) => {
        for (const token of words(text)) {
          assert.match(token, /^[^\s\p{Cc}]+$/u)
          assert.doesNotMatch(token, /[\p{ASCII}--[a-z0-9]]/v)
          assert.ok(token.isWellFormed() && token.length <= maxTokenLength)
          assert.equal(token, token.toLowerCase())
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('does not depend on case or on how the text is composed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.deepEqual(words(text.normalize('NFD')), words(text.normalize('NFC')))
        assert.deepEqual(words(text.toLowerCase()), words(text))
      }),
      { numRuns: 3000 },
    )
  })
})
