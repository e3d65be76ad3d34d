// Owns a line of CSV (RFC 4180) that a spreadsheet can open without running what strangers wrote.

const formula = /^[=+\-@\t\r\n＝＋－＠]/
const special = /[",\r\n\t]|^\s|\s$/

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return quote(JSON.stringify(value))
  // A leading apostrophe is how spreadsheets are told that a cell is text.
  const harmless = formula.test(value) ? `'${value}` : value
  return special.test(harmless) ? quote(harmless) : harmless
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** One line with its line break. Numbers and booleans stay what they are; lists and objects become JSON. */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`
