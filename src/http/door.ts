// Owns one listening server: its limits against slow and endless callers, and how it closes without cutting anyone off.
import { createServer, maxHeaderSize, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { ListenOptions, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorBody, LoklakError, type ErrorCode } from '../watch/errors.ts'
import type { Doors } from './room.ts'
import { isHandshake } from './upgrade.ts'

/** Who answers what comes in. */
export interface Answering {
  readonly request: RequestListener
  readonly handshake: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

export interface DoorOptions {
  /** Connections at a time; more are refused. */
  readonly connections: number
  /** Milliseconds without a byte in either direction after which a connection is cut; 0 never. */
  readonly silence: number
  readonly greet: (socket: Socket) => void
  readonly timing?: Timing
}

/** Milliseconds: for the head of a request, for all of it, between two requests, and how often that is looked after. */
interface Timing {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly connectionsCheckingInterval: number
}

export interface Door {
  open(where: ListenOptions): Promise<void>
  readonly server: Server
  /** Takes no more connections, lets answers end, and resolves when the last one has. */
  close(): Promise<void>
  /** Cuts what is still open. */
  force(): void
}

const usualTiming: Timing = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 5_000 }

/** Whether the address alone is more than all headers may be. Where it came in pieces only the last one is seen. */
function isAddress(error: Error): boolean {
  if (!('rawPacket' in error) || !Buffer.isBuffer(error.rawPacket)) return false
  const end = error.rawPacket.indexOf('\n')
  return end < 0 || end > maxHeaderSize
}

/** Answers what is no HTTP at all, or too slow to become it, in the shape of all errors. */
function refuse(error: Error, socket: Duplex): void {
  const reason = 'code' in error ? error.code : ''
  if (reason === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code]: [string, ErrorCode] =
    reason === 'HPE_HEADER_OVERFLOW' && isAddress(error) ? ['414 URI Too Long', 'URI_TOO_LONG']
    : reason === 'HPE_HEADER_OVERFLOW' ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE']
    : reason === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['408 Request Timeout', 'REQUEST_TIMEOUT']
    : ['400 Bad Request', 'BAD_REQUEST']
  const body = `${JSON.stringify(errorBody(new LoklakError(code, '')), null, 2)}\n`
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

export function createDoor({ request, handshake }: Answering, doors: Doors, { connections, silence, greet, timing = usualTiming }: DoorOptions): Door {
  const server = createServer({ ...timing, shouldUpgradeCallback: isHandshake }, request)
  const sockets = new Set<Socket>()
  let closing = false
  server.maxConnections = connections
  server.maxHeadersCount = 100
  server.timeout = silence
  server.on('clientError', refuse)
  server.on('upgrade', handshake)
  server.on('drop', () => void doors.refused++)
  server.on('request', (_request, response) => {
    // An answer whose head went out before the end did not say that its connection ends with it.
    response.once('close', () => closing && server.closeIdleConnections())
  })
  server.on('connection', (socket: Socket) => {
    greet(socket)
    sockets.add(socket)
    doors.open++
    socket.once('close', () => {
      sockets.delete(socket)
      doors.open--
    })
  })

  return {
    server,
    open(where) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      server.once('error', reject)
      server.listen(where, () => {
        server.off('error', reject)
        resolve()
      })
      return promise
    },
    close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      closing = true
      server.close(() => resolve())
      // A connection that never said anything is not idle to Node; browsers keep such in reserve.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
      return promise
    },
    force() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
