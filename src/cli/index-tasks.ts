// Owns the work on the index that a command asks of the running server: how large it is, whether it is whole, making it anew.
import type { Index } from '../index/port.ts'
import type { Position } from '../message/line.ts'
import { telling } from '../support/telling.ts'
import { wait } from '../support/timer.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Step } from './steps.ts'

/** An index, and the journal that it follows. */
export interface Indexing {
  readonly index: Index
  /** Throws the index away and follows the journal from its beginning. */
  rebuild(): Promise<void>
  /** Where the journal begins, and its last record. */
  extent(): { readonly first: Position; readonly last: Position }
}

type IndexTask = (indexing: Indexing, body: unknown, signal: AbortSignal) => AsyncIterable<object>

const lookEvery = 500

/** One line: `IndexStats`. */
async function* stats({ index }: Indexing, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  yield await index.stats(signal)
}

/** Steps, then a line `{damaged}` for each part that is damaged and is made again. */
async function* check({ index }: Indexing, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  const { parts } = await index.stats(signal)
  const sizes = new Map(parts.map(({ name, bytes }) => [name, bytes]))
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  let step: Step = { bytes: 0, total, errors: 0 }
  yield step
  const found = yield* telling((say: (step: Step) => void) =>
    index.check(signal, (name, isDamaged) => {
      step = { ...step, bytes: step.bytes + (sizes.get(name) ?? 0), errors: step.errors + Number(isDamaged) }
      say(step)
    }))
  for (const damaged of found) yield { damaged }
}

/** Lines `{first, cursor, last}` until the index has all that the journal had when it began. */
async function* rebuild({ index, rebuild, extent }: Indexing, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  const { first, last } = extent()
  await rebuild()
  for (;;) {
    const cursor = index.cursor()
    yield { first, cursor: Math.max(first, cursor), last }
    if (cursor >= last) return
    await wait(lookEvery, signal)
    if (signal.aborted) throw new LoklakError('LEFT_RUNNING', '')
  }
}

export const indexTasks = { 'index-stats': stats, 'index-check': check, 'index-rebuild': rebuild } as const satisfies Record<string, IndexTask>
export type IndexTaskName = keyof typeof indexTasks
