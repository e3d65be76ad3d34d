// Owns how the JSON of a message lies in its row, so that it can be shown without being parsed: where the parts are that change
// with the author, what follows from the message, and a sum that tells whether all of it is as it was written.
import { crc32 } from 'node:zlib'
import { readNumbers, Unreadable } from './stored.ts'

/** The columns of a message beside those by which it is found. */
export interface MessageRow {
  /** As JSON in UTF-8, which ends with its user. */
  readonly message: Uint8Array
  /** Numbers with commas between: where the handle stands with its key, how long that is, where `,"user":` stands, all in bytes; then what is derived, by `derivedNames`. */
  readonly layout: string
  /** `sumOf` the others. */
  readonly sum: number
}

/** A row that is as it was written. */
export interface Stored {
  readonly json: Buffer
  readonly layout: string
}

/** The handle stands with its key from `name` to `nameEnd`; from `user` on there is only `,"user":{…}}`. In bytes. */
export interface Layout {
  readonly name: number
  readonly nameEnd: number
  readonly user: number
  readonly derived: readonly number[]
}

export const sumOf = (message: Uint8Array, layout: string): number => crc32(layout, crc32(message))

/** A row as it was written. Throws Unreadable where it no longer is. */
export function readRow(message: Uint8Array, layout: string, sum: number): Stored {
  // Of nothing at all the sum would be right.
  if (message.length === 0 || sumOf(message, layout) !== sum) throw new Unreadable('a message is no longer as it was written')
  return { json: Buffer.from(message.buffer, message.byteOffset, message.byteLength), layout }
}

export function readLayout(layout: string): Layout {
  const [name = 0, length = 0, user = 0, ...derived] = readNumbers(layout)
  return { name, nameEnd: name + length, user, derived }
}
