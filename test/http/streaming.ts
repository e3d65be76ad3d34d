// Owns a house that streams over real connections, and readers of it.
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import type { HttpOptions } from '../../src/http/options.ts'
import { createHub, type Hub } from '../../src/stream/hub.ts'
import { parseJson } from '../../src/support/json.ts'
import { readEvents, type ServerEvent } from '../../src/support/server-events.ts'
import { heldClock, openAt, temporaryFolder, type Opened } from '../journal/fixtures.ts'
import { ids } from '../stream/listening.ts'
import { Happenings } from '../support/waiting.ts'
import { open } from './open.ts'
import { statusAt } from './parts.ts'

export interface Streaming {
  readonly port: number
  readonly socket: string
  readonly journal: Opened
  readonly hub: Hub
  readonly url: string
  /** Stops the server. */
  close(grace?: number): Promise<void>
  /** Resolves when the hub has told everything that is stored. */
  told(): Promise<void>
  /** How many connections are open. */
  open(): number
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export interface StreamingOptions extends Partial<Omit<HttpOptions, 'streams'>> {
  /** The limits to be changed. */
  readonly streams?: Partial<HttpOptions['streams']>
  /** The stream is open when this is resolved. */
  readonly opening?: Promise<void>
}

/** A house on a journal of its own. */
export async function streaming(t: TestContext, { streams = {}, opening = Promise.resolve(), ...options }: StreamingOptions = {}): Promise<Streaming> {
  const folder = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, folder, { now: () => (clock.add(1), clock.now()) })
  const hub = createHub({ journal, ids, authorKeys: () => [], absence: () => undefined, replayRate: 1e9, now: Date.now, onFailure: (error) => t.diagnostic(String(error)) })
  const stop = new AbortController()
  const running = hub.run(stop.signal)
  const socket = join(folder, 's.sock')
  const limits = { queue: 1_048_576, perAddress: 1000, total: 1000, heartbeat: 60_000, ...streams }
  const house = await open(t, { options: { socket, now: clock.now, streams: limits, ...options }, parts: { hub: () => opening.then(() => hub), status: () => ({ ...statusAt(clock.now()), stream: hub.counts() }) } })
  t.after(async () => {
    stop.abort()
    await running
  })
  return {
    ...house,
    socket,
    journal,
    hub,
    url: `http://127.0.0.1:${house.port}`,
    async told() {
      do await turn()
      while (hub.position() < journal.last() || hub.counts().replaying > 0)
    },
    open: () => house.app.doors.open,
  }
}

/** The head of an answer. */
export function fetched(port: number, path: string, options: object = {}): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ host: '127.0.0.1', port, path, agent: false, ...options }, resolve).once('error', reject).end()
  return promise
}

export interface Reader {
  readonly response: IncomingMessage
  /** The next block, with or without an event in it. */
  block(): Promise<ServerEvent>
  /** The next event. */
  next(): Promise<ServerEvent>
  /** The next so many events, each as `event id_str`. */
  gist(count: number): Promise<string[]>
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>
  close(): void
}

const idOf = (data: string | undefined): string => {
  const json: { id_str?: string; key?: string; reason?: string } = JSON.parse(data ?? '{}')
  return json.id_str ?? json.key ?? json.reason ?? ''
}

/** Reads a stream as it comes; its greeting is taken already. */
export async function listen(port: number, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Reader & { readonly begun: string }> {
  const response = await fetched(port, `/api/stream.json?${query}`, { headers })
  const blocks = new Happenings<ServerEvent>()
  const ended = Promise.withResolvers<void>()
  async function read(): Promise<void> {
    try {
      for await (const block of readEvents(response.setEncoding('utf8'))) blocks.push(block)
    } catch {
      // A stream that is cut has ended as well.
    }
    ended.resolve()
  }
  void read()
  const block = (): Promise<ServerEvent> => blocks.next()
  async function next(): Promise<ServerEvent> {
    for (;;) {
      const found = await block()
      if (found.data !== undefined) return found
    }
  }
  async function gist(count: number): Promise<string[]> {
    const all: string[] = []
    while (all.length < count) {
      const { event, data } = await next()
      all.push(`${event} ${idOf(data)}`.trim())
    }
    return all
  }
  const { id: begun } = await block()
  return { response, begun, block, next, gist, ended: ended.promise, close: () => response.destroy() }
}

export interface Talker {
  readonly ws: WebSocket
  say(message: unknown): void
  /** The next frame, parsed. */
  next(): Promise<Heard>
  /** The next so many frames, each as `event what subscription`. */
  gist(count: number): Promise<string[]>
  /** Resolves with the code of the end. */
  readonly closed: Promise<number>
}

export interface Heard {
  readonly id?: string
  readonly event: string
  readonly data: { readonly id_str?: string; readonly key?: string; readonly reason?: string; readonly resume?: string; readonly error?: { readonly code: string; readonly detail: string } }
  readonly subscription?: string
}

const isHeard = (value: unknown): value is Heard => typeof value === 'object' && value !== null && 'event' in value && 'data' in value

/** Opens a WebSocket on a path of the house; closed with the test. */
export async function talk(t: TestContext, address: string, options: object = {}): Promise<Talker> {
  const ws = new WebSocket(`${address}/api/stream.ws`, { perMessageDeflate: false, ...options })
  t.after(() => ws.terminate())
  const frames = new Happenings<Heard>()
  const closed = Promise.withResolvers<number>()
  ws.on('message', (data) => {
    const frame = parseJson(Buffer.isBuffer(data) ? data.toString() : '')
    if (!isHeard(frame)) throw new Error('no frame')
    frames.push(frame)
  })
  ws.once('close', (code: number) => closed.resolve(code))
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
  const next = (): Promise<Heard> => frames.next()
  return {
    ws,
    closed: closed.promise,
    say: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next,
    async gist(count) {
      const all: string[] = []
      while (all.length < count) {
        const { event, data, subscription } = await next()
        all.push([event, data.id_str ?? data.key ?? data.reason ?? data.error?.code, subscription].filter((part) => part !== undefined).join(' '))
      }
      return all
    },
  }
}
