// Owns how answers are described for OpenAPI, where an address answers in more than one type.
import { Type, type TSchema } from 'typebox'
import { ErrorAnswer } from './errors.ts'

export interface DescribedAnswer {
  readonly description: string
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>
  readonly headers?: Readonly<Record<string, TSchema>>
}

export const answerOf = (description: string, type: string, schema: TSchema): DescribedAnswer => ({ description, content: { [type]: { schema } } })

/** JSON, or a call with it where a callback was given. */
export const jsonAnswer = (description: string, schema: TSchema): DescribedAnswer => ({
  description,
  content: { 'application/json': { schema }, 'application/javascript': { schema: Type.String() } },
})

const retryAfter = { 'Retry-After': Type.Integer({ description: 'seconds to wait; with 429 and 503' }) }
/** `schema`: the shape, for the one protocol that has its own. */
export const failureOf = (description: string, schema: TSchema): DescribedAnswer => ({ ...answerOf(description, 'application/json', schema), headers: retryAfter })

const failure = failureOf('What went wrong, where, and what to do', ErrorAnswer)

/** What any address may answer as well. */
export const failures = { '4xx': failure, '5xx': failure }
