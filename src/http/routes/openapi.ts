// Owns /api/openapi.json: the description of all endpoints, made of their schemas.
import type { FastifyInstance } from 'fastify'
import { isObject } from '../../support/json.ts'

/** Tuples as lists of one length. That `items` may be a list ended before OpenAPI 3.1, and many tools do not know what came instead. */
function withoutTuples(_key: string, value: unknown): unknown {
  if (!isObject(value) || !Array.isArray(value['items'])) return value
  const { items, additionalItems: _, ...rest } = value
  return { ...rest, items: { anyOf: items }, maxItems: items.length }
}

export function addOpenApi(app: FastifyInstance): void {
  // The routes do not change once the server is up.
  let description: string | undefined
  app.get('/api/openapi.json', {
    schema: { hide: true },
    handler: (_request, reply) => {
      description ??= `${JSON.stringify(app.swagger(), withoutTuples, 2)}\n`
      return reply.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=600').send(description)
    },
  })
}
