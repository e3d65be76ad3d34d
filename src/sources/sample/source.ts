// Owns the source of a demonstration: generated messages, so many a second, through the same intake as all others.
import type { Intake } from '../../intake/port.ts'
import { rate } from '../../support/rate.ts'
import { systemTimer, wait, type Timer } from '../../support/timer.ts'
import type { Source } from '../source.ts'
import { network } from './people.ts'
import { draftOf } from './sample.ts'
import { createSampler } from './sampler.ts'

export interface SampleSourceOptions {
  /** Messages. */
  readonly perSecond: number
  /** Of the people. */
  readonly seed: number
  readonly now: () => number
  readonly timer?: Timer
}

/** Between two offers, in milliseconds; more often where there is less than one message in that time. */
const beat = 100
/** What was missed while the machine slept or the disk was full is not made up for beyond so many seconds. */
const mostOwed = 2

export function sampleSource({ perSecond, seed, now, timer = systemTimer }: SampleSourceOptions): Source {
  // The people of a dump with the same seed go on, and do not say again what they said.
  const sampler = createSampler({ people: seed, talk: now() })
  const messages = rate(now)
  let received = 0
  let last: number | null = null
  let isRunning = false

  async function feed(intake: Intake, signal: AbortSignal): Promise<void> {
    let owed = 0
    let at = now()
    while (!signal.aborted) {
      await wait(Math.max(beat, 1000 / perSecond), signal, timer)
      const time = now()
      owed = Math.min(owed + (Math.max(0, time - at) / 1000) * perSecond, mostOwed * perSecond)
      at = time
      const due = Math.floor(owed)
      if (due === 0 || signal.aborted) continue
      owed -= due
      const drafts = Array.from({ length: due }, () => sampler.next(time)).flat().map(draftOf)
      await intake.offer(drafts, { source: network, imported: false })
      received += due
      messages.count(due)
      last = time
    }
  }

  return {
    async run(intake, signal) {
      isRunning = true
      try {
        await feed(intake, signal)
      } finally {
        isRunning = false
      }
    },
    state: () => ({
      name: network,
      network,
      state: isRunning ? 'live' : 'stopped',
      reason: 'generated messages for trying loklak, from no network',
      address: null,
      rate: messages.perSecond(),
      lag_ms: last === null ? null : 0,
      last_message_at: last === null ? null : new Date(last).toISOString(),
      received,
      dropped: {},
      reconnects: 0,
      gaps: [],
    }),
  }
}
