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
  let room: PromiseWithResolvers<void> | undefined
  const records = new InFlight<Position>(landed, (error) => failed(error instanceof Error ? error.message : String(error)))
  signal.addEventListener('abort', () => room?.resolve(), { once: true })

  const isFull = (): boolean => publications >= mostPublications || bytes >= mostBytes || records.count >= mostPublications

  async function fly(topic: string, payload: Buffer): Promise<void> {
    publications++
    bytes += payload.length
    await outlet.publish(topic, payload)
    publications--
    bytes -= payload.length
    room?.resolve()
  }

  return {
    async send(publication, position) {
      const sent: Promise<void>[] = []
      for (const topic of publication?.topics ?? []) {
        while (isFull() && !signal.aborted) {
          room = Promise.withResolvers<void>()
          await room.promise
        }
        if (signal.aborted) break
        if (publication !== undefined) sent.push(fly(topic, publication.payload))
      }
      const all = Promise.all(sent)
      // What was broken off is not done, whatever becomes of it.
      if (signal.aborted) all.catch(() => undefined)
      else records.add(all, 0, position)
      return sent.length
    },
  }
}
