// Owns checking an index whole: a thread of its own reads one partition after the other, so that neither what is written nor
// what is asked has to wait.
import type { ReaderData } from '../read/reader.ts'
import { ThreadLost } from './thread.ts'
import { Reading } from './reading.ts'

/** Nothing is known of how long a partition takes. */
const timeout = 2 ** 30

/** Names what is damaged, after `setAside` has been told of it. Rejects with the signal's reason when it aborts. */
export async function findDamage(data: ReaderData, setAside: (start: number, generation: number, reason: string) => Promise<void>, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted()
  const reading = new Reading({ ...data, grace: 0 }, () => undefined)
  const stop = (): void => void reading.end(signal.reason instanceof Error ? signal.reason : new ThreadLost('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  const damaged: string[] = []
  try {
    for (let after = Number.NEGATIVE_INFINITY; ; ) {
      const checked = await reading.ask({ kind: 'check', timeout, after }, undefined)
      if (checked === undefined) return damaged
      const { start, generation, name, fault } = checked
      after = start
      if (fault === undefined) continue
      await setAside(start, generation, fault)
      damaged.push(name)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await reading.end(new ThreadLost('the check is over'))
  }
}
