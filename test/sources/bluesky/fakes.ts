// Owns stand-ins for what stands around the source: the intake, a Jetstream server, a log.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Draft, Intake, Provenance, Receipt } from '../../../src/intake/port.ts'
import type { Log } from '../../../src/sources/bluesky/options.ts'
import { listenLocally } from '../../support/listening.ts'
import { Happenings } from '../../support/waiting.ts'

/** What names a draft in a test: the record key of a post, or author and what is said of them. */
export function nameOf(draft: Draft): string {
  switch (draft.kind) {
    case 'delete':
      return `delete ${draft.id_str.split(':').at(-1)}`
    case 'author':
      return `author ${draft.author.handle ?? draft.author.state ?? draft.author.name ?? ''}`
    default:
      return draft.message.id_str.split(':').at(-1) ?? ''
  }
}

export interface Offer {
  readonly drafts: readonly Draft[]
  readonly names: readonly string[]
  readonly from: Provenance
  /** Tells the source that it is on disk. */
  store(): void
  fail(error: Error): void
}

/** Stores what it is offered at once, or when told to. */
export class FakeIntake implements Intake {
  readonly offers = new Happenings<Offer>()
  readonly stored: string[] = []
  readonly #byItself: boolean

  constructor({ byItself = true } = {}) {
    this.#byItself = byItself
  }

  offer(drafts: readonly Draft[], from: Provenance): Promise<readonly Receipt[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Receipt[]>()
    const names = drafts.map(nameOf)
    const store = (): void => {
      this.stored.push(...names)
      resolve(names.map((id) => ({ outcome: 'new', id })))
    }
    if (this.#byItself) store()
    this.offers.push({ drafts, names, from, store, fail: reject })
    return promise
  }

  /** Resolves with everything offered until a draft of this name came. */
  async until(name: string): Promise<string[]> {
    const seen: string[] = []
    while (!seen.includes(name)) seen.push(...(await this.offers.next()).names)
    return seen
  }
}

/** One connection that a fake server took. */
export interface Guest {
  readonly socket: WebSocket
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Microseconds since 1970. */
  readonly cursor: number | null
  send(...frames: (string | Buffer)[]): void
}

/** An HTTP answer instead of the upgrade. */
export interface Refusal {
  readonly status: number
  readonly body: string
}

type Page = (request: IncomingMessage, response: ServerResponse) => void

/** Takes every WebSocket, unless it is told to refuse the next one by an HTTP answer. */
export class FakeServer {
  readonly guests = new Happenings<Guest>()
  readonly refusals: Refusal[] = []
  readonly pages: Record<string, Page> = {}
  readonly #http = createServer((request, response) => {
    const page = this.pages[new URL(request.url ?? '/', 'http://x').pathname]
    if (page === undefined) response.writeHead(404).end()
    else page(request, response)
  })
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true })
  port = 0

  static async open(): Promise<FakeServer> {
    const server = new FakeServer()
    server.port = await listenLocally(server.#http)
    return server
  }

  constructor() {
    this.#http.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      const refusal = this.refusals.shift()
      if (refusal !== undefined) {
        const { status, body } = refusal
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
        return
      }
      this.#sockets.handleUpgrade(request, socket, head, (guest) => this.#welcome(guest, request))
    })
  }

  get v1(): string {
    return `ws://127.0.0.1:${this.port}/subscribe`
  }

  get v2(): string {
    return `ws://127.0.0.1:${this.port}/xrpc/network.bsky.jetstream.subscribeEvents`
  }

  #welcome(socket: WebSocket, request: IncomingMessage): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const cursor = searchParams.get('cursor')
    this.guests.push({
      socket, path: pathname, parameters: searchParams, headers: request.headers, cursor: cursor === null ? null : Number(cursor),
      send: (...frames) => frames.forEach((frame) => socket.send(frame)),
    })
  }

  close(): void {
    for (const guest of this.#sockets.clients) guest.terminate()
    this.#http.close()
    this.#http.closeAllConnections()
  }
}

/** Remembers what was said, each as `message {detail}`. */
export function fakeLog(): Log & { readonly said: string[] } {
  const said: string[] = []
  const write = (detail: object, message: string): void => {
    said.push(`${message} ${JSON.stringify(detail)}`)
  }
  return { said, info: write, warn: write }
}
