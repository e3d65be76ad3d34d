// Owns /api/hello.json, which clients of the original ask before anything else. Nothing of what they tell is kept.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { addEndpoint } from '../endpoint.ts'

export const HelloAnswer = Type.Object({
  status: Type.Literal('ok'),
  session: Type.Object({ identity: Type.Object({ type: Type.Literal('host'), name: Type.String(), anonymous: Type.Literal(true) }) }),
})

export function addHello(app: FastifyInstance): void {
  addEndpoint(app, {
    url: '/api/hello.json',
    tag: 'server',
    summary: 'That this is loklak',
    parameters: {},
    answer: HelloAnswer,
    keep: 0,
    handle: (_parameters, { caller }) => ({ status: 'ok' as const, session: { identity: { type: 'host' as const, name: caller.address, anonymous: true as const } } }),
  })
}
