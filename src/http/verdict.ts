// Owns the honest answer to one question: is what the network publishes being stored? Running is not storing.
import type { SourceState } from '../sources/source.ts'
import type { Status } from './parts.ts'

export interface Verdict {
  readonly storing: boolean
  /** Why not, for a person; null where it is. */
  readonly reason: string | null
  readonly last_stored_at: string | null
}

const patience = 60_000
/** A network on which nobody writes for so long is hardly one. */
const longest = 600_000

/** Whether a source follows a network. Importing dumps does not: it may go on while the network is not heard. */
export const isFollowing = ({ network, state }: SourceState): boolean => network !== 'dump' && state !== 'disabled'

const isRunning = ({ state }: SourceState): boolean => state === 'live' || state === 'catching-up'
const said = ({ name, state, reason }: SourceState): string => `${name} is ${state}${reason === null ? '' : ` (${reason})`}`

const since = (stored: number, ago: number): string => (stored === 0 ? 'yet' : ago < 120_000 ? `for ${Math.round(ago / 1000)} s` : `for ${Math.round(ago / 60_000)} min`)

function obstacle({ journal, sources }: Status, stored: number, now: number): string | null {
  if (journal.blockage !== null) return `${journal.blockage.reason}: ${journal.blockage.detail}`
  const following = sources.filter(isFollowing)
  if (following.length === 0) return 'no source is enabled; only what is imported or pushed is stored'
  const running = following.filter(isRunning)
  if (running.length === 0) return following.map(said).join('; ')
  if (!running.some(({ state }) => state === 'live')) return null
  const ago = now - stored
  const arriving = running.some(({ state, rate }) => state === 'live' && rate > 0)
  if (arriving && ago > patience) return `messages arrive, but nothing was stored ${since(stored, ago)}`
  return ago > longest ? `nothing was stored ${since(stored, ago)}, since no message came` : null
}

export function verdict(status: Status, now: number): Verdict {
  const stored = status.journal.position / 1000
  const reason = obstacle(status, stored, now)
  return { storing: reason === null, reason, last_stored_at: stored === 0 ? null : new Date(stored).toISOString() }
}
