// Owns hashtags in plain text: `#tag` in any script, with at least one letter.
import { findAll, type Entity, type Free } from './spans.ts'

/** Beside letters, marks and digits: what joins parts of a word in Catalan, Hebrew, Persian, Tibetan, Japanese. */
const joiners = '_\u00b7\u05be\u05f3\u05f4\u0f0b\u0f0c\u200c\u200d\u3003\u301c\u30a0\u30fb\ua67e\uff5e'
const part = `[\\p{L}\\p{M}\\p{N}${joiners}]`

/** Not within a word, an HTML entity or an address, not the emoji #️⃣, and not `#http://`. */
const hashtag = new RegExp(`[#＃](?<![\\p{L}\\p{N}_&/][#＃])(?![\\ufe0f\\u20e3])(?=${part}*\\p{L})(${part}+)(?!${part}|://)`, 'gu')

/** The hashtags of a text in their order, where it is `free`. */
export const findHashtags = (text: string, free: Free): Entity[] => (text.includes('#') || text.includes('＃') ? findAll(hashtag, text, free) : [])
