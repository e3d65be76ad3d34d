// Owns how a message becomes the columns of a row. Pure.
import { derive } from '../../../enrich/derive.ts'
import { derivedNames } from '../../../message/derived.ts'
import type { Message } from '../../../message/schema.ts'
import { sumOf, type MessageRow } from '../files/layout.ts'

/** How a message is stored. `text`: its JSON, which is kept where it is as the journal writes it. */
export function rowOf(message: Message, text: string): MessageRow {
  const name = `"screen_name":${JSON.stringify(message.screen_name)}`
  const user = `,"user":${JSON.stringify(message.user)}}`
  const given = text.endsWith(user) && !derivedNames.some((key) => key in message) ? text.indexOf(name) : -1
  const isPlain = given > 0 && '{,'.includes(text.charAt(given - 1)) && isFlat(text, given)
  // Encoded once, since each of what follows would do it again.
  const json = Buffer.from(isPlain ? text : `{${name},${othersOf(text)}${user}`)
  const numbers: number[] = [isPlain ? Buffer.byteLength(text.slice(0, given)) : 1, Buffer.byteLength(name), json.length - Buffer.byteLength(user)]
  const derived = derive(message)
  for (const key of derivedNames) numbers.push(derived[key])
  const layout = numbers.join()
  return { message: json, layout, sum: sumOf(json, layout) }
}

/** Whether a place in JSON lies in its outermost object: what comes before has no parentheses. Few texts have some there. */
const isFlat = (json: string, place: number): boolean => !/[{[]/.test(json.slice(1, place))

const elsewhere = new Set<string>(['screen_name', 'user', ...derivedNames])

/** The other fields of a message, between its name and its user. */
function othersOf(text: string): string {
  const message: object = JSON.parse(text)
  return JSON.stringify(Object.fromEntries(Object.entries(message).filter(([key]) => !elsewhere.has(key)))).slice(1, -1)
}
