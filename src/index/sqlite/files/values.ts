// Owns which values of a message are counted as facets, how they are spelled and when two spellings are one value.
import { fold } from '../../../message/text/fold.ts'
import { messageLanguage } from '../../../message/text/terms.ts'
import type { Message } from '../../../message/schema.ts'
import { facetFields, type FacetField } from '../../port.ts'

/** Of these there are few values: what a message has of them together is its class, and classes are numbered. */
export const classFields: readonly FacetField[] = ['language', 'network', 'source_type', 'provider_type']
const valueFields = facetFields.filter((field) => !classFields.includes(field))

/** Longer values are not counted. */
const maxLength = 256
/** The lowest bits of the hash of a value are the number of its field. */
export const fieldBits = 4
export const fieldMask = 2 ** fieldBits - 1
export const fieldNumber = (field: FacetField): number => facetFields.indexOf(field)

function spellings(message: Message, field: FacetField): readonly (string | undefined)[] {
  switch (field) {
    case 'hashtags':
    case 'mentions':
    case 'hosts':
      return message[field]
    case 'language':
      return [messageLanguage(message)]
    default:
      return [message[field]]
  }
}

/** The name under which a value is counted: the number of the field and the folded value. */
const valueName = (field: FacetField, folded: string): string => fieldNumber(field).toString(16) + folded
export const numberIn = (name: string): number => Number.parseInt(name.charAt(0), 16)
const fieldIn = (name: string): FacetField | undefined => facetFields[numberIn(name)]
export const foldedIn = (name: string): string => name.slice(1)

/** An author is counted by stable key, whatever handle a message was written under; by handle only where there is no key. */
const keyName = (key: string): string => valueName('screen_name', `\n${key}`)
const authorName = ({ screen_name, user: { user_id: key = '' } }: Message): string => (key === '' ? valueName('screen_name', fold(screen_name)) : keyName(key))

/** Under which names those are counted who show a folded handle: it alone, and each of these keys. */
export const authorNames = (handle: string, keys: readonly string[]): string[] => [valueName('screen_name', handle), ...keys.map(keyName)]

function namesOf(message: Message, fields: readonly FacetField[]): string[] {
  const names = new Set<string>()
  for (const field of fields) {
    if (field === 'screen_name') names.add(authorName(message))
    else {
      for (const value of spellings(message, field)) {
        const folded = value === undefined || value.length > maxLength ? '' : fold(value)
        if (folded !== '') names.add(valueName(field, folded))
      }
    }
  }
  return [...names]
}

/** Under which names a message counts, each once. */
export const valueNames = (message: Message): string[] => namesOf(message, valueFields)

/** The same for the fields that have few values, as JSON. Nearly all messages have one of a few, which are remembered. */
export function classNames(message: Message): string {
  const written = `${messageLanguage(message)}\n${message.network}\n${message.source_type}\n${message.provider_type}`
  const known = classes.get(written)
  if (known !== undefined) return known
  const names = JSON.stringify(namesOf(message, classFields))
  if (classes.size < maxClasses) classes.set(written, names)
  return names
}
const classes = new Map<string, string>()
const maxClasses = 1000

/** How a message spells the value of a name; undefined where it has no such value. */
export function spellingOf(message: Message, name: string): string | undefined {
  const field = fieldIn(name)
  return field === undefined ? undefined : spellings(message, field).find((value) => value !== undefined && fold(value) === foldedIn(name))
}

/**
 * The hash by which a value is counted, two times 32 bits. Nobody outside knows the seed, so that nobody can choose a value
 * that is taken for another.
 */
export function hashOf(name: string, seed: number): readonly [high: number, low: number] {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ Math.imul(seed, 0x9e3779b1)
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    high = Math.imul(high ^ code, 0x9e3779b1)
    low = Math.imul(low ^ code, 0x5f356495)
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  return [high >>> 0, ((low & ~fieldMask) | numberIn(name)) >>> 0]
}
