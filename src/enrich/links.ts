// Owns links in plain text: http(s) addresses and such that begin with `www.`, as linkify-it reads hosts and paths. We
// look for their beginnings ourselves, because text without spaces (中文http://…) has links too, and because most texts
// have none. A bare `example.com` is no link.
import { LinkifyIt } from 'linkify-it'
import { parse as parseHost } from 'tldts'
import { hostOf } from './hosts.ts'
import { distinct } from './lists.ts'
import type { Entity, Free } from './spans.ts'

const beginning = /https?:\/\/|www\./gi
const { re: grammar } = new LinkifyIt()
const hostAndPath = new RegExp(grammar.get_url_host_port().source + grammar.get_path().source, 'iy')

/** What is written directly before a link where it is none: part of a word, of a name, of a longer address. */
const gluedToScheme = /[\p{Script=Latin}\p{N}_@＠$#＃]/u
const gluedToWww = /[\p{Script=Latin}\p{N}_@＠$#＃./-]/u

/** Marks of direction and zero-width spaces, which linkify-it takes for letters. */
const invisible = /[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/

/** Where a link ends that linkify-it read as far as `end`: before what is invisible, and before the punctuation behind it. */
function trimmed(text: string, start: number, end: number): number {
  const hidden = text.slice(start, end).search(invisible)
  let last = hidden < 0 ? end : start + hidden
  while (',:;'.includes(text.charAt(last - 1))) last--
  return last
}

/** Whether a link with this host leads anywhere for other people: under a public suffix, or an address of numbers. */
function isPublic(host: string): boolean {
  const { isIcann, isIp } = parseHost(host)
  return isIcann === true || isIp === true
}

/** The links of a text in their order, where it is `free`. */
export function findLinks(text: string, free: Free): Entity[] {
  const found: Entity[] = []
  beginning.lastIndex = 0
  for (let begun = beginning.exec(text); begun !== null; begun = beginning.exec(text)) {
    const start = begun.index
    const isBare = begun[0].length === 4
    if ((isBare ? gluedToWww : gluedToScheme).test(text.charAt(start - 1))) continue
    hostAndPath.lastIndex = isBare ? start : beginning.lastIndex
    const rest = hostAndPath.exec(text)
    if (rest === null) continue
    // Goes on behind it even if it turns out to be none: no stretch of a text is read twice.
    beginning.lastIndex = hostAndPath.lastIndex
    const end = trimmed(text, start, hostAndPath.lastIndex)
    const value = isBare ? `http://${text.slice(start, end)}` : text.slice(start, end)
    const host = hostOf(value)
    if (host !== undefined && isPublic(host) && free(start, end)) found.push({ start, end, value })
  }
  return found
}

const withoutScheme = (link: string): string => link.replace(/^https?:\/\//i, '')

/** More links than a text has unless it means harm: what is cut short is looked for among these. */
const maxCompared = 64

/**
 * The links of a message: the given ones, then those of the text. One that is only the beginning of another, shown with
 * an ellipsis (`www.youtube.com/watch?v=V5lD...`), leads nowhere and is left out.
 */
export function linksOf(text: string, found: readonly Entity[], given: readonly string[] = []): string[] {
  const links = [...given, ...found.map(({ value }) => value)]
  const isCutShort = ({ value, end }: Entity) =>
    (text.startsWith('...', end) || text.startsWith('…', end))
    && links.slice(0, maxCompared).some((link) => link !== value && withoutScheme(link).startsWith(withoutScheme(value)))
  return distinct([...given, ...found.filter((link) => !isCutShort(link)).map(({ value }) => value)])
}
