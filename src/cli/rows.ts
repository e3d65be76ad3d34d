// Owns how commands print rows: json, ndjson, csv or txt, as they come, with the reader setting the pace.
import { oneOf } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { csvLine } from '../support/csv.ts'
import { printable } from '../support/printable.ts'
import { put, type Output } from './output.ts'

export const rowFormats = ['json', 'ndjson', 'csv', 'txt'] as const
export type RowFormat = (typeof rowFormats)[number]

/** Messages can also be features on a map, and items of a feed. */
export const messageFormats = [...rowFormats, 'geojson', 'rss'] as const
export type MessageFormat = (typeof messageFormats)[number]

/** The flag `--format` of every command that prints rows. */
export const formatFlag = option(oneOf(rowFormats), 'txt', 'How the result is written.')

/** How rows of one kind are told. `json` and `ndjson` print the row itself. */
export interface Sheet<Row> {
  /** The columns of `csv`, and of `txt` where it has no line of its own. */
  readonly columns: Readonly<Record<string, (row: Row) => unknown>>
  /** A line of `txt`; without it, txt is an aligned table. */
  readonly line?: (row: Row) => string
}

/** Which part of a whole is written, so that parts that are put together are one file. */
export interface Part {
  readonly isFirst: boolean
  readonly isLast: boolean
  /** Rows in the parts before it. */
  readonly before: number
}
export const whole: Part = { isFirst: true, isLast: true, before: 0 }

export interface Destination<Format = RowFormat> {
  readonly format: Format
  readonly out: Output
  readonly signal: AbortSignal
  /** Characters that are gathered before they are written; 0 for rows that are to be seen as they come. */
  readonly batch?: number
  /** All of it where nothing is said. */
  readonly part?: Part
}

type Rows<Row> = Iterable<Row> | AsyncIterable<Row>

/** Prints rows until they end; rejects when the signal aborts. Resolves with their number. */
export async function writeRows<Row>(rows: Rows<Row>, sheet: Sheet<Row>, { format, out, signal, batch, part = whole }: Destination): Promise<number> {
  let count = 0
  async function* counted(): AsyncGenerator<Row> {
    for await (const row of rows) {
      count++
      yield row
    }
  }
  await writePieces(printers[format](counted(), sheet, part), { out, signal, ...(batch === undefined ? {} : { batch }) })
  return count
}

/** Writes text as it comes, gathered. */
export async function writePieces(pieces: AsyncIterable<string>, { out, signal, batch = 65_536 }: Pick<Destination, 'out' | 'signal' | 'batch'>): Promise<void> {
  let pending = ''
  for await (const piece of pieces) {
    pending += piece
    if (pending.length <= batch) continue
    await put(out, pending, signal)
    pending = ''
  }
  if (pending !== '') await put(out, pending, signal)
}

type Printer = <Row>(rows: AsyncIterable<Row>, sheet: Sheet<Row>, part: Part) => AsyncGenerator<string>

const printers: Readonly<Record<RowFormat, Printer>> = {
  async *json(rows, _sheet, { isFirst, isLast, before }) {
    if (isFirst) yield '['
    let lead = before === 0 ? '\n' : ',\n'
    for await (const row of rows) {
      yield lead + JSON.stringify(row)
      lead = ',\n'
    }
    if (isLast) yield lead === '\n' ? ']\n' : '\n]\n'
  },
  async *ndjson(rows) {
    for await (const row of rows) yield `${JSON.stringify(row)}\n`
  },
  async *csv(rows, { columns }, { isFirst }) {
    const values = Object.values(columns)
    if (isFirst) yield csvLine(Object.keys(columns))
    for await (const row of rows) yield csvLine(values.map((value) => value(row)))
  },
  async *txt(rows, { columns, line }) {
    if (line === undefined) yield* table(rows, columns)
    else for await (const row of rows) yield `${printable(line(row))}\n`
  },
}

/** So many rows are looked at before the widths of the columns are settled. */
const measured = 200
const widest = 60

async function* table<Row>(rows: AsyncIterable<Row>, columns: Sheet<Row>['columns']): AsyncGenerator<string> {
  const head: string[][] = [Object.keys(columns)]
  let widths: readonly number[] | undefined
  const settle = (): readonly number[] => Object.keys(columns).map((_, at) => Math.min(widest, Math.max(...head.map((cells) => cells[at]?.length ?? 0))))
  const print = (cells: readonly string[], widths: readonly number[]): string => `${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd()}\n`
  for await (const row of rows) {
    const cells = Object.values(columns).map((value) => plain(value(row)))
    if (widths !== undefined) {
      yield print(cells, widths)
    } else if (head.push(cells) > measured) {
      widths = settle()
      for (const cells of head) yield print(cells, widths)
    }
  }
  if (widths !== undefined) return
  widths = settle()
  for (const cells of head) yield print(cells, widths)
}

const plain = (value: unknown): string =>
  value === undefined || value === null ? '' : printable(typeof value === 'string' ? value : JSON.stringify(value))
