// Owns what is under way to a broker: how much of it there may be, and up to where all of it was acknowledged. Bounded by
// publications, since a message with many topics is many, and by bytes.
import type { Position } from '../../message/line.ts'
import { InFlight } from '../../support/in-flight.ts'
import type { Outlet } from './outlet.ts'
import type { Publication } from './topics.ts'

/**
 * Far below the 65,535 packets that MQTT has numbers for: a client gives each number again, whether it is free or not. And few, since
 * all of them wait for one socket (measured: 500 are 1.3 times as fast as 4,000 at QoS 1, twice at QoS 0).
 */
export const mostPublications = 500
const mostBytes = 16 * 1024 * 1024

export interface Flights {
  /** Sends a record, waiting for room before each publication; how many were sent. A record without publications is one that is done. */
  send(publication: Publication | undefined, position: Position): Promise<number>
  /** The oldest and the newest record that were begun and are not acknowledged, or wait for one that is not. */
  underWay(): readonly [oldest: Position, newest: Position] | undefined
  /** Resolves when nothing is under way, or at the end. */
  empty(): Promise<void>
}

export interface FlightsOptions {
  readonly outlet: Pick<Outlet, 'publish'>
  /** Everything up to there is acknowledged. */
  landed(position: Position): void
  failed(reason: string): void
  readonly signal: AbortSignal
}

export function createFlights({ outlet, landed, failed, signal }: FlightsOptions): Flights {
  let publications = 0
  let bytes = 0
  let change: PromiseWithResolvers<void> | undefined
  function changed(): void {
    change?.resolve()
    change = undefined
  }
  const records = new InFlight<Position>(
    (position) => {
      changed()
      landed(position)
    },
    (error) => failed(error instanceof Error ? error.message : String(error)),
  )
  signal.addEventListener('abort', changed, { once: true })

  function whenChanged(): Promise<void> {
    change ??= Promise.withResolvers<void>()
    return change.promise
  }

  async function fly(topic: string, payload: Buffer): Promise<void> {
    publications++
    bytes += payload.length
    try {
      await outlet.publish(topic, payload)
    } finally {
      publications--
      bytes -= payload.length
      changed()
    }
  }

  return {
    async send(publication, position) {
      while (records.count >= mostPublications && !signal.aborted) await whenChanged()
      if (signal.aborted) return 0
      // It fails with its first publication that does, and is done with its last; what is broken off is neither.
      const whole = Promise.withResolvers<void>()
      records.add(whole.promise, 0, position)
      let sent = 0
      let open = 1
      const land = (): void => {
        if (--open === 0) whole.resolve()
      }
      for (const topic of publication?.topics ?? []) {
        while ((publications >= mostPublications || bytes >= mostBytes) && !signal.aborted) await whenChanged()
        if (signal.aborted || publication === undefined) return sent
        sent++
        open++
        fly(topic, publication.payload).then(land, whole.reject)
      }
      land()
      return sent
    },
    underWay: () => records.marks,
    async empty() {
      while (records.count > 0 && !signal.aborted) await whenChanged()
    },
  }
}
