// Owns the one way from text to tokens, for what is indexed, what is asked and what is matched live. Does not know messages.
// A token has only letters, digits, marks that belong to them, or is one emoji; never a space or ASCII punctuation.
import { characterKind, kinds } from './characters.ts'
import { fold } from './fold.ts'

/** Longer words are known by their beginning. In UTF-16 units. */
export const maxTokenLength = 64

/** Before these an apostrophe parts words (l'eau, dell'acqua); anywhere else it is passed over (don't, O'Brien). */
const elided = new Set(['c', 'd', 'j', 'l', 'm', 'n', 's', 't', 'qu', 'jusqu', 'lorsqu', 'puisqu', 'quoiqu', 'un', 'all', 'dall', 'dell', 'nell', 'sull', 'gl'])

/** The tokens of a text in order; the place in the list is the position for phrases. */
export function words(text: string): string[] {
  const tokens: string[] = []
  scan(fold(text), tokens)
  return tokens
}

/** What to look for in `words(…)`: these tokens next to each other; with `prefix` the last is only a beginning. */
export interface Phrase {
  readonly tokens: string[]
  readonly prefix: boolean
}

/**
 * The tokens of a word or phrase in a query. In scripts without spaces it is found anywhere inside a run: the last
 * pair of characters must not be the end of the run, and a single character is the beginning of a pair.
 */
export function phrase(text: string, prefix = false): Phrase {
  const tokens: string[] = []
  const tail = scan(fold(text), tokens)
  if (tail > 1) tokens.pop()
  return { tokens, prefix: tail === 1 || (tail === 0 && prefix && tokens.length > 0) }
}

/** Appends the tokens of folded text; answers how many characters the last token's run has if its script has no spaces, else 0. */
function scan(text: string, tokens: string[]): number {
  let tail = 0
  let at = 0
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0
    switch (characterKind(code)) {
      case kinds.letter:
        at = scanWord(text, at, tokens)
        tail = 0
        break
      case kinds.dense: {
        const end = denseEnd(text, at)
        tail = pairs(text.slice(at, end), tokens)
        at = end
        break
      }
      case kinds.emoji:
      case kinds.flag: {
        const end = emojiEnd(text, at)
        tokens.push(bounded(text.slice(at, end)))
        tail = 0
        at = end
        break
      }
      default:
        at += width(code)
    }
  }
  return tail
}

const width = (code: number): number => (code > 0xffff ? 2 : 1)

/** One word of a script with spaces; apostrophes and joiners inside it are passed over. */
function scanWord(text: string, start: number, tokens: string[]): number {
  let word = ''
  let from = start
  let at = start
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0
    const kind = characterKind(code)
    if (kind === kinds.letter) {
      at += width(code)
      continue
    }
    if (kind !== kinds.apostrophe && kind !== kinds.joiner) break
    if (characterKind(text.codePointAt(at + 1) ?? 0) !== kinds.letter) break
    word += text.slice(from, at)
    from = at + 1
    if (kind === kinds.apostrophe && elided.has(word)) {
      tokens.push(word)
      word = ''
    }
    at = from
  }
  tokens.push(bounded(word + text.slice(from, at)))
  return at
}

function denseEnd(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0
    if (characterKind(code) !== kinds.dense) break
    at += width(code)
  }
  return at
}

/** Every pair of neighbours, then the last character alone. Answers the number of characters. */
function pairs(run: string, tokens: string[]): number {
  let count = 0
  let previous = ''
  for (const character of run) {
    if (count++ > 0) tokens.push(previous + character)
    previous = character
  }
  tokens.push(previous)
  return count
}

/** An emoji with everything that is joined to it: a family, a flag of two letters or of tags. */
function emojiEnd(text: string, start: number): number {
  const first = text.codePointAt(start) ?? 0
  let at = start + width(first)
  const second = text.codePointAt(at) ?? 0
  if (characterKind(first) === kinds.flag) return characterKind(second) === kinds.flag ? at + width(second) : at
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0
    const kind = characterKind(code)
    if (kind === kinds.tag) at += width(code)
    else if (kind === kinds.joiner && characterKind(text.codePointAt(at + 1) ?? 0) === kinds.emoji) at += 1 + width(text.codePointAt(at + 1) ?? 0)
    else break
  }
  return at
}

function bounded(token: string): string {
  if (token.length <= maxTokenLength) return token
  const cut = token.slice(0, maxTokenLength)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}
