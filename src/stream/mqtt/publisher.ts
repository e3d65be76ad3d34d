// Owns publishing the journal to a broker: a projection with a durable cursor, so that a broker that is away for an hour gets
// everything after, in order, at least once. MQTT is delivery, never record. Does not know which broker it is.
import { readFile } from 'node:fs/promises'
import type { Journal } from '../../journal/port.ts'
import type { JournalRecord, Position } from '../../message/record.ts'
import { writeAtomic } from '../../support/atomic-file.ts'
import { backoff } from '../../support/backoff.ts'
import { InFlight } from '../../support/in-flight.ts'
import { isObject, parseJson } from '../../support/json.ts'
import { wait } from '../../support/timer.ts'
import type { Connect, Outlet } from './outlet.ts'
import type { Publication } from './topics.ts'

export interface PublisherOptions {
  readonly journal: Pick<Journal, 'follow' | 'last'>
  readonly connect: Connect
  readonly publications: (record: JournalRecord) => Publication | undefined
  /** Where its cursor is kept. */
  readonly statePath: string
  readonly now: () => number
  readonly log: { info(message: string): void; warn(message: string): void }
  /** Publications under way at once. */
  readonly window?: number
  /** Microseconds that are published again after each reconnect: a broker that was killed may have lost what it had acknowledged. */
  readonly rewind?: number
  readonly leastWait?: number
}

export interface PublisherState {
  readonly position: Position
  readonly lag_ms: number
  readonly connected: boolean
  /** Why it is not connected, for a person. */
  readonly reason: string | null
  readonly published: number
}

export interface Publisher {
  run(signal: AbortSignal): Promise<void>
  state(): PublisherState
}

const saveEvery = 1_000

async function readCursor(path: string): Promise<Position | undefined> {
  const json = parseJson(await readFile(path, 'utf8').catch(() => ''))
  return isObject(json) && typeof json['cursor'] === 'number' && Number.isSafeInteger(json['cursor']) ? json['cursor'] : undefined
}

export function createPublisher({ journal, connect, publications, statePath, now, log, window = 2_000, rewind = 60_000_000, leastWait = 1_000 }: PublisherOptions): Publisher {
  let cursor: Position = 0
  let savedAt = 0
  let saving: Promise<void> = Promise.resolve()
  let connected = false
  let reason: string | null = 'starting'
  let published = 0

  /** Keeps the cursor, at most once a second unless it must be now. */
  function save(force: boolean): Promise<void> {
    if (!force && now() - savedAt < saveEvery) return saving
    savedAt = now()
    const kept = cursor
    // A disk that is full for a moment costs repeats after a restart, nothing else.
    saving = saving.then(() => writeAtomic(statePath, JSON.stringify({ cursor: kept }))).catch(() => undefined)
    return saving
  }

  /** Publishes from a position on until the connection or the signal ends; resolves with why it ended. */
  async function session(outlet: Outlet, from: Position, signal: AbortSignal): Promise<string> {
    const ended = new AbortController()
    let why = 'stopped'
    const end = (cause: string): void => {
      if (ended.signal.aborted) return
      why = cause
      ended.abort()
    }
    let room: PromiseWithResolvers<void> | undefined
    const flights = new InFlight<Position>(
      (position) => {
        cursor = Math.max(cursor, position)
        void save(false)
        room?.resolve()
      },
      (error) => end(error instanceof Error ? error.message : String(error)),
    )
    void outlet.gone.then(end)
    const both = AbortSignal.any([signal, ended.signal])
    both.addEventListener('abort', () => room?.resolve(), { once: true })
    for await (const batch of journal.follow(from, both)) {
      for (const record of batch.records()) {
        while (flights.count >= window && !both.aborted) {
          room = Promise.withResolvers<void>()
          await room.promise
        }
        if (both.aborted) break
        const publication = publications(record)
        const sent = publication === undefined ? [] : publication.topics.map((topic) => outlet.publish(topic, publication.payload))
        published += sent.length
        flights.add(Promise.all(sent), 0, record.position)
      }
      if (both.aborted) break
    }
    return why
  }

  async function connectOnce(from: Position, signal: AbortSignal): Promise<void> {
    const outlet = await connect(signal)
    connected = true
    reason = null
    log.info(`publishing to ${outlet.address}`)
    try {
      reason = await session(outlet, from, signal)
    } finally {
      connected = false
      await outlet.close()
      await save(true)
    }
  }

  return {
    async run(signal) {
      const pause = backoff({ least: leastWait, most: 30_000 })
      const begun = await readCursor(statePath)
      // Past the end is where dumps are gone; what comes now is published all the same.
      cursor = Math.min(begun ?? Infinity, journal.last())
      // Kept at once, so that what comes before the first connection is published after it.
      if (begun === undefined) await save(true)
      let from = begun === undefined ? cursor : Math.max(0, cursor - rewind)
      while (!signal.aborted) {
        try {
          await connectOnce(from, signal)
          pause.reset()
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error)
        }
        if (signal.aborted) break
        log.warn(`not publishing: ${reason ?? ''}`)
        from = Math.max(0, cursor - rewind)
        await wait(pause.next(), signal)
      }
      await save(true)
    },
    state: () => ({ position: cursor, lag_ms: Math.max(0, Math.floor((journal.last() - cursor) / 1000)), connected, reason, published }),
  }
}
