// Owns the HTTP room: the conventions that all of it shares, and its routes. Does not know who fills the parts, where it
// listens (listen.ts) or what any single endpoint does (routes/, one file each, all named in one list).
import compress from '@fastify/compress'
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { LoklakError } from '../watch/errors.ts'
import { createAccess } from './access.ts'
import { holder } from './address.ts'
import { createBuckets } from './buckets.ts'
import { addControl } from './control.ts'
import { answerErrors, sendError } from './errors.ts'
import { setHeaders } from './headers.ts'
import { closeOtherMethods } from './methods.ts'
import { describeApi } from './openapi.ts'
import type { HttpOptions } from './options.ts'
import { parseForm } from './parameters.ts'
import type { Parts } from './parts.ts'
import type { Doors, Room } from './room.ts'
import { routes } from './routes.ts'
import { createGate } from './gate.ts'
import { createStreams } from './stream/streams.ts'

const maxUrl = 8192
const burstSeconds = 10

/** In the place of the framework's own compilers, which are loaded where nothing is: they are not asked. */
const neverBuilt = (): never => {
  throw new Error('schemas are not compiled')
}

/** The whole room, ready for `inject()` and `listen()`. Throws LoklakError where a setting is wrong. */
export function buildServer(parts: Parts, options: HttpOptions): FastifyInstance {
  const doors: Doors = { access: createAccess(options.proxies), urls: [], open: 0, refused: 0, probed: false, stop: new AbortController() }
  const room: Room = { parts, options, doors, gate: createGate({ ...parts.search.limits, what: 'searches' }), streams: createStreams(options.streams, doors.stop.signal) }
  const app = Fastify({
    bodyLimit: options.bodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: maxUrl, querystringParser: parseForm },
    schemaController: { compilersFactory: { buildValidator: neverBuilt, buildSerializer: neverBuilt } },
    frameworkErrors: (error, request, reply) => {
      setHeaders(request, reply, options.cors)
      void sendError(reply, error, parts.log)
    },
  })
  app.decorate('doors', doors)
  app.decorateRequest('caller')
  // Parameters and answers have their own reader and writer; the schemas are for the description.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  // Text is no list of parameters, and must not be taken for an empty one.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, parseForm(body.toString())))
  answerErrors(app, parts.log)
  greet(app, room)
  measure(app, room)
  void app.register(compress, { encodings: ['br', 'gzip'], customTypes: /^text\/(?!event-stream)|[/+](json|x-ndjson|javascript|xml|yaml)(;|$)/, globalDecompression: false })
  describeApi(app, options)
  void app.register((scope, _options, done) => {
    const closeMethods = closeOtherMethods(scope, options.cors)
    for (const add of routes) add(scope, room)
    closeMethods()
    addControl(scope, room)
    done()
  })
  return app
}

/** What happens to every request before anything else: who is it, is it too much, is there anything at all. */
function greet(app: FastifyInstance, { options, doors, parts }: Room): void {
  const buckets = createBuckets({ rate: options.requestRate, burst: options.requestRate * burstSeconds, now: options.now })

  function refusal(request: FastifyRequest, reply: FastifyReply): LoklakError | undefined {
    const { caller } = request
    const wait = caller.local || request.routeOptions.config.unlimited === true ? 0 : buckets.take(holder(caller.address))
    if (wait > 0) {
      reply.header('retry-after', Math.ceil(wait))
      return new LoklakError('TOO_MANY_REQUESTS', `${options.requestRate} a second are taken.`)
    }
    if (request.url.length > maxUrl) return new LoklakError('URI_TOO_LONG', `${request.url.length} characters; ${maxUrl} are taken.`)
    // Here and not by the handler, so that the body is not even read.
    if (request.is404 && !app.supportedMethods.includes(request.method)) {
      // PROPFIND and the like: no address takes them, and all that there are take these.
      reply.header('allow', 'GET, HEAD, OPTIONS')
      return new LoklakError('METHOD_NOT_ALLOWED', request.method)
    }
    if (request.is404) return new LoklakError('NOT_FOUND', request.url.split('?', 1)[0] ?? '')
    const coding = request.headers['content-encoding'] ?? 'identity'
    if (request.method === 'POST' && coding !== 'identity') return new LoklakError('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding: a body is taken as it is, not compressed.')
    return undefined
  }

  app.addHook('onRequest', (request, reply, done) => {
    request.caller = doors.access.caller(request.raw)
    setHeaders(request, reply, options.cors)
    done(refusal(request, reply))
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // While it stops, a client that would ask again should go elsewhere.
    if (doors.stop.signal.aborted || parts.health().draining) reply.header('connection', 'close')
    done()
  })
}

function measure(app: FastifyInstance, { parts }: Room): void {
  app.addHook('onResponse', (request, reply, done) => {
    // How long somebody listened says nothing about this server.
    if (request.routeOptions.config.endless === true && reply.statusCode < 400) return done()
    const labels = { route: request.routeOptions.url ?? 'none', method: request.method, status: `${Math.floor(reply.statusCode / 100)}xx` }
    parts.metrics.observe('loklak_http_request_seconds', labels, reply.elapsedTime / 1000)
    done()
  })
}
