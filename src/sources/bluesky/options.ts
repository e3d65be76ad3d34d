// Owns what the source is told when it is made, and its fixed measures.
import type { Timer } from '../../support/timer.ts'

export interface Log {
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
}

/** What a test wants to hold. */
export interface Surroundings {
  readonly now: () => number
  readonly timer: Timer
  readonly log: Log
}

export interface BlueskyOptions {
  /** Jetstream endpoints, v1 or v2; one is used at a time, the next when it fails. */
  readonly urls: readonly string[]
  readonly collections: readonly string[]
  readonly compress: boolean
  /** The zstd dictionary of v1, where there is a file with it; without it v1 is not compressed. */
  readonly dictionaryFile?: string
  /** Where the very first start begins, milliseconds since 1970; null is now. */
  readonly since: number | null
  /** The service that tells names of accounts; null asks none. */
  readonly appviewUrl: string | null
  /** The state folder of the data folder; the source keeps `sources/bluesky.json` and `sources/bluesky-asking.db` in it. */
  readonly stateDir: string
  readonly userAgent: string
  /** Whether handle and profile of an author were ever told, or no more will be, by DID. */
  readonly isSettled: (key: string) => boolean
  readonly log: Log
  readonly now?: () => number
  readonly random?: () => number
  readonly timer?: Timer
  readonly measures?: Partial<Measures>
}

export interface Measures {
  /** Offers under way at once, drafts in one, and bytes of frames that are read and not yet durable, after which the socket is held. */
  readonly offers: number
  readonly drafts: number
  readonly bytes: number
  /** A frame larger than this is skipped, and one larger than the second ends the connection; bytes. */
  readonly frame: number
  readonly hugeFrame: number
  /** Milliseconds: how long no frame may come; between attempts at first and at most; how far a server looks back; how far a cursor is rewound. */
  readonly watchdog: number
  readonly leastWait: number
  readonly mostWait: number
  readonly lookback: number
  readonly rewind: number
  /** Milliseconds for what is under way when the source is stopped. */
  readonly drain: number
  /** Requests a second to the service that tells names. */
  readonly profileRequests: number
}

export const measures: Measures = {
  offers: 16,
  drafts: 256,
  bytes: 2 * 1024 * 1024,
  frame: 1024 * 1024,
  hugeFrame: 32 * 1024 * 1024,
  watchdog: 60_000,
  leastWait: 1000,
  mostWait: 60_000,
  lookback: 36 * 3_600_000,
  rewind: 5000,
  drain: 3000,
  profileRequests: 2,
}
