// Owns what the parts say about how they fare, and what follows from it: ready, draining, degraded. Does not know the parts.
// Liveness has no place here: a process that answers at all is alive, whatever its dependencies do.

/** A dependency that is down or behind; one feature suffers and heals by itself. */
export interface Degradation {
  readonly name: string
  readonly reason: string
  readonly lag_ms: number | null
  readonly since: string
}

export interface HealthView {
  /** Whether requests should be sent here. */
  readonly ready: boolean
  readonly draining: boolean
  /** Why it is not ready, for a person; null where it is. */
  readonly reason: string | null
  readonly degraded: readonly Degradation[]
}

export interface Health {
  /** Says that a dependency is down or behind; again with a new reason or lag as they change. */
  degraded(name: string, reason: string, lag_ms?: number | null): void
  clear(name: string): void
  /** Everything that readiness needs was open once. */
  started(): void
  /** The process stops; final. */
  draining(): void
  view(): HealthView
}

/** `useless`: why nothing useful can be done at present, for a person; null while something can. Asked with each look. */
export function createHealth(now: () => number = Date.now, useless: () => string | null = () => null): Health {
  const degradations = new Map<string, Degradation>()
  let isStarted = false
  let isDraining = false

  return {
    degraded(name, reason, lag_ms = null) {
      const since = degradations.get(name)?.since ?? new Date(now()).toISOString()
      degradations.set(name, { name, reason, lag_ms, since })
    },
    clear(name) {
      degradations.delete(name)
    },
    started() {
      isStarted = true
    },
    draining() {
      isDraining = true
    },
    view() {
      const reason = isDraining ? 'stopping' : isStarted ? useless() : 'starting'
      return { ready: reason === null, draining: isDraining, reason, degraded: [...degradations.values()] }
    },
  }
}
