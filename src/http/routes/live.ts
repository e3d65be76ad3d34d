// Owns /api/health/live: a process that answers is alive, whatever its dependencies do.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { addEndpoint } from '../endpoint.ts'

export const LiveAnswer = Type.Object({ live: Type.Literal(true) })

export function addLive(app: FastifyInstance): void {
  addEndpoint(app, {
    url: '/api/health/live',
    tag: 'health',
    summary: 'Whether the process answers',
    parameters: {},
    answer: LiveAnswer,
    unlimited: true,
    keep: 0,
    handle: () => ({ live: true as const }),
  })
}
