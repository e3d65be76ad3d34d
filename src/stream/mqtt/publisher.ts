// Owns publishing the journal to a broker: a projection with a durable cursor, so that a broker that is away for an hour gets
// everything after, in order, at least once. MQTT is delivery, never record. Does not know which broker it is.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Journal } from '../../journal/port.ts'
import type { JournalRecord, Position } from '../../message/line.ts'
import { backoff } from '../../support/backoff.ts'
import { wait } from '../../support/timer.ts'
import { openCursor, type Cursor, type CursorOptions } from './cursor.ts'
import { createFlights, type Flights } from './flights.ts'
import type { Connect, Outlet } from './outlet.ts'
import { startOfStretch } from './stretch.ts'
import { createSuspects } from './suspects.ts'
import type { Publication } from './topics.ts'

export interface PublisherOptions {
  readonly journal: Pick<Journal, 'follow' | 'read' | 'last' | 'segments'>
  readonly connect: Connect
  /** What to publish for a record; it is shown the records before the first that is published as well, to know where messages went. */
  readonly publications: (record: JournalRecord) => Publication | undefined
  /** Where its cursor is kept. */
  readonly statePath: string
  readonly now: () => number
  readonly log: { info(message: string): void; warn(message: string): void }
  readonly crashPoint?: CursorOptions['crashPoint']
  /** Milliseconds of publishing that are done again after each reconnect: a broker that was killed may have lost what it had acknowledged. */
  readonly rewind?: number
  /** Milliseconds between a reconnect and the first publication, in which listeners come back as well. */
  readonly settle?: number
  readonly leastWait?: number
}

export interface PublisherState {
  readonly position: Position
  readonly lag_ms: number
  readonly connected: boolean
  /** Why it is not connected, for a person. */
  readonly reason: string | null
  /** Publications since the start. */
  readonly published: number
  /** Records since the start that could not be published. */
  readonly refused: number
}

export interface Publisher {
  run(signal: AbortSignal): Promise<void>
  state(): PublisherState
}

/** Bytes of dumps that are read at the start, so that deletes and edits find where messages went. */
const lookBack = 64 * 1024 * 1024
/** Milliseconds after which a record is no longer live: it may wait a little longer, so that nobody is overrun. */
const late = 1_000

export function createPublisher({ journal, connect, publications, statePath, now, log, crashPoint = () => undefined, rewind = 60_000, settle = 0, leastWait = 1_000 }: PublisherOptions): Publisher {
  let cursor: Cursor | undefined
  let connected = false
  let reason: string | null = 'starting'
  let published = 0
  let refused = 0
  const suspects = createSuspects()
  /** Records that no broker takes; those that could come again. */
  let leftOut: readonly Position[] = []

  function refuse(position: Position, why: string): void {
    refused++
    log.warn(`not published, the record at ${position}: ${why}`)
  }

  /** What to publish; a record that cannot be must not hold back those after it. */
  function publicationOf(record: JournalRecord): Publication | undefined {
    try {
      const publication = publications(record)
      return leftOut.includes(record.position) ? undefined : publication
    } catch (error) {
      refuse(record.position, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** Shows what was published before, as far back as is bearable. */
  async function lookBackFrom(end: Position, signal: AbortSignal): Promise<void> {
    try {
      for await (const batch of journal.read(startOfStretch(journal.segments(), end, lookBack), signal)) {
        for (const record of batch.records()) if (record.position <= end) publicationOf(record)
        if (batch.last >= end) return
      }
    } catch (error) {
      log.warn(`where messages were published before is not known: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Publishes from a position on until the connection or the signal ends; resolves with why it ended. */
  async function session(outlet: Outlet, place: Cursor, from: Position, signal: AbortSignal): Promise<string> {
    const ended = new AbortController()
    let why = 'stopped'
    const end = (cause: string): void => {
      if (ended.signal.aborted) return
      why = cause
      ended.abort()
    }
    const both = AbortSignal.any([signal, ended.signal])
    const flights = createFlights({ outlet, landed: (position) => place.advance(position), failed: end, signal: both })
    void outlet.gone.then(end)
    leftOut = leftOut.filter((position) => position > from)
    await follow(outlet, flights, place, from, both)
    const culprit = signal.aborted ? undefined : suspects.ended(flights.underWay())
    if (culprit !== undefined) {
      leftOut = [...leftOut, culprit]
      refuse(culprit, `the broker ended the connection for it again and again, also when nothing else was sent (${why})`)
    }
    return why
  }

  async function follow(outlet: Outlet, flights: Flights, place: Cursor, from: Position, signal: AbortSignal): Promise<void> {
    for await (const batch of journal.follow(from, signal)) {
      // Not in the turn in which it was synced: in that turn the intake learns from it who and what is gone.
      await breathe()
      // What was published already may go.
      if (batch.missing !== undefined && batch.last > place.position) log.warn(`dumps went before they were published: ${JSON.stringify(batch.missing)}`)
      for (const record of batch.records()) {
        if (now() - record.position / 1_000 > late) await outlet.room(signal)
        const alone = suspects.alone(record.position)
        if (alone) await flights.empty()
        published += await flights.send(publicationOf(record), record.position)
        crashPoint('after publish')
        if (alone) await flights.empty()
        if (signal.aborted) return
      }
    }
  }

  async function connectOnce(place: Cursor, settling: number, ready: Promise<void>, signal: AbortSignal): Promise<void> {
    const outlet = await connect(signal)
    connected = true
    reason = null
    log.info(`publishing to ${outlet.address}`)
    try {
      await Promise.all([ready, Promise.race([wait(settling, signal), outlet.gone])])
      reason = await session(outlet, place, place.rewound(), signal)
    } finally {
      connected = false
      await outlet.close()
      await place.save()
    }
  }

  return {
    async run(signal) {
      const pause = backoff({ least: leastWait, most: 30_000 })
      const place = await openCursor({ path: statePath, rewind, now, last: journal.last(), crashPoint })
      cursor = place
      const ready = lookBackFrom(place.rewound(), signal)
      let settling = place.fresh ? 0 : settle
      while (!signal.aborted) {
        const before = place.position
        try {
          await connectOnce(place, settling, ready, signal)
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error)
        }
        // A connection that brought nothing forward is no success.
        if (place.position > before) pause.reset()
        if (signal.aborted) break
        log.warn(`not publishing: ${reason ?? ''}`)
        settling = settle
        await wait(pause.next(), signal)
      }
      await ready
      await place.save()
    },
    state() {
      const position = cursor?.position ?? 0
      return { position, lag_ms: Math.max(0, Math.floor((journal.last() - position) / 1000)), connected, reason, published, refused }
    },
  }
}
