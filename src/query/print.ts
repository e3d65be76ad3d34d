// Owns how a tree is written: the one form that `parseQuery` reads back as the same tree. It is what people are shown as
// "understood as".
import { phrase } from '../message/text/tokens.ts'
import { printDate } from './dates.ts'
import { quoteMarks } from './quotes.ts'
import type { Leaf, Query, Words } from './tree.ts'

/** The canonical text of a query; everything is the empty text. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'and':
      return query.all.map((child) => (child.kind === 'or' ? `(${printQuery(child)})` : printQuery(child))).join(' ')
    case 'or':
      return query.any.map((child) => operand(child)).join(' OR ')
    case 'not':
      return query.none.kind === 'everything' ? '-/source_type' : `-${operand(query.none)}`
    default:
      return printLeaf(query)
  }
}

/** With parentheses where it takes more than one item to write. */
function operand(query: Query): string {
  const several = query.kind === 'and' || query.kind === 'or' || (query.kind === 'time' && query.since !== undefined && query.until !== undefined)
  return several ? `(${printQuery(query)})` : printQuery(query)
}

function printLeaf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'everything':
      return ''
    case 'words':
      return `${leaf.quoted ? `"${leaf.text}"` : leaf.text}${isStarred(leaf) ? '*' : ''}`
    case 'term':
      return `${leaf.operator}${value(leaf.value)}`
    case 'length':
      return `/len${leaf.most}`
    case 'author':
      return `from:${value(leaf.name)}`
    case 'id':
      return `id:${leaf.id}`
    case 'time':
      return [leaf.since === undefined ? '' : `since:${printDate(leaf.since)}`, leaf.until === undefined ? '' : `until:${printDate(leaf.until)}`].join(' ').trim()
    case 'box':
      return `/location=${leaf.west},${leaf.south},${leaf.east},${leaf.north}`
    case 'circle':
      return `near:${leaf.lat},${leaf.lon},${leaf.km}`
    default:
      return `/link=${pattern(leaf.glob)}`
  }
}

/** A single character of a script without spaces is a prefix by itself. */
const isStarred = ({ prefix, text }: Words): boolean => prefix && !phrase(text).prefix

/** In quotes where it would not be read back whole without them. */
const value = (name: string): string => (plainName.test(name) ? name : `"${name}"`)
const pattern = (glob: string): string => (plainGlob.test(glob) ? glob : `"${glob}"`)
const plainName = new RegExp(`^$|^[^\\s${quoteMarks}(),*]*[\\p{L}\\p{M}\\p{N}\\p{Extended_Pictographic}_]$`, 'u')
const plainGlob = new RegExp(`^[^\\s${quoteMarks}()]+$`, 'u')
