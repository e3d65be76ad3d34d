// Owns one connection after its socket opened: what it is sent, in order and as fast as it takes it, and what it may say.
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { RawData, WebSocket } from 'ws'
import { parseJson } from '../../../src/support/json.ts'
import { compress } from './dictionary.ts'
import { encodeError, encodeMessage, encodeV1, encodeV2 } from './event.ts'
import { BadOptions, filterV1, wants, type Filter } from './filter.ts'
import type { EventLog } from './log.ts'
import type { Subscription } from './request.ts'

const Update = Compile(
  Type.Object({
    wantedCollections: Type.Optional(Type.Array(Type.String())),
    wantedDids: Type.Optional(Type.Array(Type.String())),
    maxMessageSizeBytes: Type.Optional(Type.Integer()),
  }),
)
const Said = Compile(Type.Object({ type: Type.String(), payload: Type.Optional(Type.Unknown()) }))

const writeTimeout = 5000
const pingEvery = 30_000

/** Serves one socket until it closes; after so many frames (0: never) its client is told that it is too slow. */
export async function serve(socket: WebSocket, subscription: Subscription, log: EventLog, tooSlowAfter: number): Promise<void> {
  const { version, dictionary, start } = subscription
  const closed = new AbortController()
  const hello = Promise.withResolvers<void>()
  let filter = subscription.filter

  socket.on('close', () => closed.abort())
  socket.on('error', () => socket.terminate())
  socket.on('message', (data, binary) => {
    if (version === 2) return socket.close(1008, 'unexpected data message')
    if (binary) return undefined
    const update = readUpdate(data)
    if (update === 'other') return undefined
    if ('reason' in update) return socket.close(update.code, update.reason.slice(0, 123))
    filter = update
    return hello.resolve()
  })
  const ping = setInterval(() => socket.ping(), pingEvery)

  const send = (text: string): Promise<void> => {
    const sent = Promise.withResolvers<void>()
    const late = setTimeout(() => socket.terminate(), writeTimeout)
    socket.send(dictionary === undefined ? text : compress(text, dictionary), (error) => {
      clearTimeout(late)
      if (!error) return sent.resolve()
      // The client went away; its close comes later.
      closed.abort()
      return sent.reject(error)
    })
    return sent.promise
  }

  const run = async (): Promise<void> => {
    if (subscription.awaitsHello) await hello.promise
    if (version === 2 && start.outdated)
      await send(encodeMessage('info', { name: 'OutdatedCursor', message: `requested timestamp cursor below retention floor; starting at seq ${start.seq}` }))
    let frames = 0
    for (let seq = start.seq; ; seq++) {
      await log.reached(seq, closed.signal)
      const event = log.at(seq)
      if (event === undefined || !wants(filter, event)) continue
      const text = version === 1 ? encodeV1(event) : encodeV2(event)
      if (filter.mostBytes > 0 && Buffer.byteLength(text) > filter.mostBytes) continue
      await send(text)
      if (++frames !== tooSlowAfter) continue
      if (version === 2) await send(encodeError('ConsumerTooSlow', `reading below the floor rate; reconnect with cursor=${seq + 1}`))
      return socket.close()
    }
  }
  try {
    await run()
  } catch (error) {
    if (!closed.signal.aborted) throw error
  } finally {
    clearInterval(ping)
  }
}

/** What a v1 client said: a new filter, something that is ignored, or a reason to close. */
function readUpdate(data: RawData): Filter | 'other' | { readonly code: number; readonly reason: string } {
  const said = data instanceof Buffer ? parseJson(data.toString()) : undefined
  if (!Said.Check(said)) return { code: 1007, reason: 'bad SubscriberSourcedMessage envelope' }
  if (said.type !== 'options_update') return 'other'
  const payload = said.payload ?? {}
  if (!Update.Check(payload)) return { code: 1007, reason: 'bad options_update payload' }
  const { wantedCollections = [], wantedDids = [], maxMessageSizeBytes = 0 } = payload
  try {
    return filterV1({ wantedCollections, wantedDids, maxMessageSizeBytes })
  } catch (error) {
    if (error instanceof BadOptions) return { code: 1008, reason: error.message }
    throw error
  }
}
