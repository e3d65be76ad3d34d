// Owns the two kinds of batch: one that was just written, whose records are still at hand, and one that was read back.
import { linePosition, type Entry, type JournalRecord, type Position } from '../message/line.ts'
import { BadLine, decodeLine } from '../message/record.ts'
import type { Batch, Stretch } from './port.ts'

/** Called with a line that is no record, and why. */
export type OnDamage = (line: string, reason: string) => void

/** A batch from what was just written; positions, entries and lines belong together by index. */
export function liveBatch(positions: readonly Position[], entries: readonly Entry[], lines: readonly string[]): Batch {
  let records: readonly JournalRecord[] | undefined
  return {
    last: positions.at(-1) ?? 0,
    lines,
    read: lines.length,
    records: () => (records ??= entries.map((entry, i) => ({ ...entry, position: positions[i] ?? 0 }))),
  }
}

/** A batch from lines that were read back, for which so many were read. It has one reader, so what is parsed is not kept. */
export const readBatch = (last: Position, lines: readonly string[], read: number, onDamage: OnDamage): Batch => ({ last, lines, read, records: () => decoded(lines, onDamage) })

/** Says that there is nothing up to here. */
export const nothing = (last: Position): Batch => ({ last, lines: [], read: 0, records: () => [] })

/** In the place of what is missing. */
export const gap = (missing: Stretch): Batch => ({ ...nothing(missing.to - 1), missing })

function* decoded(lines: readonly string[], onDamage: OnDamage): Generator<JournalRecord> {
  for (const line of lines) {
    let record: JournalRecord
    try {
      record = decodeLine(line)
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      onDamage(line, `${error.reason}: ${error.message}`)
      continue
    }
    yield record
  }
}

/** The part of a batch after a position. */
export function trim(batch: Batch, after: Position): Batch {
  const first = batch.lines.findIndex((line) => (linePosition(line) ?? 0) > after)
  if (first <= 0) return batch
  return { ...batch, lines: batch.lines.slice(first), records: () => Iterator.from(batch.records()).filter(({ position }) => position > after) }
}

/** Consecutive batches as one, so that a reader who comes seldom comes for many. */
export function together(batches: readonly Batch[]): Batch {
  const [only] = batches
  if (only !== undefined && batches.length === 1) return only
  const lines = batches.flatMap((batch) => batch.lines)
  return { last: batches.at(-1)?.last ?? 0, lines, read: lines.length, records: () => batches.values().flatMap((batch) => batch.records()) }
}
