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

const control = /\p{Cc}/gu
/** Stands between the key of an author and the handle. */
const border = '\n'

/** The name under which a value is counted. Names begin with the number of the field. */
const valueName = (field: FacetField, folded: string): string => fieldNumber(field).toString(16) + folded.toWellFormed()

/** An author is counted by stable key and handle, since the key may get another handle for all that was written under it. */
function authorValue({ screen_name, user }: Message): string {
  const handle = fold(screen_name).replaceAll(control, '')
  return user.user_id === undefined || user.user_id === '' ? handle : authorBeginning(user.user_id) + handle
}
const authorBeginning = (key: string): string => `=${key.replaceAll(control, '')}${border}`

/** How the names of the values of an author begin. */
export const authorNames = (key: string): string => valueName('screen_name', authorBeginning(key))

/** The stable key in the name of a value of `screen_name`. */
export function authorKeyIn(name: string): string | undefined {
  const end = name.indexOf(border)
  return name.startsWith('=', 1) && end > 0 ? name.slice(2, end) : undefined
}

/** Under which names a message counts, each once. */
export function valueNames(message: Message): string[] {
  const names = new Set<string>()
  for (const field of facetFields) {
    if (field === 'screen_name') names.add(valueName(field, authorValue(message)))
    else {
      for (const value of spellings(message, field)) {
        const folded = value === undefined || value.length > maxLength ? '' : fold(value).replaceAll(control, '')
        if (folded !== '') names.add(valueName(field, folded))
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
