// Owns what is done about damage in our own dumps: it is never silent. Each damaged line is counted once, kept aside in
// `state/quarantine/damaged.ndjson` (bounded) and reported; reading goes on behind it.
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createHash } from 'node:crypto'
import { inTurn } from '../support/turns.ts'
import type { OnSegmentDamage } from './read.ts'

export interface Damage {
  readonly segment: string
  readonly reason: string
}

export interface DamageLog {
  readonly report: OnSegmentDamage
  /** Damaged places seen since the start; past those that are remembered, one that is read again counts again. */
  count(): number
  /** The newest few, for status. */
  recent(): readonly Damage[]
  /** Resolves when everything reported is written. */
  flush(): Promise<void>
}

const usuallyRemembered = 10_000
const maxLine = 65_536

export function createDamageLog(path: string, onDamage: (damage: Damage) => void, remembered = usuallyRemembered): DamageLog {
  const seen = new Set<string>()
  const recent: Damage[] = []
  let count = 0
  let writing: Promise<void> = Promise.resolve()
  return {
    report(segment, line, reason) {
      const key = createHash('sha1').update(`${segment}\n${line || reason}`).digest('base64')
      if (seen.has(key)) return
      count++
      if (seen.size >= remembered) return
      seen.add(key)
      const damage = { segment, reason }
      recent.push(damage)
      if (recent.length > 10) recent.shift()
      onDamage(damage)
      const kept = `${JSON.stringify({ segment, reason, line: line.slice(0, maxLine) })}\n`
      writing = writing
        .then(() => mkdir(dirname(path), { recursive: true }))
        .then(() => inTurn(path, () => appendFile(path, kept)))
        // The place to keep it may be full as well; the count and the report stand.
        .catch(() => undefined)
    },
    count: () => count,
    recent: () => recent,
    flush: () => writing,
  }
}
