// Owns the description of the API: OpenAPI 3.1, made of the schemas of the routes that are added after it.
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { HttpOptions } from './options.ts'

export function describeApi(app: FastifyInstance, options: HttpOptions): void {
  void app.register(swagger, {
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject
      const { openapiObject } = document
      // All parameters may stand in the query string instead, so that no address needs a body.
      for (const path of Object.values(openapiObject.paths ?? {})) {
        const body = path?.post?.requestBody
        if (body !== undefined && 'content' in body) body.required = false
      }
      return openapiObject
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'loklak',
        version: options.version,
        description: 'Collects the public social web, keeps it as plain text dumps, and serves it.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      ...(options.url === null ? {} : { servers: [{ url: options.url }] }),
      tags: [
        { name: 'search', description: 'What was kept, found again' },
        { name: 'stream', description: 'What is kept, the moment it is kept' },
        { name: 'server', description: 'What the server collects, keeps, and how it fares' },
        { name: 'health', description: 'For probes and monitoring' },
        { name: 'dumps', description: 'Everything that was kept, for download' },
      ],
    },
  })
}
