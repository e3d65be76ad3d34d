// Owns what each character is to the tokenizer. Answers from tables of 256 characters that are made when first met.

/** dense: of a script that is written without spaces (and Hangul, whose words take endings). */
export const kinds = { other: 0, letter: 1, dense: 2, emoji: 3, flag: 4, tag: 5, apostrophe: 6, joiner: 7 } as const

const dense =
  /[[\p{L}\p{M}\p{N}]&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]/v
const letter = /[\p{L}\p{M}\p{N}]/u
const emoji = /\p{Extended_Pictographic}/u
const flag = /\p{Regional_Indicator}/u
const apostrophes = "'`’‘ʼʹ′‛׳״"

function kindOf(code: number): number {
  if (code === 0x200d) return kinds.joiner
  if (code >= 0xe0020 && code <= 0xe007f) return kinds.tag
  const character = String.fromCodePoint(code)
  if (apostrophes.includes(character)) return kinds.apostrophe
  if (dense.test(character)) return kinds.dense
  if (letter.test(character)) return kinds.letter
  if (emoji.test(character)) return kinds.emoji
  return flag.test(character) ? kinds.flag : kinds.other
}

const pages = new Map<number, Uint8Array>()
const pageOf = (page: number): Uint8Array => Uint8Array.from({ length: 256 }, (_, low) => kindOf(page * 256 + low))
const basic = pageOf(0)

/** One of `kinds` for a code point. */
export function characterKind(code: number): number {
  if (code < 256) return basic[code] ?? kinds.other
  const high = code >> 8
  let page = pages.get(high)
  if (page === undefined) pages.set(high, (page = pageOf(high)))
  return page[code & 255] ?? kinds.other
}
