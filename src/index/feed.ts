// Owns the way from the journal into an index: follows from the cursor, gathers what arrives while the index is busy, and
// begins again where the index stands after a failure. Does not know what an index does with a line.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Journal } from '../journal/port.ts'
import type { Index } from './port.ts'

export interface FeedOptions {
  readonly index: Pick<Index, 'apply' | 'cursor' | 'clear'>
  readonly journal: Pick<Journal, 'follow'>
  readonly signal: AbortSignal
  /** Told why the index did not take what it was given; it is given again. */
  readonly onFailure: (error: Error) => void
  /** Few lines wait so long (milliseconds) for more to come, since each time that they become durable costs the same. */
  readonly linger?: number
  /** Milliseconds before a failed attempt is repeated. */
  readonly pause?: number
}

export interface Feed {
  /** Resolves when the signal has aborted and nothing is being applied any more. */
  readonly ended: Promise<void>
  /** Empties the index; the whole journal is then applied again. */
  rebuild(): Promise<void>
}

/** So many lines are not kept waiting. */
const enough = 1000
/** Reading goes no further ahead than this. */
const most = 4000

export function startFeed({ index, journal, signal, onFailure, linger = 200, pause = 2000 }: FeedOptions): Feed {
  let round = new AbortController()
  /** Set while the index must not be given anything. */
  let emptying: Promise<void> | undefined
  let idle: Promise<void> = Promise.resolve()

  async function oneRound(halt: AbortSignal): Promise<void> {
    const pending = createPending()
    const reading = gather(journal.follow(index.cursor(), halt), pending)
    try {
      for (;;) {
        const lines = await pending.take(linger)
        if (lines.length === 0 || halt.aborted) break
        await index.apply(lines)
      }
    } finally {
      pending.close()
      round.abort()
      await reading
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await emptying
      round = new AbortController()
      const halt = AbortSignal.any([signal, round.signal])
      idle = oneRound(halt).catch(async (error: unknown) => {
        onFailure(error instanceof Error ? error : new Error(String(error)))
        await sleep(pause, undefined, { signal }).catch(() => undefined)
      })
      await idle
    }
  }

  return {
    ended: run(),
    rebuild() {
      round.abort()
      emptying = idle.then(() => index.clear()).finally(() => (emptying = undefined))
      return emptying
    },
  }
}

interface Pending {
  /** Resolves when there is room for more. */
  add(lines: readonly string[]): Promise<void>
  /** All that is there: at once if it is much, else after `linger` milliseconds from the first. Empty once closed. */
  take(linger: number): Promise<readonly string[]>
  close(): void
}

async function gather(batches: ReturnType<Journal['follow']>, pending: Pending): Promise<void> {
  try {
    for await (const { lines } of batches) await pending.add(lines)
  } finally {
    pending.close()
  }
}

function createPending(): Pending {
  let held: string[] = []
  let isClosed = false
  let change = createBell()
  const ring = (): void => {
    change.ring()
    change = createBell()
  }
  return {
    async add(lines) {
      held.push(...lines)
      ring()
      while (held.length >= most && !isClosed) await change.rung
    },
    async take(linger) {
      while (held.length === 0 && !isClosed) await change.rung
      const patience = new AbortController()
      const waited = sleep(linger, true, { signal: patience.signal }).catch(() => true)
      while (held.length < enough && !isClosed) if (await Promise.race([waited, change.rung.then(() => false)])) break
      patience.abort()
      const taken = held
      held = []
      ring()
      return taken
    },
    close() {
      isClosed = true
      ring()
    },
  }
}

function createBell(): { readonly rung: Promise<void>; readonly ring: () => void } {
  let ring: () => void = () => undefined
  const rung = new Promise<void>((resolve) => (ring = resolve))
  return { rung, ring }
}
