// Owns which values of a message are counted as facets, how they are spelled and when two spellings are one value.
import { fold } from '../../../message/text/fold.ts'
import { messageLanguage } from '../../../message/text/terms.ts'
import type { Message } from '../../../message/schema.ts'
import { facetFields, type FacetField } from '../../port.ts'

/** Longer values are not counted. */
const maxLength = 256
/** An id of a value ends with the number of its field, so that fields can be told apart without looking the value up. */
export const fieldBits = 4
export const fieldNumber = (field: FacetField): number => facetFields.indexOf(field)

/** The values of a message as written; an author is named by the stable key, as far as known. */
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

/** The name under which a value is counted. Names begin with the number of the field. */
const valueName = (field: FacetField, folded: string): string => fieldNumber(field).toString(16) + folded.toWellFormed().replaceAll('\0', '')

/** An author is one value under all handles: `=` and the stable key, or the handle where there is no key. */
const authorValue = ({ screen_name, user }: Message): string => (user.user_id === undefined || user.user_id === '' ? fold(screen_name) : `=${user.user_id}`)
export const authorName = (key: string): string => valueName('screen_name', `=${key}`)
/** The stable key in the name of a value of `screen_name`. */
export const authorKeyIn = (name: string): string | undefined => (name.startsWith('=', 1) ? name.slice(2) : undefined)

/** Under which names a message counts, each once. */
export function valueNames(message: Message): string[] {
  const names = new Set<string>()
  for (const field of facetFields) {
    if (field === 'screen_name') names.add(valueName(field, authorValue(message)))
    else {
      for (const value of spellings(message, field)) {
        if (value !== undefined && value.length <= maxLength && fold(value) !== '') names.add(valueName(field, fold(value)))
      }
    }
  }
  return [...names]
}

/** How a message spells the value of a name; undefined where it has no such value. */
export function spellingOf(message: Message, name: string): string | undefined {
  const field = facetFields[Number.parseInt(name.charAt(0), 16)]
  if (field === undefined) return undefined
  if (field === 'screen_name') return message.screen_name
  return spellings(message, field).find((value) => value !== undefined && fold(value) === name.slice(1))
}
