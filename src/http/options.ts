// Owns what can be set for the HTTP room. main.ts maps the settings to it.
import type { StreamLimits } from './stream/streams.ts'

export interface HttpOptions {
  /** Addresses or names to listen on; `::1` is left out where the machine has no IPv6. */
  readonly hosts: readonly string[]
  /** 0 takes any free port, the same one for all hosts. */
  readonly port: number
  /** Where commands reach this server; null for no such socket. */
  readonly socket: string | null
  /** How others reach this server (`host.url`); null where that is where it listens. */
  readonly url: string | null
  /** Networks (`10.0.0.0/8`) whose forwarded headers are believed. */
  readonly proxies: readonly string[]
  /** Whether pages of other origins may read the answers. */
  readonly cors: boolean
  /** Bytes. */
  readonly bodyLimit: number
  /** Requests a second from one address, averaged over ten seconds; 0 limits nobody. */
  readonly requestRate: number
  /** Connections to one listener. */
  readonly connections: number
  readonly dumps: {
    /** `dump.write_enabled` */
    readonly offered: boolean
    /** `download.limited.count` */
    readonly limit: number
    /** `download.limited.message` */
    readonly message: string
  }
  readonly streams: StreamLimits
  /** Whether the messages are generated, so that answers are labelled. */
  readonly generated: boolean
  readonly version: string
  /** What was built, from COMMIT_HASH and COMMIT_COMMENT. */
  readonly commit: { readonly hash: string; readonly comment: string }
  readonly now: () => number
}

export const defaultHttpOptions: HttpOptions = {
  hosts: ['127.0.0.1', '::1'],
  port: 9000,
  socket: null,
  url: null,
  proxies: [],
  cors: true,
  bodyLimit: 10_000_000,
  requestRate: 50,
  connections: 4096,
  dumps: { offered: true, limit: Number.MAX_SAFE_INTEGER, message: '' },
  streams: { queue: 1_048_576, perAddress: 8, total: 2_000, heartbeat: 15_000 },
  generated: false,
  version: '0.0.0',
  commit: { hash: '', comment: '' },
  now: Date.now,
}
