// Owns a line of CSV (RFC 4180) that a spreadsheet can open without running what strangers wrote.

/**
 * Where a spreadsheet may see a formula begin: at the start of a cell, and after what other separators and line breaks would make
 * a start of, whatever blanks and quotes stand between.
 */
const formula = /(?<=^|[;\t\r\n])(?=[\s"']*[=+\-@＝＋－＠])/g
const special = /[",\r\n\t]|^\s|\s$/

/**
 * A leading apostrophe is how spreadsheets are told that a cell is text. Who takes one away wherever this puts one (before blanks
 * and quotes as well) has the text as it was.
 */
const harmless = (text: string): string => text.replace(formula, "'")

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return quote(harmless(JSON.stringify(value)))
  const text = harmless(value)
  return special.test(text) ? quote(text) : text
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** One line with its line break. Numbers and booleans stay what they are; lists and objects become JSON. */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`
