// Owns checking an index whole: a thread of its own reads the catalog and one partition after the other, so that neither what
// is written nor what is asked has to wait.
import { catalogFile } from '../files/catalog.ts'
import type { ReaderData } from '../read/reader.ts'
import type { Asides } from './damage.ts'
import { CatalogDamage } from './failure.ts'
import { ThreadLost } from './thread.ts'
import { Reading } from './reading.ts'

/** Nothing is known of how long a partition takes. */
const timeout = 2 ** 30

/** Told of every part, and whether it is damaged. */
type OnPart = (name: string, isDamaged: boolean) => void

/** Names what is damaged, after it was set aside; `onPart` is told of every part. Rejects with the signal's reason when it aborts. */
export async function findDamage(data: ReaderData, asides: Asides, onPart: OnPart, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted()
  const begun = asides.begun()
  const reading = new Reading({ ...data, grace: 0 }, () => undefined)
  const stop = (): void => void reading.end(signal.reason instanceof Error ? signal.reason : new ThreadLost('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    await reading.ask({ kind: 'checkCatalog', timeout }, undefined)
    return await damagedPartitions(reading, asides, onPart)
  } catch (error) {
    if (!(error instanceof CatalogDamage)) throw error
    await asides.setAllAside(begun, error.message)
    return [catalogFile]
  } finally {
    signal.removeEventListener('abort', stop)
    await reading.end(new ThreadLost('the check is over'))
  }
}

async function damagedPartitions(reading: Reading, { setAside }: Asides, onPart: OnPart): Promise<readonly string[]> {
  const damaged: string[] = []
  for (let after = Number.NEGATIVE_INFINITY; ; ) {
    const checked = await reading.ask({ kind: 'check', timeout, after }, undefined)
    if (checked === undefined) return damaged
    const { start, generation, name, fault } = checked
    after = start
    onPart(name, fault !== undefined)
    if (fault === undefined) continue
    await setAside(start, generation, fault)
    damaged.push(name)
  }
}
