// Owns /api/health/ready: whether requests should be sent here, and what is down or behind meanwhile.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { errorBody, LoklakError } from '../../watch/errors.ts'
import { addEndpoint } from '../endpoint.ts'
import { ErrorAnswer } from '../errors.ts'
import { DegradationAnswer } from '../health-schema.ts'
import type { Room } from '../room.ts'

export const ReadyAnswer = Type.Object({
  ready: Type.Boolean(),
  draining: Type.Boolean(),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'why it is not ready' }),
  degraded: Type.Array(DegradationAnswer, { description: 'dependencies that are down or behind; each costs one feature' }),
  error: Type.Optional(ErrorAnswer.properties.error),
})

const retrySeconds = 2

export function addReady(app: FastifyInstance, { parts, doors }: Room): void {
  addEndpoint(app, {
    url: '/api/health/ready',
    tag: 'health',
    summary: 'Whether requests should be sent here: 503 until it first can do all its work, while it stops, and when it can do nothing useful',
    parameters: {},
    answer: ReadyAnswer,
    mayFail: true,
    unlimited: true,
    keep: 0,
    handle(_parameters, _request, reply) {
      doors.probed = true
      const { ready, draining, reason, degraded } = parts.health()
      const answer = { ready, draining, reason, degraded: [...degraded] }
      if (ready) return answer
      reply.code(503).header('retry-after', retrySeconds)
      return { ...errorBody(new LoklakError('NOT_READY', reason ?? '')), ...answer }
    },
  })
}
