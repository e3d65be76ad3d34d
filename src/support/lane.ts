// Owns letting so many at a time through, the others after them in the order in which they came.

export interface Lane {
  /** Resolves with what gives the place back, once there is one; when the signal aborts, at once, and without a place. */
  enter(signal: AbortSignal): Promise<() => void>
  /** Whether nobody is in it, or waits to be. */
  isEmpty(): boolean
}

export function createLane(places: number): Lane {
  const waiting = new Set<() => void>()
  let inside = 0

  function place(): () => void {
    let left = false
    inside++
    return () => {
      if (left) return
      left = true
      inside--
      for (const next of waiting.keys().take(1)) next()
    }
  }

  return {
    async enter(signal) {
      if (signal.aborted) return () => undefined
      if (inside < places && waiting.size === 0) return place()
      return new Promise((resolve) => {
        const done = (leave: () => void): void => {
          waiting.delete(next)
          signal.removeEventListener('abort', stop)
          resolve(leave)
        }
        const next = (): void => done(place())
        const stop = (): void => done(() => undefined)
        waiting.add(next)
        signal.addEventListener('abort', stop, { once: true })
      })
    },
    isEmpty: () => inside + waiting.size === 0,
  }
}

export interface Lanes {
  /** Without a name nobody is waited for. */
  enter(name: string | undefined, signal: AbortSignal): Promise<() => void>
}

/** A lane of so many places for each name that is in use. */
export function createLanes(places: number): Lanes {
  const lanes = new Map<string, Lane>()
  return {
    async enter(name, signal) {
      if (name === undefined) return () => undefined
      const lane = lanes.get(name) ?? createLane(places)
      lanes.set(name, lane)
      const leave = await lane.enter(signal)
      const leaveAll = (): void => {
        leave()
        if (lane.isEmpty() && lanes.get(name) === lane) lanes.delete(name)
      }
      return leaveAll
    },
  }
}
