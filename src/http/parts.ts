// Owns what the HTTP room asks of the rest of the house: plain functions that main.ts fills. Does not know who answers them.
// All but the index answer at once and from memory: they are called for every probe, at any size of the archive.
import type { Index, IndexStats } from '../index/port.ts'
import type { Outcome } from '../intake/port.ts'
import type { Blockage, Segment } from '../journal/port.ts'
import type { Entry, Position } from '../message/line.ts'
import type { SourceState } from '../sources/source.ts'
import type { Hub, HubCounts } from '../stream/hub.ts'
import type { StreamIds } from '../stream/id.ts'
import type { MqttCounts } from '../stream/mqtt/mqtt.ts'
import type { HealthView } from '../watch/health.ts'
import type { Log } from '../watch/log.ts'
import type { Metrics } from '../watch/metrics.ts'
import type { Windows } from '../watch/windows.ts'
import type { SourceGap } from './search/coverage.ts'
import type { SearchLimits } from './search/limits.ts'

interface JournalState {
  /** Of the last synced record; 0 for an empty journal. */
  readonly position: Position
  readonly blockage: Blockage | null
  /** Records a second, over the last minute. */
  readonly rate: number
  /** Of all dumps. */
  readonly bytes: number
  readonly segments: number
  /** Records written since the start, by operation. */
  readonly records: Readonly<Record<Entry['op'], number>>
}

export interface DiskState {
  readonly free: number
  readonly total: number
  /** Days until it is full at the present rate; null where it does not fill. */
  readonly days_left: number | null
}

interface IntakeState {
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Refused drafts, by reason. */
  readonly invalid: Readonly<Record<string, number>>
  /** What a source gave wrong and could be put right, by what it was. */
  readonly repaired: Readonly<Record<string, number>>
  /** What was set aside for a person to look at, by reason: damaged lines, samples of refused drafts. */
  readonly quarantined: Readonly<Record<string, number>>
}

/** What follows the journal: index, stream, broker, peers. */
export interface ProjectionState {
  readonly name: string
  readonly position: Position
  readonly lag_ms: number
  readonly state: 'catching-up' | 'live' | 'waiting' | 'rebuilding' | 'stopped'
  /** Why it is not live, for a person. */
  readonly reason: string | null
}

/** What the original counts in `index`; what is not known yet is 0. */
interface Counts {
  readonly messages: number
  readonly users: number
  readonly queries: number
  readonly accounts: number
}

export interface Status {
  readonly sources: readonly SourceState[]
  readonly journal: JournalState
  readonly disk: DiskState
  readonly intake: IntakeState
  readonly projections: readonly ProjectionState[]
  /** New messages by their `created_at`, by when they were taken in, and all lines written to the dumps. */
  readonly created: Windows
  readonly seen: Windows
  readonly dumped: Windows
  readonly counts: Counts
  /** As of some seconds ago; absent where there is no index or it was not asked yet. */
  readonly index?: IndexStats | undefined
  readonly stream: HubCounts
  /** Null where nothing is published by MQTT. */
  readonly mqtt: MqttCounts | null
  readonly stream_enabled: boolean
}

/** Work that a command asks of the running server: takes the command's body, yields its answer line by line. */
export type Control = (body: unknown, signal: AbortSignal) => AsyncIterable<object>

/** What answers searches. */
export interface SearchParts {
  /** Throws NOT_READY until it is open. */
  index(): Index
  /** Where the sources may have missed something in that time (milliseconds; open where a bound is absent). */
  coverage(since?: number, until?: number): readonly SourceGap[]
  readonly limits: SearchLimits
}

export interface Parts {
  status(): Status
  health(): HealthView
  /** The dumps, oldest first. */
  segments(): readonly Segment[]
  /** What anyone may know of the settings. */
  publicSettings(): Readonly<Record<string, unknown>>
  /** The value of one of the settings that status.json has always shown, as text; undefined where there is none. */
  setting(key: string): string | undefined
  readonly search: SearchParts
  /** What tells new messages; resolves once it is open. */
  hub(): Promise<Hub>
  readonly streamIds: StreamIds
  readonly control: Readonly<Record<string, Control>>
  readonly metrics: Metrics
  readonly log: Log
}
