// Owns what every source is to the rest: something that runs, resumes by its own cursor, and says honestly how it fares.
import type { Intake } from '../intake/port.ts'

/** A stretch of time in which a source may have published what we do not have. Times are ISO 8601. */
export interface Gap {
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** How the service fares that a source asks for names of authors. */
export interface NamesState {
  /** Accounts that are to be asked for. */
  readonly waiting: number
  readonly failing_since: string | null
  /** Why it fails, for a person. */
  readonly reason: string | null
}

export interface SourceState {
  readonly name: string
  readonly network: string
  /** `connecting` for the first time, or after a connection that was open; where that fails it is `waiting`, until one opens. */
  readonly state: 'disabled' | 'connecting' | 'catching-up' | 'live' | 'waiting' | 'stopped'
  /** Why it is not live, for a person. */
  readonly reason: string | null
  /** Where it reads, without secrets. */
  readonly address: string | null
  /** Messages received a second, over the last minute. */
  readonly rate: number
  /** How far behind the network, in milliseconds; null before the first message. */
  readonly lag_ms: number | null
  readonly last_message_at: string | null
  readonly received: number
  /** Frames that were skipped, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  readonly reconnects: number
  readonly gaps: readonly Gap[]
  /** Absent or null where no service is asked for names. */
  readonly names?: NamesState | null
}

export interface Source {
  /** Runs until the signal aborts; reconnects by itself and throws only for a defect. */
  run(intake: Intake, signal: AbortSignal): Promise<void>
  state(): SourceState
}
