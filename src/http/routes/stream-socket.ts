// Owns /api/stream.ws: the stream over a WebSocket, where one connection may have several subscriptions and change them.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { WebSocketServer } from 'ws'
import { LoklakError } from '../../watch/errors.ts'
import { failures } from '../describe.ts'
import type { Room } from '../room.ts'
import { converse } from '../stream/conversation.ts'
import { isHandshake, takeHandshake } from '../upgrade.ts'

/** Bytes of a message from a client. */
const maxPayload = 16_384

export function addStreamSocket(app: FastifyInstance, { parts, options, doors, streams }: Room): void {
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload, perMessageDeflate: false })
  const description = 'A WebSocket. Send {"subscribe": {"id", "channel", "q", "after", "only"}}, {"change": {…}} or {"unsubscribe": {"id"}}; hear {"id", "event", "data", "subscription"}.'
  app.get('/api/stream.ws', {
    exposeHeadRoute: false,
    config: { endless: true },
    schema: { tags: ['stream'], summary: 'New messages as they arrive, over a WebSocket', response: { 101: Type.Null({ description }), ...failures } },
    async handler(request, reply) {
      if (!isHandshake(request.raw)) {
        reply.header('upgrade', 'websocket')
        throw new LoklakError('UPGRADE_REQUIRED', '')
      }
      const place = streams.enter(request.caller)
      request.raw.socket.once('close', () => place.leave())
      const hub = await streams.ready(parts.hub())
      const { socket, head } = takeHandshake(request, reply)
      if (socket.destroyed) return reply
      // Where the handshake fails, the client is told why and the connection ends.
      sockets.handleUpgrade(request.raw, socket, head, (ws) => converse({ ws, socket, place, hub, ids: parts.streamIds, stop: doors.stop.signal, log: parts.log, now: options.now }))
      return reply
    },
  })
}
