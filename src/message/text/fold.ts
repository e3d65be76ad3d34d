// Owns when two spellings are the same: case, diacritics and compatible forms do not count, in any script. Pure.

const ascii = /^\p{ASCII}*$/u

/**
 * What never tells two words apart: accents and points that are written onto letters (but not the vowel signs of Indic
 * scripts and Thai, nor the Japanese voicing marks, which make other words), variation selectors, skin tones and
 * invisible characters (but not the joiner inside emoji, the tags of flags, and the zero width space, which parts words).
 */
const passedOver =
  /[[[\p{M}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]]--[\u{3099}\u{309A}]][\p{Cf}--[\p{Join_Control}\u{200B}\u{E0020}-\u{E007F}]]\u{200C}\p{Emoji_Modifier}\u{640}]/gv

/** Letters that Unicode does not take apart, as people write them without the letter at hand; signs that would become letters. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ł: 'l', ŋ: 'n', þ: 'th', ŧ: 't', ς: 'σ',
}
const special = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu')
const signs = /[´™℠]/gu

/** Lower case, NFKD without marks: equal for spellings that mean the same. `fold(fold(x)) === fold(x)`. */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .toWellFormed()
    .replace(signs, (sign) => (sign === '´' ? "'" : ' '))
    .normalize('NFKD')
    .replace(passedOver, '')
    .toLowerCase()
    .replace(special, (letter) => plain[letter] ?? letter)
    .normalize('NFC')
}
