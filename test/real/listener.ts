// Owns a plain client of a Jetstream, for looking at what a server really sends.
import { once } from 'node:events'
import { zstdDecompressSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { isObject, type JsonObject } from '../../src/support/json.ts'
import { Happenings } from '../support/waiting.ts'

export interface Listener {
  /** The text of the next frame. */
  next(): Promise<string>
  /** The next frames, so many. */
  take(count: number): Promise<string[]>
  say(text: string): void
  /** Why the server closed it. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  close(): void
}

/** Connects; binary frames are decompressed with the dictionary. Throws where the server refuses. */
export async function listen(url: string, dictionary?: Buffer): Promise<Listener> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const frames = new Happenings<string>()
  socket.on('message', (data, binary) => {
    if (!(data instanceof Buffer)) throw new Error('not a buffer')
    frames.push((binary && dictionary !== undefined ? zstdDecompressSync(data, { dictionary }) : data).toString())
  })
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: Number(code), reason: String(reason) }))
  await once(socket, 'open')
  return {
    next: () => frames.next(),
    async take(count) {
      const taken = []
      while (taken.length < count) taken.push(await frames.next())
      return taken
    },
    say: (text) => socket.send(text),
    closed,
    close: () => socket.terminate(),
  }
}

/** How a server refuses to open a socket: the answer it gives instead. */
export async function refusal(url: string, options: { readonly deflate?: boolean } = {}): Promise<{ readonly status: number; readonly body: string }> {
  const socket = new WebSocket(url, { perMessageDeflate: options.deflate ?? false })
  const refused = Promise.withResolvers<{ readonly status: number; readonly body: string }>()
  socket.once('open', () => {
    socket.terminate()
    refused.reject(new Error(`${url}: not refused`))
  })
  socket.once('unexpected-response', (_request, response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    response.once('end', () => refused.resolve({ status: response.statusCode ?? 0, body }))
  })
  return refused.promise
}

/** The string at a path in an object; empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  let at = value
  for (const key of path) at = isObject(at) ? at[key] : undefined
  return typeof at === 'string' ? at : ''
}

/** A frame as an object. */
export function parse(frame: string): JsonObject {
  const value: unknown = JSON.parse(frame)
  if (!isObject(value)) throw new Error(`not an object: ${frame}`)
  return value
}

/** What a v1 frame is about, on one line. */
export function gist(frame: string): string {
  const event = parse(frame)
  const kind = textAt(event, 'kind')
  if (kind === 'commit') return `${textAt(event, 'commit', 'operation')} ${textAt(event, 'commit', 'collection')} ${textAt(event, 'commit', 'record', 'text')}`.trim()
  return kind === 'account' ? `account ${textAt(event, 'account', 'status') || 'active'}` : kind
}

/** The payload of a v2 frame. */
export function payload(frame: string): JsonObject {
  const { payload } = parse(frame)
  if (!isObject(payload)) throw new Error(`no payload: ${frame}`)
  return payload
}
