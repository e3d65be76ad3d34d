// Owns following a PDS: its subscribeRepos stream into the log, again and again from where the log ends.
import { on, once } from 'node:events'
import { WebSocket } from 'ws'
import { wait } from '../../../src/support/timer.ts'
import { decodeFrame } from './decode.ts'
import type { EventLog } from './log.ts'

export interface UpstreamOptions {
  /** http:// address of the PDS. */
  readonly pds: string
  readonly log: EventLog
  /** Whether an empty log takes what the PDS still has; otherwise it takes what comes from now on. */
  readonly fromStart: boolean
  /** Called whenever the PDS is being followed. */
  readonly connected: () => void
}

const retryAfter = 100
const mostWaiting = 1000

async function followOnce({ pds, log, fromStart, connected }: UpstreamOptions, signal: AbortSignal): Promise<void> {
  const cursor = log.upstream ?? (fromStart ? 0 : undefined)
  const address = new URL('/xrpc/com.atproto.sync.subscribeRepos', pds.replace(/^http/, 'ws'))
  if (cursor !== undefined) address.searchParams.set('cursor', String(cursor))
  const socket = new WebSocket(address, { perMessageDeflate: false })
  try {
    const frames = on(socket, 'message', { signal, close: ['close'], highWaterMark: mostWaiting })
    await once(socket, 'open', { signal })
    // A PDS listens to its own events a moment after the handshake; when it answers a ping it does.
    socket.ping()
    await once(socket, 'pong', { signal })
    connected()
    for await (const [data] of frames) {
      if (!(data instanceof Buffer)) continue
      const { seq, changes } = await decodeFrame(data)
      if (seq !== undefined) log.append(changes, seq)
    }
  } finally {
    socket.on('error', () => undefined).terminate()
  }
}

/** Follows until the signal aborts; a PDS that is away or fails is tried again. */
export async function followUpstream(options: UpstreamOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await followOnce(options, signal)
    } catch (error) {
      if (!signal.aborted) console.error(`upstream: ${error instanceof Error ? error.message : String(error)}`)
    }
    await wait(retryAfter, signal)
  }
}
