// Owns the conversation on one WebSocket: a client subscribes, changes and unsubscribes by JSON messages, and hears events of
// all its subscriptions. Does not know how the connection was made.
import type { Duplex } from 'node:stream'
import { Type } from 'typebox'
import type { RawData, WebSocket } from 'ws'
import type { Frame } from '../../stream/frame.ts'
import type { Hub, Subscription } from '../../stream/hub.ts'
import type { StreamIds } from '../../stream/id.ts'
import { isObject, parseJson, type JsonObject } from '../../support/json.ts'
import { errorBody, LoklakError } from '../../watch/errors.ts'
import type { Log } from '../../watch/log.ts'
import { createBuckets } from '../buckets.ts'
import { tableError } from '../errors.ts'
import { parameterReader, parameterText } from '../parameters.ts'
import { readStream, streamParameters, type AskedStream } from './asked.ts'
import type { Place } from './streams.ts'
import type { Pipe } from './wire.ts'

export interface Conversation {
  readonly ws: WebSocket
  /** The connection below it. */
  readonly socket: Duplex
  readonly place: Place
  readonly hub: Hub
  readonly ids: StreamIds
  readonly stop: AbortSignal
  readonly log: Log
  readonly now: () => number
}

const maxSubscriptions = 32
const maxId = 64
/** Messages in a row that could not be understood after which it is no use to go on. */
const maxMistakes = 10
/** Messages and pings a second, and at once. */
const most = { rate: 10, burst: 100 }
/** Beats without a sign of life after which the client is gone. */
const patience = 2

const closing = { stopping: 1001, broken: 1008, slow: 1013 } as const

const read = parameterReader(Type.Object(streamParameters))

function text(data: RawData, isBinary: boolean): string {
  if (isBinary || !Buffer.isBuffer(data)) throw new LoklakError('BAD_BODY', 'Messages are JSON in text frames.')
  return data.toString()
}

/** The one thing that a message asks for: `{"subscribe": {…}}`. */
function commandIn(message: unknown): { readonly name: 'subscribe' | 'change' | 'unsubscribe'; readonly body: JsonObject } {
  const [entry, ...more] = isObject(message) ? Object.entries(message) : []
  const [name, body] = entry ?? []
  if ((name !== 'subscribe' && name !== 'change' && name !== 'unsubscribe') || !isObject(body) || more.length > 0) {
    throw new LoklakError('BAD_BODY', 'One of {"subscribe": {…}}, {"change": {…}} and {"unsubscribe": {…}} was expected.')
  }
  return { name, body }
}

function idOf(body: JsonObject): string {
  const id = parameterText(body, 'id') ?? ''
  if (id.length > maxId) throw new LoklakError('BAD_PARAMETER', `id: ${id.length} characters; ${maxId} are taken`)
  return id
}

/** An event as a text frame; that of the subscription without an id is the same for all clients. */
function encode(frame: Frame, only: readonly string[] | undefined, id: string): Buffer {
  const line = frame.line(only)
  return id === '' ? line.subarray(0, -1) : Buffer.concat([line.subarray(0, -2), Buffer.from(`,"subscription":${JSON.stringify(id)}}`)])
}

export function converse({ ws, socket, place, hub, ids, stop, log, now }: Conversation): void {
  const { doubtFrame, noteFrame } = hub.frames
  const subscriptions = new Map<string, Subscription & { only: readonly string[] | undefined }>()
  const allowance = createBuckets({ ...most, now })
  let code: number = closing.slow
  let mistakes = 0
  let silent = 0

  const pipe: Pipe = {
    write(parts, written) {
      socket.cork()
      for (const [at, part] of parts.entries()) ws.send(part, { binary: false }, at === parts.length - 1 ? () => written() : undefined)
      socket.uncork()
    },
    beat() {
      if (++silent > patience) return ws.terminate()
      ws.ping()
      for (const [id, { position }] of subscriptions) wire.put(encode(noteFrame(position(), 'heartbeat'), undefined, id))
    },
    end: () => ws.close(stop.aborted ? closing.stopping : code),
    destroy: () => ws.terminate(),
  }
  const wire = place.wire(pipe)

  function breakOff(): void {
    code = closing.broken
    wire.end()
  }

  function subscribe(id: string, { wanted, start, isForeign, only, query }: AskedStream): void {
    if (subscriptions.has(id)) throw new LoklakError('BAD_PARAMETER', `id: ${JSON.stringify(id)} is subscribed already; change or unsubscribe it`)
    if (subscriptions.size >= maxSubscriptions) throw new LoklakError('BAD_PARAMETER', `subscribe: ${maxSubscriptions} subscriptions on one connection are taken`)
    place.carry(id, wanted.query)
    const send = (frame: Frame): void => wire.put(encode(frame, subscription.only, id))
    const subscription = { ...hub.subscribe(wanted, start, { ...wire, who: place.who, send }), only }
    subscriptions.set(id, subscription)
    send(noteFrame(subscription.position(), 'subscribed'))
    if (isForeign) send(noteFrame(subscription.position(), 'of another journal'))
    tellDoubts(subscription, query, send)
  }

  function tellDoubts(subscription: Subscription, query: AskedStream['query'], send: (frame: Frame) => void): void {
    if (query !== undefined && query.warnings.length > 0) send(doubtFrame(subscription.position(), query))
  }

  function obey(message: unknown): void {
    const { name, body } = commandIn(message)
    const id = idOf(body)
    if (name === 'subscribe') return subscribe(id, readStream(read(body), undefined, now(), ids))
    const subscription = subscriptions.get(id)
    if (subscription === undefined) throw new LoklakError('BAD_PARAMETER', `id: there is no subscription ${JSON.stringify(id)}`)
    const send = (frame: Frame): void => wire.put(encode(frame, undefined, id))
    if (name === 'unsubscribe') {
      subscription.close()
      subscriptions.delete(id)
      place.carry(id, undefined)
      return send(noteFrame(subscription.position(), 'unsubscribed'))
    }
    if (body['after'] !== undefined || body['lastEventId'] !== undefined) throw new LoklakError('BAD_PARAMETER', 'after: a change counts from now on; unsubscribe and subscribe to begin elsewhere')
    const { wanted, only, query } = readStream(read(body), undefined, now(), ids)
    place.carry(id, wanted.query)
    subscription.change(wanted)
    subscription.only = only
    send(noteFrame(subscription.position(), 'changed'))
    tellDoubts(subscription, query, send)
  }

  function complain(error: unknown): void {
    const shown = tableError(error) ?? new LoklakError('INTERNAL', '')
    if (shown.code === 'INTERNAL') log.error({ err: error }, 'a message on a stream failed')
    wire.put(Buffer.from(JSON.stringify({ event: 'error', data: errorBody(shown) })))
    if (++mistakes >= maxMistakes) breakOff()
  }

  /** Counts a sign of life; whether there are not too many of them. */
  function hear(): boolean {
    silent = 0
    if (allowance.take('') === 0) return true
    breakOff()
    return false
  }

  ws.on('message', (data, isBinary) => {
    if (!hear()) return
    try {
      const message = parseJson(text(data, isBinary))
      if (wire.full()) breakOff()
      else obey(message)
      mistakes = 0
    } catch (error) {
      complain(error)
    }
  })
  ws.on('ping', () => void hear())
  ws.on('pong', () => void hear())
  // What the protocol does not allow closes the connection with the code for it.
  ws.on('error', () => undefined)
  ws.once('close', () => {
    for (const subscription of subscriptions.values()) subscription.close()
  })
}
