// Owns making partitions again from the journal while the rest serves, one at a time, until they have caught up.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../../../message/line.ts'
import type { Results, Task } from './protocol.ts'

/** What is needed of the writing thread. */
export interface Writer {
  ask<K extends Task['kind']>(task: Extract<Task, { readonly kind: K }>): Promise<Results[K]>
}

export interface RepairOptions {
  readonly writer: Writer
  readonly replay: (after: Position, upTo: Position, signal: AbortSignal) => AsyncIterable<readonly string[]>
  readonly cursor: () => Position
  readonly onFailure: (reason: string) => void
  readonly signal: AbortSignal
  /** Milliseconds before a failed attempt is repeated. */
  readonly pause: number
}

export interface Repair {
  /** Makes these partitions, by start, unless that is being done. */
  begin(building: readonly number[]): void
  /** To be awaited before the journal is applied: the last stretch of a repair must not run after a moving end. */
  gate(): Promise<void>
  /** Resolves when nothing is being made any more. It begins again with the next `begin`. */
  stop(): Promise<void>
}

/** Passes over the journal that run beside new records; the next ones hold them back. */
const openPasses = 3

export function createRepair({ writer, replay, cursor, onFailure, signal, pause }: RepairOptions): Repair {
  let stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let held: Promise<void> = Promise.resolve()
  const under = new Set<number>()

  /** Brings a partition to where the cursor is. Answers whether it is made; a pass that is stopped halfway says so too. */
  async function pass(start: number, halt: AbortSignal): Promise<boolean> {
    const upTo = cursor()
    for await (const lines of replay(await writer.ask({ kind: 'progress', start }), upTo, halt)) {
      if (halt.aborted) break
      await writer.ask({ kind: 'refill', start, lines, upTo: 0 })
    }
    if (halt.aborted) return true
    // The last records may be gone from the journal: it was read up to here all the same.
    await writer.ask({ kind: 'refill', start, lines: [], upTo })
    return writer.ask({ kind: 'built', start })
  }

  async function make(start: number, halt: AbortSignal): Promise<void> {
    for (let passes = 0; !halt.aborted; passes++) {
      const done = pass(start, halt)
      if (passes >= openPasses) {
        held = done.then(
          () => undefined,
          () => undefined,
        )
      }
      if (await done) return
    }
  }

  async function attempt(start: number, halt: AbortSignal): Promise<void> {
    while (!halt.aborted) {
      try {
        await make(start, halt)
        return
      } catch (error) {
        if (halt.aborted) return
        onFailure(error instanceof Error ? error.message : String(error))
        await sleep(pause, undefined, { signal: halt }).catch(() => undefined)
      }
    }
  }

  return {
    begin(building) {
      for (const start of building) {
        if (under.has(start)) continue
        under.add(start)
        const halt = AbortSignal.any([signal, stopping.signal])
        running = running.then(() => attempt(start, halt)).finally(() => under.delete(start))
      }
    },
    gate: () => held,
    async stop() {
      stopping.abort()
      await running
      stopping = new AbortController()
    },
  }
}
