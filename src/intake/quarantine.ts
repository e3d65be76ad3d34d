// Owns samples of what was refused, so that a person can see it: `state/quarantine/invalid-YYYYMMDD.ndjson`. Bounded by day
// and reason; the counters have the whole number.
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface Quarantine {
  keep(reason: string, what: unknown): void
  flush(): Promise<void>
}

const perReason = 50
const maxReasons = 200
const maxBytes = 65_536

export function createQuarantine(folder: string, now: () => number): Quarantine {
  let day = ''
  let kept = new Map<string, number>()
  let writing: Promise<void> = Promise.resolve()
  return {
    keep(reason, what) {
      const today = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '')
      if (today !== day) {
        day = today
        kept = new Map()
      }
      const count = kept.get(reason) ?? 0
      if (count >= perReason || (count === 0 && kept.size >= maxReasons)) return
      kept.set(reason, count + 1)
      const line = `${JSON.stringify({ reason, draft: what }).slice(0, maxBytes)}\n`
      writing = writing
        .then(() => mkdir(folder, { recursive: true }))
        .then(() => appendFile(join(folder, `invalid-${today}.ndjson`), line))
        // A sample that cannot be kept (the disk may be full) is still counted.
        .catch(() => undefined)
    },
    flush: () => writing,
  }
}
