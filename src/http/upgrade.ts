// Owns the way of a WebSocket handshake to its route: it is answered like any request (limits, errors, headers), and the
// route that wants to may take its connection.
import { ServerResponse, type IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
}

interface Pending extends Handshake {
  readonly response: ServerResponse
  readonly onEnd: () => void
}

const pending = new WeakMap<IncomingMessage, Pending>()

/** Other protocols that a client would rather speak are not spoken; such a request goes on as what it is. */
export const isHandshake = ({ method, headers }: IncomingMessage): boolean => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'

/** Gives a handshake to the routes. */
export function routeHandshake(app: FastifyInstance, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (!(socket instanceof Socket)) return void socket.destroy()
  socket.on('error', () => socket.destroy())
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.end())
  // A client says nothing before it is answered, but it may leave, which is seen only where its connection is read.
  const onEnd = (): void => void socket.destroy()
  socket.once('end', onEnd).resume()
  pending.set(request, { request, socket, head, response, onEnd })
  app.routing(request, response)
}

/** Takes the connection of a handshake out of the hands of its reply. */
export function takeHandshake({ raw }: FastifyRequest, reply: FastifyReply): Handshake {
  const found = pending.get(raw)
  if (found === undefined) throw new TypeError('not the request of a handshake, or taken already')
  reply.hijack()
  pending.delete(raw)
  found.response.detachSocket(found.socket)
  found.socket.off('end', found.onEnd)
  return found
}
