// Owns how a log line looks on a terminal: time, level, where, what, then the other fields as key=value.
import { isObject, parseJson } from '../support/json.ts'

const colours: Readonly<Record<string, number>> = { fatal: 35, error: 31, warn: 33, info: 32, debug: 36, trace: 90 }
const colour = (text: string, code: number, on: boolean): string => (on ? `\u001b[${code}m${text}\u001b[0m` : text)

// What others sent may be in a field; it must not steer the terminal of who reads it.
// oxlint-disable-next-line no-control-regex
const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}')
const shown = (value: unknown): string => (typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value))

/** Turns a JSON line of the log into one line (and the stack of an error below it) for a person. */
export function prettyLine(line: string, coloured: boolean): string {
  const fields = parseJson(line)
  if (!isObject(fields)) return line
  const { time, level, room, msg, err, ...rest } = fields
  const name = typeof level === 'string' ? level : ''
  const parts = [
    colour(typeof time === 'string' ? time.slice(11, 19) : '', 90, coloured),
    colour(name.toUpperCase().padEnd(5), colours[name] ?? 0, coloured),
    ...(typeof room === 'string' ? [colour(room, 90, coloured)] : []),
    ...(typeof msg === 'string' ? [plain(msg)] : []),
    ...Object.entries(rest).map(([key, value]) => colour(plain(`${key}=${shown(value)}`), 90, coloured)),
  ]
  const stack = isObject(err) && typeof err['stack'] === 'string' ? `\n${plain(err['stack'])}` : ''
  return `${parts.join(' ')}${stack}\n`
}
