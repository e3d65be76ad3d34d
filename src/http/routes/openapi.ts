// Owns /api/openapi.json: the description of all endpoints, made of their schemas.
import type { FastifyInstance } from 'fastify'
import { isObject } from '../../support/json.ts'

/** Tuples as OpenAPI 3.1 writes them; the schemas follow an older JSON Schema, in which `items` was their list. */
function modern(_key: string, value: unknown): unknown {
  if (!isObject(value) || !Array.isArray(value['items'])) return value
  const { items, additionalItems, ...rest } = value
  return { ...rest, prefixItems: items, items: additionalItems }
}

export function addOpenApi(app: FastifyInstance): void {
  // The routes do not change once the server is up.
  let description: string | undefined
  app.get('/api/openapi.json', {
    schema: { hide: true },
    handler: (_request, reply) => {
      description ??= `${JSON.stringify(app.swagger(), modern, 2)}\n`
      return reply.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=600').send(description)
    },
  })
}
