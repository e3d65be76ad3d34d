// Owns the ways to count into a text. Strings are indexed by UTF-16 units; AT Protocol counts UTF-8 bytes, and some
// clients count code points instead.

/** The index to which a count of units leads; undefined where it leads past the end or into the midst of a character. */
export type Offsets = (count: number) => number | undefined

const utf8Bytes = (codePoint: number): number => (codePoint < 0x80 ? 1 : codePoint < 0x8_00 ? 2 : codePoint < 0x1_00_00 ? 3 : 4)

/** One walk over the text, so that any number of offsets costs no more than the text is long. */
function table(text: string, size: number, unitsOf: (codePoint: number) => number): Offsets {
  const indexes = new Int32Array(size + 1).fill(-1)
  let units = 0
  for (let at = 0; at < text.length; ) {
    indexes[units] = at
    const codePoint = text.codePointAt(at) ?? 0
    units += unitsOf(codePoint)
    at += codePoint > 0xff_ff ? 2 : 1
  }
  indexes[units] = text.length
  return (count) => {
    const index = indexes[count]
    return index === undefined || index < 0 ? undefined : index
  }
}

/** `size` is the length of the text in bytes. */
export function byteOffsets(text: string, size: number): Offsets {
  if (size > text.length) return table(text, size, utf8Bytes)
  return (count) => (Number.isInteger(count) && count >= 0 && count <= size ? count : undefined)
}

export const codePointOffsets = (text: string): Offsets => table(text, text.length, () => 1)

export const utf16Offsets = (text: string): Offsets => (count) =>
  Number.isInteger(count) && count >= 0 && count <= text.length && (text.codePointAt(count - 1) ?? 0) <= 0xff_ff ? count : undefined

/** How many code points a text has. */
export function codePoints(text: string, start = 0, end = text.length): number {
  let count = end - start
  for (let at = start + 1; at < end; at++) {
    if (isLowSurrogate(text.charCodeAt(at)) && isHighSurrogate(text.charCodeAt(at - 1))) count--
  }
  return count
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd8_00 && unit < 0xdc_00
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc_00 && unit < 0xe0_00
