// Owns what is known of languages: for which of them a stretch of a word speaks, and how much. Does not know texts.
//
// `table.bin` is made by make-table.ts: a line of JSON, its head, and then for each stretch its shape, its letters, how
// many languages it speaks for, and as many pairs of language and score. All of these are single bytes, so that it reads
// alike on every machine; it stays as it is in memory, and beside it is only where each stretch lies.
import { readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

export const tableFile = new URL('table.bin', import.meta.url)

/** Raised with every change of what lies in the file, so that none of another make is misread. */
export const format = 1

/** More than twice the stretches, so that looking one up takes a step or two; a power of two. */
const slots = 131_072

export const Head = Type.Object({
  format: Type.Literal(format),
  /** What the table was made of. */
  origin: Type.String(),
  languages: Type.Array(Type.String(), { minItems: 1, maxItems: 256 }),
  /** By language: how much a text in it speaks for it on average, from 0 to 1. */
  expected: Type.Array(Type.Number()),
  /** A pattern of what separates words. Not `\P{L}`, since answers would change as Unicode grows. */
  separators: Type.String(),
  /** First bytes of letters for which the table has nothing but a space. */
  unknown: Type.Array(Type.Integer({ minimum: 0, maximum: 255 })),
  stretches: Type.Integer({ minimum: 1, maximum: slots / 2 }),
  /** Of the file, behind the head. */
  bytes: Type.Integer(),
})

/** The shape of a stretch: how many letters it has, and whether a word begins or ends with it. */
const letterCount = 7
export const begins = 8
export const ends = 16

export interface Table {
  readonly head: Readonly<Static<typeof Head>>
  readonly bytes: Uint8Array
  /** Where in `bytes` a count lies, and behind it as many pairs of language and score; 0 for a stretch not known. */
  readonly find: (letters: number, shape: number) => number
}

/** Bytes, at most four, in one number. */
export function pack(bytes: Uint8Array, from: number, to: number): number {
  let packed = 0
  for (let i = from; i < to; i++) packed = (packed << 8) | (bytes[i] ?? 0)
  return packed >>> 0
}

/** Scatters stretches over 32 bits, of which the lower ones are good. */
export function hashOf(letters: number, shape: number): number {
  const mixed = Math.imul(letters ^ Math.imul(shape, 0x9e_37_79_b1), 0x85_eb_ca_6b)
  return mixed ^ (mixed >>> 15)
}

/** Where each stretch begins, by the hash of it. */
function indexOf(bytes: Uint8Array, start: number, stretches: number): Uint32Array {
  const index = new Uint32Array(slots)
  let at = start
  for (let n = 0; n < stretches; n++) {
    const shape = bytes[at] ?? 0
    const end = at + 1 + (shape & letterCount)
    let slot = hashOf(pack(bytes, at + 1, end), shape) & (slots - 1)
    while (index[slot] !== 0) slot = (slot + 1) & (slots - 1)
    index[slot] = at
    at = end + 1 + 2 * (bytes[end] ?? 0)
  }
  if (at !== bytes.length) throw new RangeError(`${stretches} stretches end at ${at} of ${bytes.length} bytes`)
  return index
}

function parse(bytes: Uint8Array): Table {
  const start = bytes.indexOf(0x0a) + 1
  const head: unknown = JSON.parse(Buffer.from(bytes.subarray(0, start)).toString())
  if (!Value.Check(Head, head)) throw new TypeError(`its head is not of format ${format}`)
  if (bytes.length - start !== head.bytes) throw new RangeError(`${bytes.length - start} bytes instead of ${head.bytes}`)
  const index = indexOf(bytes, start, head.stretches)

  const find = (letters: number, shape: number): number => {
    for (let slot = hashOf(letters, shape) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = index[slot] ?? 0
      if (at === 0) return 0
      if (bytes[at] !== shape) continue
      const end = at + 1 + (shape & letterCount)
      if (pack(bytes, at + 1, end) === letters) return end
    }
  }
  return { head, bytes, find }
}

/** Reads a table. Throws where the file is not one, or not of this format. */
export function readTable(file: URL): Table {
  try {
    return parse(new Uint8Array(readFileSync(file)))
  } catch (cause) {
    throw new Error(`The table of languages cannot be read from ${file.pathname}; npm run make:languages makes it again.`, { cause })
  }
}
