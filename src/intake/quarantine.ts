// Owns samples of what was refused, so that a person can see it: `state/quarantine/invalid-YYYYMMDD.ndjson`. Bounded by day
// and reason; the counters have the whole number.
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isModest } from '../support/json.ts'
import { inTurn } from '../support/turns.ts'

export interface Quarantine {
  keep(reason: string, what: unknown): void
  flush(): Promise<void>
}

const perReason = 50
const maxReasons = 200
const maxBytes = 65_536
const maxBytesADay = 16 * 1024 * 1024
const maxDepth = 64

export function createQuarantine(folder: string, now: () => number): Quarantine {
  let day = ''
  let bytes = 0
  let kept = new Map<string, number>()
  let writing: Promise<void> = Promise.resolve()
  return {
    keep(reason, what) {
      const today = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '')
      if (today !== day) {
        day = today
        bytes = 0
        kept = new Map()
      }
      const count = kept.get(reason) ?? 0
      if (count >= perReason || (count === 0 && kept.size >= maxReasons)) return
      kept.set(reason, count + 1)
      // What is too large or nested too deeply could not even be written.
      const sample = isModest(what, maxBytes, maxDepth) ? { reason, draft: what } : { reason }
      const line = `${JSON.stringify(sample).slice(0, maxBytes)}\n`
      if ((bytes += line.length) > maxBytesADay) return
      const path = join(folder, `invalid-${today}.ndjson`)
      writing = writing
        .then(() => mkdir(folder, { recursive: true }))
        .then(() => inTurn(path, () => appendFile(path, line)))
        // A sample that cannot be kept (the disk may be full) is still counted.
        .catch(() => undefined)
    },
    flush: () => writing,
  }
}
