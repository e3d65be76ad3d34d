// Owns what all addresses with parameters have in common: GET, HEAD and POST alike, parameters read by schema, answers by the
// manners asked for, and their description for OpenAPI. An endpoint is its parameters, its answer, and a function from one to
// the other.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { manners, mannersOf, sendJson, type Manners } from './answer.ts'
import { failures, jsonAnswer, type DescribedAnswer } from './describe.ts'
import { asAsked, mergeParameters, parameterReader } from './parameters.ts'

interface Described<P extends TProperties> {
  readonly url: string
  readonly tag: 'search' | 'server' | 'health'
  readonly summary: string
  readonly parameters: P
  /** The answer is no JSON, so that there is nothing to indent or to call back with. */
  readonly plain?: true
  /** Not counted against the limit of requests: a probe must get through while its neighbours ask too much. */
  readonly unlimited?: true
}

/** An address that sends its answers itself. */
export interface Address<P extends TProperties> extends Described<P> {
  /** By status; failures go without saying. */
  readonly answers: Readonly<Record<number, DescribedAnswer | TSchema>>
  handle(asked: Static<TObject<P>>, manners: Manners, request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply>
}

export interface Endpoint<P extends TProperties, A extends TSchema> extends Described<P> {
  readonly answer: A
  /** Answers 503 with the same body where it cannot do its work. */
  readonly mayFail?: true
  /** Seconds that a client may keep the answer; 0 for not at all. */
  readonly keep: number
  handle(parameters: Static<TObject<P>>, request: FastifyRequest, reply: FastifyReply): Static<A> | Promise<Static<A>>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    unlimited?: true
    /** Its answers go on for as long as they are read. */
    endless?: true
  }
}

export function addAddress<P extends TProperties>(app: FastifyInstance, address: Address<P>): void {
  const { url, tag, summary, unlimited, plain } = address
  const read = parameterReader(Type.Object(address.parameters))
  const asked = asAsked(Type.Object({ ...address.parameters, ...(plain === true ? {} : manners) }))

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const given = mergeParameters(request.query, request.body)
    const wanted = mannersOf(given)
    return address.handle(read(given), wanted, request, reply)
  }

  const described = { tags: [tag], summary, response: { ...address.answers, ...failures } }
  const config = unlimited === true ? { unlimited } : {}
  const body = { content: { 'application/x-www-form-urlencoded': { schema: asked }, 'application/json': { schema: asked } } }
  app.get(url, { handler, config, schema: { ...described, querystring: asked } })
  app.post(url, { handler, config, schema: { ...described, body } })
}

export function addEndpoint<P extends TProperties, A extends TSchema>(app: FastifyInstance, endpoint: Endpoint<P, A>): void {
  const { summary, answer, keep, mayFail } = endpoint
  const whole = { 200: jsonAnswer(summary, answer) }
  addAddress(app, {
    ...endpoint,
    answers: mayFail === true ? { ...whole, 503: jsonAnswer('The same, where it cannot do its work', answer) } : whole,
    async handle(asked, manners, request, reply) {
      const value = await endpoint.handle(asked, request, reply)
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', keep === 0 ? 'no-store' : `private, max-age=${keep}`)
      return sendJson(reply, value, manners)
    },
  })
}
