// Owns what the hub has to do with one subscriber: its wire, what it wants, and up to where it was told.
import type { Position } from '../message/line.ts'
import type { Frame } from './frame.ts'
import type { Recipient } from './recipients.ts'
import type { Interest } from './subscription.ts'

/** The wire of one subscriber. None of it throws or waits. */
export interface Subscriber {
  /** Whose it is: of one, some are told what was before, the others after them. Undefined is counted with nobody. */
  readonly who?: string | undefined
  send(frame: Frame): void
  /** Whether more waits to be written than this subscriber may have waiting. */
  full(): boolean
  /** Whether so much waits that what is not urgent should hold back. */
  busy(): boolean
  /** Resolves when it is no longer busy, or the signal aborts. */
  drained(signal: AbortSignal): Promise<void>
  /** The stream ends here, because the subscriber is too slow or the server stops. */
  end(): void
}

/** Where a subscriber begins. */
export interface Start {
  /** 0 for everything that is kept. */
  readonly after: Position
  /** It heard what lies before; so the end of what it was sent then is news to it. */
  readonly resumed: boolean
}

export interface Member extends Recipient {
  subscriber: Subscriber
  interest: Interest
  /** Up to here it was told by a replay, and is not told again. */
  floor: Position
  /** Aborts when it left. */
  readonly stop: AbortController
}

/** In the place of a subscriber that left, which something may still remember. */
export const nobody: Subscriber = { send: () => undefined, full: () => false, busy: () => false, drained: () => Promise.resolve(), end: () => undefined }
