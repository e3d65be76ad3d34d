// Owns what waits to be written to one reader: gathered for a turn, written together, bounded, and given up where nothing is
// taken any more. Does not know what it says or by which protocol, which is its pipe.

/** How a protocol writes. */
export interface Pipe {
  /** Writes the parts in their order; calls back when they are out of our hands. */
  write(parts: readonly Buffer[], written: () => void): void
  /** Shows that it is there, where nothing else was to be said. */
  beat(): void
  /** Ends after what was written. */
  end(): void
  /** Cuts. */
  destroy(): void
}

export interface WireOptions {
  /** Bytes that may wait. */
  readonly limit: number
  /** Calls back at the end of the turn. */
  readonly turn: (work: () => void) => void
  /** Told when the reader is given up. */
  readonly onStalled: () => void
}

export interface Wire {
  put(bytes: Buffer): void
  full(): boolean
  busy(): boolean
  drained(signal: AbortSignal): Promise<void>
  /** Ends when all that waits is written. */
  end(): void
  /** Cuts what does not end. */
  cut(): void
  /** To be called now and then, always after the same time. */
  beat(): void
  /** To be called when the connection is gone. */
  closed(): void
}

/** Bytes that are written together at most; of more it could not be seen whether the reader takes them. */
const most = 65_536
/** Beats without a byte taken after which a reader is given up. */
const patience = 2

export function createWire(pipe: Pipe, { limit, turn, onStalled }: WireOptions): Wire {
  let parts: Buffer[] = []
  /** Bytes of the parts, and of what is being written. */
  let waiting = 0
  let state: 'open' | 'ending' | 'ended' | 'closed' = 'open'
  let isWriting = false
  let isDue = false
  let taken = false
  let still = 0
  const whenDrained = new Set<() => void>()

  const busy = (): boolean => waiting > limit / 4

  function wake(): void {
    if (!busy() || state === 'closed') for (const resolve of whenDrained) resolve()
  }

  function take(): { readonly together: Buffer[]; readonly bytes: number } {
    let count = 0
    let bytes = 0
    for (const part of parts) {
      if (count > 0 && bytes + part.length > most) break
      count++
      bytes += part.length
    }
    return { together: parts.splice(0, count), bytes }
  }

  function flush(): void {
    isDue = false
    if (isWriting || state === 'closed' || state === 'ended') return
    if (parts.length === 0) {
      if (state !== 'ending') return
      state = 'ended'
      return pipe.end()
    }
    const { together, bytes } = take()
    isWriting = true
    pipe.write(together, () => {
      isWriting = false
      if (state === 'closed') return
      waiting -= bytes
      taken = true
      flush()
      wake()
    })
  }

  function flushLater(): void {
    if (isDue || isWriting) return
    isDue = true
    turn(flush)
  }

  return {
    put(bytes) {
      if (state !== 'open') return
      parts.push(bytes)
      waiting += bytes.length
      flushLater()
    },
    // What was put in this turn could not be taken yet.
    full: () => isWriting && waiting > limit,
    busy,
    drained(signal) {
      if (!busy() || state === 'closed' || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const done = (): void => {
          whenDrained.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        whenDrained.add(done)
        signal.addEventListener('abort', done)
      })
    },
    end() {
      if (state !== 'open') return
      state = 'ending'
      flushLater()
    },
    cut() {
      if (state !== 'closed') pipe.destroy()
    },
    beat() {
      if (state === 'closed') return
      still = taken || (waiting === 0 && state === 'open') ? 0 : still + 1
      taken = false
      if (still < patience) {
        if (waiting === 0 && state === 'open') pipe.beat()
        return
      }
      onStalled()
      pipe.destroy()
    },
    closed() {
      state = 'closed'
      parts = []
      waiting = 0
      wake()
    },
  }
}
