// Owns what is searched as text: words, phrases and `prefix*`, and whatever looked like something else and is not.
import { fold } from '../message/text/fold.ts'
import { phrase } from '../message/text/tokens.ts'
import { replaceQuotes } from './quotes.ts'
import { words, type Words } from './tree.ts'

const minPrefix = 3

/** Characters that a word can begin and end with, and those that may also be inside, without a need for quotes. */
const edge = '\\p{L}\\p{M}\\p{N}\\p{Extended_Pictographic}\\p{Regional_Indicator}\\p{Emoji_Modifier}\\u20E3\\uFE0F_'
const plain = new RegExp(`^[${edge}](?:[${edge}\\u200D.'’@&+/\\-]*[${edge}])?$`, 'u')
const outside = new RegExp(`^[^${edge}]+|[^${edge}]+$`, 'gu')
const reserved = new Set(['OR', 'AND', 'NOT'])

/** Where the words are, what is doubtful about them, or that the prefix is too short. */
export interface TextReading {
  readonly query?: Words
  readonly doubt?: string
  readonly tooShort?: true
}

/** Reads text as it was written; `star` is a `*` that followed the quotes. Unquoted text may end with `*`. */
export function readText(written: string, quoted: boolean, star: boolean): TextReading {
  const starred = star || (!quoted && written.endsWith('*'))
  const body = starred && !star ? written.slice(0, -1) : written
  const open = starred && /[\p{L}\p{M}\p{N}]$/u.test(fold(body)) && (quoted || !body.includes('*'))
  const doubt = !open && (starred || (!quoted && body.includes('*'))) ? '* means something only at the end of a word and is passed over' : undefined
  const query = spelled(body, quoted, open)
  if (query === undefined) return { doubt: `there is nothing to search for in ${JSON.stringify(written)}, which is passed over` }
  if (open && query.prefix && !phrase(body).prefix && letters(query.tokens.at(-1) ?? '') < minPrefix) return { tooShort: true }
  return doubt === undefined ? { query } : { query, doubt }
}

/** Without quotes where it can be: then punctuation around it is left out. */
function spelled(body: string, quoted: boolean, prefix: boolean): Words | undefined {
  const bare = quoted ? '' : body.replace(outside, '')
  // Some signs become letters by folding (⻳); they are no punctuation.
  const says = (text: string): string => phrase(text, prefix).tokens.join(' ')
  if (plain.test(bare) && !reserved.has(bare) && says(bare) === says(body)) return words(bare, { prefix })
  return words(replaceQuotes(body, ' ').replace(/\s+/gu, ' ').trim(), { quoted: true, prefix })
}

const letters = (token: string): number => Array.from(token).length
