// Owns how an answer is written: indented or compact JSON with a newline at its end, and JSONP.
import { Type } from 'typebox'
import type { FastifyReply } from 'fastify'
import { LoklakError } from '../watch/errors.ts'
import { parameterText, type Given } from './parameters.ts'

/** Parameters that every JSON answer knows. */
export const manners = {
  minified: Type.Boolean({ default: false, description: 'JSON without line breaks and indentation' }),
  callback: Type.Optional(Type.String({ description: 'JSONP: the name of the function to call with the answer', maxLength: 128, pattern: '^[A-Za-z0-9_$.\\[\\]]*$' })),
}

export interface Manners {
  readonly minified: boolean
  readonly callback?: string
}

const callbackName = /^[A-Za-z0-9_$.[\]]{1,128}$/

/** Checks what is asked before any work is done for it. Throws BAD_CALLBACK. */
export function mannersOf(given: Given): Manners {
  const minified = parameterText(given, 'minified')
  const callback = parameterText(given, 'callback') ?? ''
  const asked = { minified: minified === 'true' || minified === '1' }
  if (callback === '') return asked
  if (!callbackName.test(callback)) throw new LoklakError('BAD_CALLBACK', JSON.stringify(callback.slice(0, 64)))
  return { ...asked, callback }
}

export const jsonText = (value: unknown, { minified }: Manners): string => JSON.stringify(value, null, minified ? 0 : 2)

const newline = Buffer.from('\n')

/** Sends JSON, or a call with it. No answer begins with what a caller chose: two letters are enough to look compressed. */
export function sendJsonBytes(reply: FastifyReply, json: Buffer, { callback }: Manners, type = 'application/json'): FastifyReply {
  if (callback === undefined) return reply.type(`${type}; charset=utf-8`).send(Buffer.concat([json, newline]))
  return reply.type('application/javascript; charset=utf-8').send(Buffer.concat([Buffer.from(`/**/${callback}(`), json, Buffer.from(');\n')]))
}

/** Sends a value as JSON, or as a call with it. */
export const sendJson = (reply: FastifyReply, value: unknown, manners: Manners): FastifyReply => sendJsonBytes(reply, Buffer.from(jsonText(value, manners)), manners)
