// Owns the streams that are open: how many, for whom, and when all of them end. Does not know what they say.
import { holder } from '../address.ts'
import type { Caller } from '../access.ts'
import { LoklakError } from '../../watch/errors.ts'
import type { Query } from '../../query/tree.ts'
import { createGate } from '../gate.ts'
import { createBurden } from './burden.ts'
import { createJoin, type Join } from './join.ts'
import { createWire, type Pipe, type Wire } from './wire.ts'

export interface StreamLimits {
  /** Bytes that may wait for one reader. */
  readonly queue: number
  /** Streams from one address, and in all. */
  readonly perAddress: number
  readonly total: number
  /** Milliseconds after which a stream that has nothing to say shows that it is there. */
  readonly heartbeat: number
}

/** A place among the streams; to be left when the connection is gone. */
export interface Place {
  /** Whose it is; undefined where that is not counted. */
  readonly who: string | undefined
  /** What a subscription of this stream asks from now on; undefined for nothing. Throws OVERLOADED where the queries would be too much. */
  carry(subscription: string, query: Query | undefined): void
  wire(pipe: Pipe): Wire
  leave(): void
}

export interface Streams {
  /** Takes a place for a stream. Throws OVERLOADED, or NOT_READY while the server stops. */
  enter(caller: Caller): Place
  /** Waits for what is still being opened. Throws NOT_READY where the server stops before it is. */
  ready<T>(opening: Promise<T>): Promise<T>
  /** Puts together what many readers get alike. */
  readonly join: Join
  counts(): StreamCounts
}

export interface StreamCounts {
  readonly open: number
  /** Since the start: given up because nothing was taken, and turned away because there were too many. */
  readonly stalled: number
  readonly refused: number
}

/** Milliseconds that readers have to take the last of it when the server stops. */
const goodbye = 2_000
/** Conditions in standing queries for each stream that may be: all that may be take less than a millisecond of each message. */
const conditions = { ofAddress: 256, ofAll: 16 }

const stopping = (): LoklakError => new LoklakError('NOT_READY', 'It stops.')

/** Work that is put off to the end of the turn, so that all that happens in it is done together. */
function createTurn(): (work: () => void) => void {
  let due: (() => void)[] = []
  function run(): void {
    const all = due
    due = []
    for (const work of all) work()
  }
  return (work) => {
    if (due.push(work) === 1) setImmediate(run)
  }
}

export function createStreams({ queue, perAddress, total, heartbeat }: StreamLimits, stop: AbortSignal): Streams {
  const gate = createGate({ atOnce: total, atOnceEach: perAddress, what: 'streams' })
  const burden = createBurden({ perAddress: perAddress * conditions.ofAddress, total: total * conditions.ofAll })
  const turn = createTurn()
  const wires = new Set<Wire>()
  let open = 0
  let stalled = 0
  let refused = 0
  stop.addEventListener('abort', () => {
    for (const wire of wires) wire.end()
    setTimeout(() => {
      for (const wire of wires) wire.cut()
    }, goodbye).unref()
  })

  // Whoever has the data folder is not to be kept out by his own readers.
  const counted = (caller: Caller): string | null => (caller.owner ? null : holder(caller.address))

  function take(caller: Caller): () => void {
    try {
      return gate.enter(counted(caller)).leave
    } catch (error) {
      refused++
      throw error
    }
  }

  return {
    enter(caller) {
      if (stop.aborted) throw stopping()
      const leaveGate = take(caller)
      const carrier = burden.carrier(counted(caller))
      let wire: Wire | undefined
      let beats: NodeJS.Timeout | undefined
      open++
      return {
        who: counted(caller) ?? undefined,
        carry: carrier.carry,
        wire(pipe) {
          const made = createWire(pipe, { limit: queue, turn, onStalled: () => void stalled++ })
          wires.add(made)
          beats = setInterval(() => made.beat(), heartbeat)
          wire = made
          return made
        },
        leave() {
          open--
          leaveGate()
          carrier.leave()
          clearInterval(beats)
          if (wire === undefined) return
          wires.delete(wire)
          wire.closed()
        },
      }
    },
    ready: (opening) =>
      new Promise((resolve, reject) => {
        const end = (): void => reject(stopping())
        stop.addEventListener('abort', end)
        opening.then(resolve, reject).finally(() => stop.removeEventListener('abort', end))
      }),
    join: createJoin(),
    counts: () => ({ open, stalled, refused }),
  }
}
