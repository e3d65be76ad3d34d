// Owns a house to test the HTTP room in: parts that say what a test wants them to say.
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Segment } from '../../src/journal/port.ts'
import { buildServer } from '../../src/http/server.ts'
import { defaultHttpOptions, type HttpOptions } from '../../src/http/options.ts'
import type { Parts, Status } from '../../src/http/parts.ts'
import type { SearchLimits } from '../../src/http/search/limits.ts'
import type { SourceState } from '../../src/sources/source.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { createHealth, type Health } from '../../src/watch/health.ts'
import { createLog } from '../../src/watch/log.ts'
import { createMetrics } from '../../src/watch/metrics.ts'
import { createWindows } from '../../src/watch/windows.ts'
import { ids } from '../stream/listening.ts'

export const noon = Date.UTC(2026, 10, 22, 12)

export const liveSource: SourceState = {
  name: 'bluesky',
  network: 'bluesky',
  state: 'live',
  reason: null,
  address: 'wss://jetstream.example/subscribe',
  rate: 41.5,
  lag_ms: 320,
  last_message_at: '2026-11-22T11:59:59.000Z',
  received: 1000,
  dropped: { json: 2 },
  reconnects: 1,
  gaps: [{ from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T01:00:00.000Z', reason: 'the server no longer had it' }],
  names: { waiting: 3, failing_since: '2026-11-22T11:58:00.000Z', reason: 'HTTP 503' },
}

export function statusAt(now: number): Status {
  const seen = createWindows(() => now)
  seen.count(600)
  const windows = seen.windows()
  return {
    sources: [liveSource],
    journal: { position: now * 1000 - 5000, blockage: null, rate: 40, bytes: 123_456, segments: 2, records: { I: 900, U: 3, D: 5, A: 40 } },
    disk: { free: 50e9, total: 100e9, days_left: 41.7 },
    intake: {
      outcomes: { new: 900, known: 7, edited: 3, deleted: 5, author: 40, unchanged: 1, withheld: 2, invalid: 4 },
      invalid: { 'text: must be string': 4 },
      repaired: { 'facet moved': 6 },
      quarantined: { json: 1 },
    },
    projections: [{ name: 'index', position: now * 1000 - 9000, lag_ms: 4, state: 'live', reason: null }],
    created: windows,
    seen: windows,
    dumped: windows,
    counts: { messages: 900, users: 40, queries: 0, accounts: 0 },
    stream: { subscribers: 3, replaying: 1, delivered: 5000, cut: 2 },
    mqtt: { connected: true, published: 7000, refused: 1, clients: 4, cut: 5, turned_away: 6 },
    stream_enabled: false,
  }
}

export const limits: SearchLimits = {
  hits: { low: 2, usual: 20, public: 100, owner: 1000 },
  timeout: 5000,
  atOnce: 8,
  atOnceEach: 3,
  shortlink: { longerThan: 60, stub: null },
}

export interface House {
  readonly app: FastifyInstance
  readonly options: HttpOptions
  readonly health: Health
  /** Lines of the log so far. */
  readonly logged: string[]
}

export interface Furnishing {
  readonly options?: Partial<HttpOptions>
  readonly parts?: Partial<Parts>
  readonly segments?: readonly Segment[]
  readonly useless?: () => string | null
}

/** A house that is ready, at noon. */
export function house({ options: someOptions = {}, parts: someParts = {}, segments = [], useless }: Furnishing = {}): House {
  const options: HttpOptions = { ...defaultHttpOptions, now: () => noon, version: '1.2.3', ...someOptions }
  const health = createHealth(options.now, useless)
  health.started()
  const logged: string[] = []
  const to = new Writable({
    write(line, _encoding, done) {
      logged.push(String(line))
      done()
    },
  })
  const parts: Parts = {
    status: () => statusAt(options.now()),
    health: () => health.view(),
    segments: () => segments,
    publicSettings: () => ({ 'host.url': 'http://localhost:9000' }),
    setting: (key) => ({ 'search.count.low': '10' })[key],
    streamIds: ids,
    hub: () => Promise.reject(new LoklakError('NOT_READY', 'There is no stream in this house.')),
    search: {
      index: () => {
        throw new LoklakError('NOT_READY', 'There is no index in this house.')
      },
      coverage: () => [],
      limits,
    },
    control: {},
    metrics: createMetrics({ process: false }),
    log: createLog({ level: 'info', format: 'json', to }),
    ...someParts,
  }
  return { app: buildServer(parts, options), options, health, logged }
}
