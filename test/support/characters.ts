// Owns the characters that properties draw texts from: every one that Unicode has room for. The `binary` of fast-check is the
// same, but makes a table of all of them first, which costs each process that asks for it more than a second.
import fc from 'fast-check'

/** Where halves of a pair lie, which are no characters. */
const halves = { from: 0xd800, count: 0x800 }

function numbered(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined
  if (code === undefined || String.fromCodePoint(code) !== text || !text.isWellFormed()) throw new Error('not one character')
  return code < halves.from ? code : code - halves.count
}

export const character = fc.nat(0x10_ff_ff - halves.count).map((number) => String.fromCodePoint(number < halves.from ? number : number + halves.count), numbered)
