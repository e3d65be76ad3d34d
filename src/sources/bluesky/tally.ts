// Owns the counts of the source and what they say about how it fares.
import { rate, type Rate } from '../../support/rate.ts'
import type { Gap, SourceState } from '../source.ts'
import { network } from './draft.ts'
import type { Event } from './event.ts'

/** Where the source is between two connections. `open` says what the counts know: catching up or live. */
export type Phase = 'stopped' | 'connecting' | 'waiting' | 'open'

/** Milliseconds for which nothing but frames of no use may come before that is said. */
export const patience = 60_000

/** Behind by less than this counts as live, and so does an open connection that was quiet for so long; milliseconds. */
const close = 10_000

export class Tally {
  readonly #now: () => number
  readonly #messages: Rate
  readonly #dropped: Record<string, number> = {}
  #phase: Phase = 'stopped'
  #reason: string | null = 'not started'
  /** Why there is no connection, since the last one that opened. */
  #failure: string | null = null
  #address: string | null = null
  #received = 0
  #reconnects = 0
  /** Milliseconds: when the connection opened or a frame last came; when a message last came; what the last event said the time was. */
  #heard = 0
  #lastMessage: number | null = null
  #lastEvent: number | null = null
  #lag: number | null = null
  /** When the first frame came of those since the last that was of use; null while all are. */
  #uselessSince: number | null = null
  /** How far behind the cursor was when the connection opened. */
  #behind = 0

  constructor(now: () => number) {
    this.#now = now
    this.#messages = rate(now)
  }

  enter(phase: Phase, reason: string | null, address = this.#address): void {
    this.#phase = phase
    this.#reason = reason
    this.#address = address
  }

  /** Asks a server for a connection. After a failure that is no better than waiting until one opens. */
  connecting(address: string): void {
    if (this.#failure === null) this.enter('connecting', `connecting to ${address}`, address)
    else this.enter('waiting', `${this.#failure}; trying again`, address)
  }

  failed(reason: string, delay: number): void {
    this.#failure = reason
    this.enter('waiting', `${reason}; trying again in ${(delay / 1000).toFixed(1)} s`)
  }

  opened(behind: number): void {
    this.#phase = 'open'
    this.#reason = null
    this.#failure = null
    this.#heard = this.#now()
    this.#behind = behind
    this.#lag = null
  }

  reconnect(): void {
    this.#reconnects++
  }

  frame(): void {
    this.#received++
    this.#heard = this.#now()
  }

  drop(reason: string): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1
  }

  /** A frame that nothing can be made of. */
  useless(reason: string): void {
    this.drop(reason)
    this.#uselessSince ??= this.#heard
  }

  /** Milliseconds for which nothing came that is of use, though frames came. */
  uselessFor(): number {
    return this.#uselessSince === null ? 0 : this.#heard - this.#uselessSince
  }

  useful(): void {
    this.#uselessSince = null
  }

  event(event: Event, isMessage: boolean): void {
    this.#lastEvent = event.time / 1000
    this.#lag = Math.max(0, this.#heard - this.#lastEvent)
    if (!isMessage) return
    this.#lastMessage = this.#heard
    this.#messages.count(1)
  }

  /** `held`: frames wait because the intake takes no more at the moment. */
  state(held: boolean, gaps: readonly Gap[]): SourceState {
    const quiet = this.#phase === 'open' && !held && this.#now() - this.#heard > close
    const lag = this.#lagNow(held, quiet)
    const behind = (lag ?? this.#behind) > close && !quiet
    const useless = this.#phase === 'open' && this.uselessFor() > patience
    const phase = useless ? 'waiting' : this.#phase === 'open' ? (behind ? 'catching-up' : 'live') : this.#phase
    return {
      name: network,
      network,
      state: phase,
      reason: useless ? `nothing that comes is of use; most of it: ${this.#mostDropped()}` : phase === 'catching-up' ? (held ? 'reading is held back: what was read is not stored yet' : 'reading what happened meanwhile') : this.#reason,
      address: this.#address,
      rate: this.#messages.perSecond(),
      lag_ms: lag === null ? null : Math.round(lag),
      last_message_at: this.#lastMessage === null ? null : new Date(this.#lastMessage).toISOString(),
      received: this.#received,
      dropped: { ...this.#dropped },
      reconnects: this.#reconnects,
      gaps,
    }
  }

  #mostDropped(): string {
    const [most] = Object.entries(this.#dropped).sort(([, a], [, b]) => b - a)
    return most?.[0] ?? ''
  }

  /**
   * While frames come, how old the last one was when it came. While none can come, how old it is by now. A quiet
   * connection has nothing more to tell: then we are where the network is.
   */
  #lagNow(held: boolean, quiet: boolean): number | null {
    if (this.#lastEvent === null) return null
    if (quiet) return 0
    return this.#phase === 'open' && !held && this.#lag !== null ? this.#lag : Math.max(0, this.#now() - this.#lastEvent)
  }
}
