// Owns what tests of the hub share: a hub on a journal, and subscribers that keep what they hear.
import type { TestContext } from 'node:test'
import { parseQuery } from '../../src/query/query.ts'
import { readChannel } from '../../src/stream/channels.ts'
import type { Position } from '../../src/message/line.ts'
import type { Frame } from '../../src/stream/frame.ts'
import { createHub, type Hub, type HubOptions } from '../../src/stream/hub.ts'
import { streamIds } from '../../src/stream/id.ts'
import type { Start, Subscriber } from '../../src/stream/member.ts'
import type { Wanted } from '../../src/stream/subscription.ts'
import { heldClock, openAt, temporaryFolder, type Opened } from '../journal/fixtures.ts'

export const ids = streamIds('0123456789abcdef')

export const channels = (...names: string[]): Wanted => ({ channels: names.flatMap((name) => readChannel(name) ?? []) })
export const query = (text: string): Wanted => ({ channels: [], query: parseQuery(text, { now: Date.UTC(2026, 0, 3) }).query })

export const resume = (after: Position): Start => ({ after, resumed: true })

export interface Following {
  readonly hub: Hub
  /** What failed inside the hub. */
  readonly failures: unknown[]
  /** Ids that are known to be deleted. */
  readonly gone: Set<string>
  /** Resolves when the hub has told everything that is stored. */
  settled(): Promise<void>
}

/** A hub on a journal. */
export async function follow(t: TestContext, journal: HubOptions['journal'], options: Partial<HubOptions> = {}): Promise<Following> {
  const failures: unknown[] = []
  const gone = new Set<string>()
  const hub = createHub({ journal, ids, authorKeys: () => [], absence: ({ id_str }) => (gone.has(id_str) ? 'deleted' : undefined), replayRate: 1e9, now: Date.now, onFailure: (error) => void failures.push(error), ...options })
  const stop = new AbortController()
  const running = hub.run(stop.signal)
  t.after(async () => {
    stop.abort()
    await running
  })
  const settled = async () => {
    // A replay crosses over in the turns after the last record.
    do await new Promise((resolve) => setImmediate(resolve))
    while (hub.position() < journal.last() || hub.counts().replaying > 0)
  }
  await settled()
  return { hub, failures, gone, settled }
}

export async function open(t: TestContext, authorKeys: HubOptions['authorKeys'] = () => []): Promise<Following & { readonly journal: Opened }> {
  const clock = heldClock()
  const journal = await openAt(t, await temporaryFolder(), { now: () => (clock.add(1), clock.now()), segmentBytes: 500_000 })
  return { journal, ...(await follow(t, journal, { authorKeys })) }
}

export interface Ear extends Subscriber {
  readonly frames: Frame[]
  ended: boolean
}

/** A subscriber that keeps what it hears; `limit` frames are more than it may have waiting. */
export function ear(limit = Number.POSITIVE_INFINITY): Ear {
  const frames: Frame[] = []
  return { frames, ended: false, send: (frame) => void frames.push(frame), full: () => frames.length >= limit, busy: () => false, drained: () => Promise.resolve(), end() { this.ended = true } }
}

export const heard = ({ frames }: Ear): string[] => frames.map((frame) => {
  const data: { id_str?: string; key?: string } = JSON.parse(frame.json())
  return `${frame.event} ${data.id_str ?? data.key ?? ''}`.trim()
})

/** A subscriber that takes one frame, and the next ones when it is told to. */
export function hesitant(): Ear & { goOn(): void } {
  const going = Promise.withResolvers<void>()
  let waits = true
  const listener = ear()
  return Object.assign(listener, {
    busy: () => waits && listener.frames.length > 0,
    drained: (signal: AbortSignal) => Promise.race([going.promise, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))]),
    goOn() {
      waits = false
      going.resolve()
    },
  })
}
