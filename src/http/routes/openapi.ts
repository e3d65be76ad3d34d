// Owns /api/openapi.json: the description of all endpoints, made of their schemas.
import type { FastifyInstance } from 'fastify'

export function addOpenApi(app: FastifyInstance): void {
  // The routes do not change once the server is up.
  let description: string | undefined
  app.get('/api/openapi.json', {
    schema: { hide: true },
    handler: (_request, reply) => {
      description ??= `${JSON.stringify(app.swagger(), null, 2)}\n`
      return reply.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=600').send(description)
    },
  })
}
