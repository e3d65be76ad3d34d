// Owns reading a line of the journal for the index.
import type { Position } from '../../../message/line.ts'
import type { Author, Message } from '../../../message/schema.ts'
import { isAuthor, isMessage, isObject, isText, type Fields } from '../../shape.ts'

/** A record as far as it matters here. */
export type Line =
  | { readonly op: 'message'; readonly position: Position; readonly message: Message; /** The message as JSON. */ readonly text: string }
  | { readonly op: 'delete'; readonly position: Position; readonly id: string }
  | { readonly op: 'author'; readonly position: Position; readonly author: Author }

/** Why a line is not taken; the reasons of `BadLine`. */
export type Misread = 'json' | 'position' | 'operation' | 'shape'

/** Reads one line. */
export function readLine(line: string): Line | Misread {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'json'
  }
  if (!isObject(json)) return 'json'
  const { $T: position, $P: op } = json
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position <= 0) return 'position'
  switch (op) {
    case 'I':
    case 'U':
      return isMessage(json) ? { op: 'message', position, message: json, text: messageText(line, json) } : 'shape'
    case 'D':
      return isText(json['id_str']) && json['id_str'] !== '' ? { op: 'delete', position, id: json['id_str'] } : 'shape'
    case 'A':
      return isAuthor(json['author']) ? { op: 'author', position, author: json['author'] } : 'shape'
    default:
      return 'operation'
  }
}

const reserved = /^\{"\$T":\d+,"\$P":"[IU]",(?:"\$I":true,)?/

/** The message as it stands in a line, without the journal's own keys; written anew where the line is not as the journal writes it. */
function messageText(line: string, json: Fields): string {
  const head = reserved.exec(line)?.[0]
  return head === undefined ? JSON.stringify({ ...json, $T: undefined, $P: undefined, $I: undefined }) : `{${line.slice(head.length)}`
}
