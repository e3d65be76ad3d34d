// Owns putting together what the server tells of itself: from the archive and the sources to the status that routes show.
// Everything is counted in memory as it happens; only the free disk is asked for, by a clock of its own.
import type { Index, IndexStats } from '../index/port.ts'
import type { Archive } from '../intake/archive.ts'
import type { Disk } from '../journal/disk.ts'
import type { Entry } from '../message/line.ts'
import type { Source } from '../sources/source.ts'
import type { HubCounts } from '../stream/hub.ts'
import type { MqttCounts } from '../stream/mqtt/mqtt.ts'
import { rate, type Rate } from '../support/rate.ts'
import { wait } from '../support/timer.ts'
import { createWindows, type WindowCounter } from '../watch/windows.ts'
import type { DiskState, ProjectionState, Status } from './parts.ts'

export interface Observed {
  /** Null until it is open. */
  archive(): Archive | null
  readonly sources: readonly Source[]
  projections(): readonly ProjectionState[]
  /** Undefined until it is open. */
  stream(): HubCounts | undefined
  /** Null until it is open, and where nothing is published by MQTT. */
  mqtt(): MqttCounts | null
  /** Null until it is open. */
  index(): Index | null
  /** Bytes that must stay free, of so many in all. */
  readonly floor: (total: number) => number
  readonly disk: Disk
  readonly path: string
  readonly streaming: boolean
  readonly now: () => number
}

export interface Observer {
  /** To be told of everything that is stored. */
  stored(entries: readonly Entry[]): void
  status(): Status
  /** Asks for the free disk now and then, until the signal aborts. */
  watchDisk(signal: AbortSignal): Promise<void>
  /** Asks the index for its sizes now and then, until the signal aborts. */
  watchIndex(signal: AbortSignal): Promise<void>
}

/** What a sealed dump takes of its plain size, on the safe side: posts pack to about a quarter. */
const sealedShare = 0.3
const day = 86_400

export function createObserver(observed: Observed): Observer {
  const { now } = observed
  const created: WindowCounter = createWindows(now)
  const seen: WindowCounter = createWindows(now)
  const dumped: WindowCounter = createWindows(now)
  const lines: Rate = rate(now)
  const records: Record<Entry['op'], number> = { I: 0, U: 0, D: 0, A: 0 }
  const bytes: WindowCounter = createWindows(now)
  const indexBytes: WindowCounter = createWindows(now)
  let space = { free: 0, total: 0 }
  let written = 0
  let indexed: IndexStats | undefined

  function countBytes(): void {
    const all = observed.archive()?.journal.written() ?? 0
    bytes.count(all - written)
    written = all
  }

  function disk(): DiskState {
    const left = space.free - observed.floor(space.total)
    const perDay = (bytes.windows().hour.rate * sealedShare + indexBytes.windows().hour.rate) * day
    return { ...space, days_left: perDay <= 0 || space.total === 0 ? null : Math.max(0, Math.floor(left / perDay)) }
  }

  return {
    stored(entries) {
      let fresh = 0
      for (const entry of entries) {
        records[entry.op]++
        if (entry.op !== 'I') continue
        fresh++
        created.count(1, Date.parse(entry.message.created_at))
      }
      seen.count(fresh)
      dumped.count(entries.length)
      lines.count(entries.length)
      countBytes()
    },
    status() {
      const archive = observed.archive()
      const segments = archive?.journal.segments() ?? []
      const counts = archive?.intake.counts()
      return {
        sources: observed.sources.map((source) => source.state()),
        journal: {
          position: archive?.journal.last() ?? 0,
          blockage: archive?.journal.blockage() ?? null,
          rate: lines.perSecond(),
          bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
          segments: segments.length,
          records: { ...records },
        },
        disk: disk(),
        intake: {
          outcomes: counts?.outcomes ?? { new: 0, known: 0, edited: 0, deleted: 0, author: 0, unchanged: 0, withheld: 0, invalid: 0 },
          invalid: counts?.invalid ?? {},
          repaired: counts?.repaired ?? {},
          quarantined: { 'damaged lines': archive?.journal.damage.count() ?? 0, 'invalid drafts': counts?.quarantined ?? 0 },
        },
        projections: observed.projections(),
        created: created.windows(),
        seen: seen.windows(),
        dumped: dumped.windows(),
        counts: { messages: indexed?.messages ?? archive?.known.size() ?? 0, users: indexed?.authors ?? 0, queries: 0, accounts: 0 },
        index: indexed,
        stream: observed.stream() ?? { subscribers: 0, replaying: 0, delivered: 0, cut: 0 },
        mqtt: observed.mqtt(),
        stream_enabled: observed.streaming,
      }
    },
    async watchDisk(signal) {
      while (!signal.aborted) {
        space = await observed.disk.space(observed.path).catch(() => space)
        await wait(5_000, signal)
      }
    },
    async watchIndex(signal) {
      while (!signal.aborted) {
        const before = indexed
        indexed = await observed.index()?.stats(signal).catch(() => before)
        if (before !== undefined && indexed !== undefined) indexBytes.count(Math.max(0, indexed.bytes - before.bytes))
        // Until it is open there is nothing, and then that is soon known.
        await wait(indexed === undefined ? 500 : 5_000, signal)
      }
    },
  }
}
