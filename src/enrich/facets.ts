// Owns rich text as AT Protocol gives it: facets that say what stands from byte to byte. Clients often count wrongly, in
// UTF-16 units or code points, or before they trimmed the text. What a facet says is kept in any case; where it says it
// stands must fit the text, at least when counted in one of these ways.
import { hostOf } from './hosts.ts'
import type { Note } from './notes.ts'
import { byteOffsets, codePointOffsets, utf16Offsets, type Offsets } from './offsets.ts'
import type { Span } from './spans.ts'

/** `value` is the address of a link, the DID of a mention, the tag without #. */
export interface Facet extends Span {
  readonly kind: 'link' | 'mention' | 'tag'
  readonly value: string
}
type Feature = Pick<Facet, 'kind' | 'value'>

/** More than any client makes, and few enough to look for each of them. */
const maxFacets = 256

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Undefined where a feature that we know cannot be read; null for one of a kind that we do not know. */
function readFeature(feature: unknown): Feature | undefined | null {
  if (!isObject(feature)) return undefined
  const { $type: type, uri, did, tag } = feature
  switch (type) {
    case 'app.bsky.richtext.facet#link':
      return typeof uri === 'string' && hostOf(uri) !== undefined ? { kind: 'link', value: uri } : undefined
    case 'app.bsky.richtext.facet#mention':
      return typeof did === 'string' && did !== '' ? { kind: 'mention', value: did } : undefined
    case 'app.bsky.richtext.facet#tag':
      return typeof tag === 'string' && /[^#＃\s]/.test(tag) ? { kind: 'tag', value: tag.replace(/^[#＃]/, '') } : undefined
    default:
      return typeof type === 'string' ? null : undefined
  }
}

const bare = (address: string): string => address.replace(/^(?:https?:\/\/)?(?:www\.)?/i, '')

/** Whether a text is an address as clients show it: without its scheme, or cut short. */
function shows(text: string, address: string): boolean {
  const shown = bare(text)
  const cut = /(?:\.\.\.|…)$/.exec(shown)
  const whole = bare(address)
  return cut === null ? shown === whole || `${shown}/` === whole : cut.index > 0 && whole.startsWith(shown.slice(0, cut.index))
}

/** Whether a stretch of text looks like what the feature says of it. */
function fits({ kind, value }: Feature, text: string): boolean {
  if (kind === 'link') return text === value || shows(text, value)
  if (kind === 'mention') return /^[@＠][\p{L}\p{N}_](?:[\p{L}\p{N}_.@-]*[\p{L}\p{N}_])?$/u.test(text)
  return /^[#＃]/.test(text) && text.slice(1).toLowerCase() === value.toLowerCase()
}

const offset = (given: unknown): number => (typeof given === 'number' ? given : Number.NaN)

/** Finds the place of a feature from the numbers that it came with; notes what had to be repaired. */
function finder(text: string, notes: Note[]): (feature: Feature, from: number, to: number) => Span {
  const size = Buffer.byteLength(text)
  const bytes = byteOffsets(text, size)
  let others: readonly Offsets[] | undefined

  const between = (offsets: Offsets, from: number, to: number): Span | undefined => {
    const start = offsets(from)
    const end = offsets(to)
    return start !== undefined && end !== undefined && start < end ? { start, end } : undefined
  }
  /** Offsets that lie in the midst of a character, or behind the end of the text, moved to the characters they cover. */
  const snapped = (from: number, to: number): Span | undefined => {
    const start = bytes(from) ?? bytes(from + 1) ?? bytes(from + 2) ?? bytes(from + 3)
    const end = to > size ? text.length : (bytes(to) ?? bytes(to - 1) ?? bytes(to - 2) ?? bytes(to - 3))
    return start !== undefined && end !== undefined && start < end ? { start, end } : undefined
  }
  const repaired = (feature: Feature, from: number, to: number): Span | undefined => {
    others ??= size > text.length ? [utf16Offsets(text), codePointOffsets(text)] : []
    const spans = [...others.map((offsets) => between(offsets, from, to)), snapped(from, to)]
    return spans.find((span) => span !== undefined && fits(feature, text.slice(span.start, span.end)))
  }

  return (feature, from, to) => {
    const said = between(bytes, from, to)
    if (said !== undefined && fits(feature, text.slice(said.start, said.end))) return said
    const span = repaired(feature, from, to)
    if (span !== undefined) {
      notes.push('facet-shifted')
      return span
    }
    // Any words can be a link, if it is not written out elsewhere. What is written out is found without a facet, as long
    // as no misplaced one hides it.
    if (feature.kind === 'link' && said !== undefined && !text.includes(feature.value)) return said
    notes.push('facet-unplaced')
    return { start: text.length, end: text.length }
  }
}

/** In the order of the text, and apart: of two that overlap, the second says what there is, but not where. */
function apart(facets: Facet[]): Facet[] {
  let free = 0
  return facets.sort((a, b) => a.start - b.start).map(({ kind, value, start, end }) => {
    if (start < free) return { kind, value, start: free, end: free }
    free = end
    return { kind, value, start, end }
  })
}

/** What the facets of a text say and where. */
export function readFacets(text: string, given: readonly unknown[], notes: Note[]): readonly Facet[] {
  const find = finder(text, notes)
  const facets: Facet[] = []
  let tooMany = given.length > maxFacets
  for (const facet of given.slice(0, maxFacets)) {
    const { index, features } = isObject(facet) ? facet : {}
    const { byteStart, byteEnd } = isObject(index) ? index : {}
    if (!Array.isArray(features)) {
      notes.push('facet-dropped')
      continue
    }
    const room = maxFacets - facets.length
    tooMany ||= features.length > room
    for (const said of features.slice(0, room)) {
      const feature = readFeature(said)
      if (feature) facets.push({ ...feature, ...find(feature, offset(byteStart), offset(byteEnd)) })
      else if (feature === undefined) notes.push('facet-dropped')
    }
  }
  if (tooMany) notes.push('facets-too-many')
  return apart(facets)
}
