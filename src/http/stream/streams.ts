// Owns the streams that are open: how many, for whom, and when all of them end. Does not know what they say.
import { holder } from '../address.ts'
import type { Caller } from '../access.ts'
import { LoklakError } from '../../watch/errors.ts'
import { createGate } from '../gate.ts'
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
  wire(pipe: Pipe): Wire
  leave(): void
}

export interface Streams {
  /** Takes a place for a stream. Throws OVERLOADED, or NOT_READY while the server stops. */
  enter(caller: Caller): Place
  /** Waits for what is still being opened. Throws NOT_READY where the server stops before it is. */
  ready<T>(opening: Promise<T>): Promise<T>
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

  function take(caller: Caller): () => void {
    try {
      // Whoever has the data folder is not to be kept out by his own readers.
      return gate.enter(caller.owner ? null : holder(caller.address)).leave
    } catch (error) {
      refused++
      throw error
    }
  }

  return {
    enter(caller) {
      if (stop.aborted) throw stopping()
      const leaveGate = take(caller)
      let wire: Wire | undefined
      let beats: NodeJS.Timeout | undefined
      open++
      return {
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
    counts: () => ({ open, stalled, refused }),
  }
}
