// Owns the newest part of the journal in memory, so that readers that keep up never touch the disk. Bounded: what does not
// fit is dropped from the old end, and a reader that was there reads it from disk. Of all but the newest batches only the lines
// are kept: their records would be most of what every collection of young memory has to copy, and hardly anyone asks.
import type { Position } from '../message/line.ts'
import { readBatch } from './batch.ts'
import type { Batch } from './port.ts'

export interface Tail {
  push(batch: Batch, bytes: number): void
  /** Every batch that has something after a position, or undefined where that is older than what is held. */
  after(position: Position): readonly Batch[] | undefined
  /** The position before the oldest batch that is held. */
  floor(): Position
  /** Resolves when something is pushed, or the signal aborts. */
  changed(signal: AbortSignal): Promise<void>
}

/** Batches whose records are kept at hand. */
const fresh = 4

const linesOnly = ({ last, lines, read }: Batch): Batch =>
  readBatch(last, lines, read, (_line, reason) => {
    throw new TypeError(`a line that was just written cannot be read: ${reason}`)
  })

export function createTail(begin: Position, limit = 1024 * 1024): Tail {
  const held: { batch: Batch; readonly bytes: number }[] = []
  let floor = begin
  let bytes = 0
  let waiting = new Set<() => void>()

  return {
    push(batch, size) {
      held.push({ batch, bytes: size })
      bytes += size
      const older = held.at(-1 - fresh)
      if (older !== undefined) older.batch = linesOnly(older.batch)
      while (bytes > limit && held.length > 1) {
        const dropped = held.shift()
        if (dropped === undefined) break
        bytes -= dropped.bytes
        floor = dropped.batch.last
      }
      const wake = waiting
      waiting = new Set()
      for (const resolve of wake) resolve()
    },
    after(position) {
      if (position < floor) return undefined
      // Readers that keep up are near the new end.
      let first = held.length
      while (first > 0 && (held[first - 1]?.batch.last ?? 0) > position) first--
      return held.slice(first).map(({ batch }) => batch)
    },
    floor: () => floor,
    changed(signal) {
      if (signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          waiting.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        waiting.add(done)
        signal.addEventListener('abort', done)
      })
    },
  }
}
