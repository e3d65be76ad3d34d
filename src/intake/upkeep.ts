// Owns what is done to an archive by the clock: midnight, the daily compaction, retention.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Followers, Retention } from '../journal/retain.ts'
import { writeAtomic } from '../support/atomic-file.ts'
import { wait } from '../support/timer.ts'
import type { Archive } from './archive.ts'

export interface UpkeepOptions {
  /** Milliseconds between two compactions. */
  readonly compactEvery: number
  readonly retention: Retention
  readonly now: () => number
  readonly log: { info(message: string): void; error(message: string): void }
  /** What has to have read a segment before it goes. */
  readonly followers: Followers
}

const lookEvery = 30_000

async function lastCompaction(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const at = Number(text)
  return Number.isFinite(at) ? at : 0
}

/** Keeps up until the signal aborts. A step that fails is logged and tried again at the next look. */
export async function keepUp(archive: Archive, options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const { now, log } = options
  const memory = join(archive.folder.state, 'compacted-at')
  const steps: readonly (() => Promise<void>)[] = [
    () => archive.journal.rotateIfDue(),
    async () => {
      const since = now() - (await lastCompaction(memory))
      // A clock that went back begins the wait anew: the last time would lie in the future for ever.
      if (since >= 0 && since < options.compactEvery) return
      const { lines, foreign } = await archive.compact(signal)
      if (signal.aborted) return
      await writeAtomic(memory, String(now()))
      if (lines + foreign > 0) log.info(`compacted: ${lines} lines of dumps and ${foreign} of other files went`)
    },
    async () => {
      for (const { name } of await archive.retain(options.retention, options.followers, signal)) log.info(`retention removed ${name}`)
    },
  ]
  while (!signal.aborted) {
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        if (!signal.aborted) log.error(`upkeep: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    await wait(lookEvery, signal)
  }
}
