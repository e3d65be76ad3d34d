// Owns /api/peers.json: the peers of this server. It has none: who says hello is not remembered.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { addEndpoint } from '../endpoint.ts'

const Peer = Type.Object({
  'class': Type.String(),
  'host': Type.String(),
  'port.http': Type.Integer(),
  'port.https': Type.Integer(),
  'lastSeen': Type.Integer({ description: 'milliseconds since 1970' }),
  'lastPath': Type.String(),
  'peername': Type.String(),
})
export const PeersAnswer = Type.Object({ peers: Type.Array(Peer), count: Type.Integer({ minimum: 0 }) })

export function addPeers(app: FastifyInstance): void {
  addEndpoint(app, {
    url: '/api/peers.json',
    tag: 'server',
    summary: 'Other loklak servers that this one knows',
    parameters: {},
    answer: PeersAnswer,
    keep: 60,
    handle: () => ({ peers: [], count: 0 }),
  })
}
