// Owns the methods that an address does not take: 405 with the ones that it does, and OPTIONS for browsers that ask before.
import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify'
import { LoklakError } from '../watch/errors.ts'
import { setPreflightHeaders } from './headers.ts'

/** Watches what is added to `app` from now on; the answer closes all other methods of those addresses. */
export function closeOtherMethods(app: FastifyInstance, cors: boolean): () => void {
  const taken = new Map<string, { readonly methods: Set<string>; readonly errorHandler: RouteOptions['errorHandler'] }>()
  app.addHook('onRoute', ({ url, method, errorHandler }: RouteOptions) => {
    const { methods } = taken.get(url) ?? { methods: new Set<string>() }
    for (const name of [method].flat()) methods.add(name)
    // A refusal has the shape of all failures of the address.
    taken.set(url, { methods, errorHandler: errorHandler ?? taken.get(url)?.errorHandler })
  })
  return () => {
    // A snapshot: what is added here is seen by the hook as well.
    for (const [url, { methods, errorHandler }] of taken.entries().toArray()) {
      const allow = [...methods, 'OPTIONS'].join(', ')
      const closed: HTTPMethods[] = app.supportedMethods.filter((method) => method !== 'OPTIONS' && !methods.has(method))
      app.options(url, { schema: { hide: true } }, (_request, reply) => {
        setPreflightHeaders(reply, allow, cors)
        return reply.code(204).send()
      })
      app.route({
        url,
        method: closed,
        schema: { hide: true },
        ...(errorHandler === undefined ? {} : { errorHandler }),
        // Before the body is read: whatever it is, it is not taken.
        onRequest: (request, reply, done) => {
          reply.header('allow', allow)
          done(new LoklakError('METHOD_NOT_ALLOWED', `${request.method} ${request.url.split('?', 1)[0] ?? ''}`))
        },
        handler: () => undefined,
      })
    }
  }
}
