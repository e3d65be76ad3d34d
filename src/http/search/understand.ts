// Owns reading the query of a request: what web clients do to it on its way here is undone, and what the address and the
// other parameters say is joined to it.
import { allOf } from '../../query/normal.ts'
import { printQuery } from '../../query/print.ts'
import { parseQuery, type ParsedQuery, type QueryOptions } from '../../query/query.ts'
import type { Query } from '../../query/tree.ts'

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
const entity = /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi

function decodeEntity(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return named[name.toLowerCase()] ?? whole
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
}

/**
 * The query as it was typed: HTML entities are characters again. A plus stands for a space where the client encoded twice,
 * which is where there is no space at all; not where it begins the zone of a date.
 */
export function typed(given: string): string {
  const text = given.replaceAll(entity, decodeEntity)
  return /\s/.test(text) ? text : text.replaceAll(/\+(?!\d\d:\d\d(?!\d))/g, ' ')
}

/**
 * The query to go on with: as it was understood, so that relative times stay where they were, unless it would not be read
 * back as the same, such as where it is too long when spelled out.
 */
export function steady(given: string, understood: string): string {
  try {
    return parseQuery(typed(understood), { now: 0 }).text === understood ? understood : given
  } catch {
    return given
  }
}

/** The query of a request, joined with `also`. Throws BadQuery. */
export function understand(given: string, also: readonly Query[], options: QueryOptions): ParsedQuery {
  const parsed = parseQuery(typed(given), options)
  if (also.length === 0) return parsed
  const query = allOf([parsed.query, ...also])
  return { query, warnings: parsed.warnings, text: printQuery(query) }
}
