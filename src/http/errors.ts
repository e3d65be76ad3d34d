// Owns what a failed request is answered: always the one JSON shape of the error table. What is not in the table is a defect
// of ours: logged with everything, shown as INTERNAL with nothing.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { BadQuery } from '../query/bad-query.ts'
import { errorBody, LoklakError, type ErrorCode } from '../watch/errors.ts'
import type { Log } from '../watch/log.ts'
import { sendJson } from './answer.ts'

export const ErrorAnswer = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      detail: Type.String(),
      hint: Type.String(),
      column: Type.Optional(Type.Integer({ description: 'where in the query, from 1' })),
      expected: Type.Optional(Type.String()),
      suggestion: Type.Optional(Type.String({ description: 'what to write instead' })),
    }),
  },
  { description: 'What went wrong, where, and what to do.' },
)

/** Seconds after which it may be better, where nobody knows it more exactly. */
const patience = 5

const known: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BAD_BODY',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BAD_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_BODY',
  FST_ERR_BAD_URL: 'BAD_PARAMETER',
  ECONNRESET: 'BAD_BODY',
}

/** The error of the table that this is; undefined for a defect. */
export function tableError(error: unknown): LoklakError | undefined {
  if (error instanceof LoklakError) return error
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? known[error.code] : undefined
  if (code !== undefined) return new LoklakError(code, error.message, { cause: error })
  // Fastify's JSON parser passes on what the parser said.
  return error instanceof SyntaxError && 'statusCode' in error && error.statusCode === 400 ? new LoklakError('BAD_BODY', error.message) : undefined
}

/** A query that is wrong also says where, for programs that show it. */
function bodyOf(error: LoklakError) {
  if (!(error instanceof BadQuery)) return errorBody(error)
  const { column, expected, suggestion } = error
  return { error: { ...errorBody(error).error, column, expected, suggestion } }
}

/** `body`: the shape, for the one protocol that has its own. */
export function sendError(reply: FastifyReply, error: unknown, log: Log, body: (error: LoklakError) => object = bodyOf): FastifyReply {
  const shown = tableError(error) ?? new LoklakError('INTERNAL', '')
  if (shown.code === 'INTERNAL') log.error({ err: error, route: reply.request.routeOptions.url, method: reply.request.method }, 'a request failed')
  if ((shown.status === 429 || shown.status === 503) && !reply.hasHeader('retry-after')) reply.header('retry-after', patience)
  return sendJson(reply.code(shown.status).header('cache-control', 'no-store'), body(shown), { minified: false })
}

export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log))
  app.setNotFoundHandler((_request, reply) => sendError(reply, new LoklakError('NOT_FOUND', ''), log))
}
