// Owns what all JSON endpoints have in common: GET, HEAD and POST alike, parameters read by schema, answers by the manners
// asked for, and their description for OpenAPI. An endpoint is its parameters, its answer, and a function from one to the other.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { manners, mannersOf, sendJson } from './answer.ts'
import { failures, jsonAnswer } from './describe.ts'
import { asAsked, mergeParameters, parameterReader } from './parameters.ts'

export interface Endpoint<P extends TProperties, A extends TSchema> {
  readonly url: string
  readonly tag: 'server' | 'health'
  readonly summary: string
  readonly parameters: P
  readonly answer: A
  /** Answers 503 with the same body where it cannot do its work. */
  readonly mayFail?: true
  /** Not counted against the limit of requests: a probe must get through while its neighbours ask too much. */
  readonly unlimited?: true
  /** Seconds that a client may keep the answer; 0 for not at all. */
  readonly keep: number
  handle(parameters: Static<TObject<P>>, request: FastifyRequest, reply: FastifyReply): Static<A> | Promise<Static<A>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    unlimited?: true
  }
}

export function addEndpoint<P extends TProperties, A extends TSchema>(app: FastifyInstance, endpoint: Endpoint<P, A>): void {
  const { url, tag, summary, answer, keep, unlimited } = endpoint
  const read = parameterReader(Type.Object(endpoint.parameters))
  const asked = asAsked(Type.Object({ ...endpoint.parameters, ...manners }))

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const given = mergeParameters(request.query, request.body)
    const wanted = mannersOf(given)
    const value = await endpoint.handle(read(given), request, reply)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', keep === 0 ? 'no-store' : `private, max-age=${keep}`)
    return sendJson(reply, value, wanted)
  }

  const unable = endpoint.mayFail === true ? { 503: jsonAnswer('The same, where it cannot do its work', answer) } : {}
  const response = { 200: jsonAnswer(summary, answer), ...unable, ...failures }
  const described = { tags: [tag], summary, response }
  const config = unlimited === true ? { unlimited } : {}
  const body = { content: { 'application/x-www-form-urlencoded': { schema: asked }, 'application/json': { schema: asked } } }
  app.get(url, { handler, config, schema: { ...described, querystring: asked } })
  app.post(url, { handler, config, schema: { ...described, body } })
}
