// Owns names in plain text: `@name`, `@name.bsky.social`, `@name@host.social`.
import { findAll, type Entity, type Free } from './spans.ts'

/** Letters of scripts that put spaces between words; in the others a name can follow a word directly. */
const wordLetter = String.raw`[\p{L}--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]]`
const name = String.raw`_*[A-Za-z0-9]\w*(?:[.\-]\w+)*`
const host = String.raw`(?:[\p{L}\p{N}\-]+\.)+[A-Za-z][A-Za-z0-9\-]+`

/**
 * Not within a word (an address of mail), not where the name goes on in letters that no network has in names, and not
 * `@http://`. The sign comes first and is looked back at, since the search for a sign is fast.
 */
const mention = new RegExp(
  String.raw`[@＠](?<![${wordLetter}\p{N}_!#$%\&*@＠\/][@＠])(${name}(?:@${host})?)(?![.\-]?\w|[@＠\p{Script=Latin}\p{M}]|:\/\/)`,
  'gv',
)

/** The names of a text in their order, where it is `free`. */
export const findMentions = (text: string, free: Free): Entity[] => (text.includes('@') || text.includes('＠') ? findAll(mention, text, free) : [])
