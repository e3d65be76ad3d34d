// Owns /api/stream.json: each new message the moment it is kept, as server-sent events or as lines of NDJSON.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Frame } from '../../stream/frame.ts'
import { failures } from '../describe.ts'
import { allGiven, asAsked, mergeParameters, parameterReader } from '../parameters.ts'
import type { Room } from '../room.ts'
import { readStream, streamParameters, type AskedStream } from '../stream/asked.ts'
import { responsePipe, scripts, streamFormats, type Script } from '../stream/response.ts'

const parameters = Type.Object({
  ...streamParameters,
  format: Type.Enum(streamFormats, { default: 'sse', description: 'server-sent events, or one JSON object a line' }),
})

const headersOf = ({ type }: Script) => ({
  'content-type': type,
  'cache-control': 'no-cache, no-transform',
  // Otherwise nginx gathers some kilobytes before it passes anything on.
  'x-accel-buffering': 'no',
  // A connection is of no use after a stream: its reader was too slow, or the server stops.
  'connection': 'close',
})

/** The parameters of the address and of the body; in the address `channel` may be given more than once. */
function given(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const channels = allGiven(request.url, 'channel')
  return { ...mergeParameters(request.query, request.body), ...(channels.length === 0 ? {} : { channel: channels }) }
}

export function addStream(app: FastifyInstance, room: Room): void {
  const { parts, options, streams } = room
  const read = parameterReader(parameters)

  function ask(request: FastifyRequest): { readonly asked: AskedStream; readonly script: Script } {
    const { format, ...rest } = read(given(request))
    const { 'last-event-id': header } = request.headers
    return { asked: readStream(rest, typeof header === 'string' ? header : undefined, options.now(), parts.streamIds), script: scripts[format] }
  }

  async function listen(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { asked: { wanted, start, isForeign, only, query }, script } = ask(request)
    const response = reply.raw
    const place = streams.enter(request.caller)
    response.once('close', () => place.leave())
    place.carry('', wanted.query)
    // A browser that is answered anything but 200 never comes back, so it waits while the server starts.
    const hub = await streams.ready(parts.hub())
    reply.hijack()
    if (response.closed) return reply
    const wire = place.wire(responsePipe(response, streams.join, () => script.heartbeat(hub.frames, subscription.position())))
    const send = (frame: Frame): void => wire.put(script.event(frame, only))
    const subscription = hub.subscribe(wanted, start, { ...wire, who: place.who, send })
    response.once('close', () => subscription.close())
    for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headersOf(script) })) if (value !== undefined) response.setHeader(name, value)
    wire.put(script.greeting(hub.frames, subscription.position()))
    if (isForeign) send(hub.frames.noteFrame(subscription.position(), 'of another journal'))
    if (query !== undefined && query.warnings.length > 0) send(hub.frames.doubtFrame(subscription.position(), query))
    return reply
  }

  const description = 'Without an end. An event has an id with which a reader goes on where it stopped, a name (message, edit, delete, author, info) and JSON data.'
  const response = {
    200: { description, content: { [scripts.sse.type]: { schema: Type.String() }, [scripts.ndjson.type]: { schema: Type.String() } } },
    ...failures,
  }
  const described = { tags: ['stream'], summary: 'New messages as they arrive', response }
  const asked = asAsked(parameters)
  const body = { content: { 'application/x-www-form-urlencoded': { schema: asked }, 'application/json': { schema: asked } } }
  const endless = { compress: false as const, config: { endless: true as const }, handler: listen }
  app.get('/api/stream.json', { ...endless, exposeHeadRoute: false, schema: { ...described, querystring: asked } })
  app.post('/api/stream.json', { ...endless, schema: { ...described, body } })
  app.head('/api/stream.json', {
    schema: { hide: true },
    handler: (request, reply) => {
      const { script } = ask(request)
      return reply.headers(headersOf(script)).send()
    },
  })
}
