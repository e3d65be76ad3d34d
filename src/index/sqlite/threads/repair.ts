// Owns making partitions again from the journal while the rest serves, all that need it in one pass, until they have caught up.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../../../message/line.ts'
import type { Making, Results, Task } from './protocol.ts'

/** What is needed of the writing thread. */
export interface Writer {
  ask<K extends Task['kind']>(task: Extract<Task, { readonly kind: K }>): Promise<Results[K]>
}

export interface RepairOptions {
  readonly writer: Writer
  readonly replay: (after: Position, upTo: Position, signal: AbortSignal) => AsyncIterable<readonly string[]>
  readonly cursor: () => Position
  /** What has to be made, as of now. */
  readonly building: () => readonly Making[]
  readonly onFailure: (reason: string) => void
  readonly signal: AbortSignal
  /** Milliseconds before a failed attempt is repeated. */
  readonly pause: number
}

export interface Repair {
  /** Makes what has to be made, unless that is being done. */
  begin(): void
  /** To be awaited before the journal is applied: the last stretch of a repair must not run after a moving end. */
  gate(): Promise<void>
  /** Resolves when nothing is being made any more. It begins again with the next `begin`. */
  stop(): Promise<void>
}

/** Passes over the journal that run beside new records; the next ones hold them back. */
const openPasses = 3

export function createRepair({ writer, replay, cursor, building, onFailure, signal, pause }: RepairOptions): Repair {
  let stopping = new AbortController()
  let running: Promise<void> | undefined
  let held: Promise<void> = Promise.resolve()

  /** Brings partitions to where the cursor is. Those that come to be damaged meanwhile are left to the next pass. */
  async function pass(parts: readonly Making[], halt: AbortSignal): Promise<void> {
    const upTo = cursor()
    let after = upTo
    for (const part of parts) after = Math.min(after, (await writer.ask({ kind: 'progress', part })) ?? upTo)
    for await (const lines of replay(after, upTo, halt)) {
      if (halt.aborted) return
      await writer.ask({ kind: 'refill', parts, lines, upTo: 0 })
    }
    if (halt.aborted) return
    // The last records may be gone from the journal: it was read up to here all the same.
    await writer.ask({ kind: 'refill', parts, lines: [], upTo })
    for (const part of parts) await writer.ask({ kind: 'built', part })
  }

  async function makeAll(halt: AbortSignal): Promise<void> {
    let passes = new Map<string, number>()
    for (let parts = building(); parts.length > 0 && !halt.aborted; parts = building()) {
      const counted = parts.map(({ start, generation }) => `${start}.${generation}`).map((part) => [part, (passes.get(part) ?? 0) + 1] as const)
      passes = new Map(counted)
      const done = pass(parts, halt)
      // Only what is nearly there: a whole pass over the journal takes long.
      if ([...passes.values()].every((count) => count > openPasses)) {
        held = done.then(
          () => undefined,
          () => undefined,
        )
      }
      try {
        await done
      } catch (error) {
        if (halt.aborted) return
        passes.clear()
        onFailure(error instanceof Error ? error.message : String(error))
        await sleep(pause, undefined, { signal: halt }).catch(() => undefined)
      }
    }
  }

  return {
    begin() {
      if (running !== undefined || building().length === 0) return
      running = makeAll(AbortSignal.any([signal, stopping.signal])).finally(() => (running = undefined))
    },
    gate: () => held,
    async stop() {
      stopping.abort()
      await running
      stopping = new AbortController()
    },
  }
}
