// Owns how parameters are read: query string and body are merged, the query string wins, text becomes what the schema asks for.
import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { Compile } from 'typebox/compile'
import { isObject } from '../support/json.ts'
import { LoklakError } from '../watch/errors.ts'

/** Parameters by name, not looked at yet: text from a query string or form, anything from a JSON body. */
export type Given = Readonly<Record<string, unknown>>

/** Fields of a query string or form; of a name given twice the first counts, as in the original. */
export function parseForm(text: string): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) fields[name] ??= value
  return fields
}

/** The query string of an address: all that follows the first question mark, whatever further ones there are. */
export function queryString(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

/** All values of a parameter that may be given more than once. */
export const allGiven = (url: string, name: string): string[] => new URLSearchParams(queryString(url)).getAll(name)

/** A parameter as text, as a form would have sent it; undefined where it was not given. Throws BAD_PARAMETER. */
export function parameterText(given: Given, name: string): string | undefined {
  const value = given[name]
  return value === undefined || value === null ? undefined : asText(name, value)
}

function asText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map((item) => asText(name, item)).join(',')
  throw new LoklakError('BAD_PARAMETER', `${name}: must be text, a number, true or false, or a list of these`)
}

/** The parameters of a request, wherever they stood. No name of one reaches a prototype. Throws BAD_BODY. */
export function mergeParameters(query: unknown, body: unknown): Given {
  if (body !== undefined && !isObject(body)) throw new LoklakError('BAD_BODY', 'A JSON object with the parameters was expected.')
  const given: Record<string, unknown> = Object.create(null)
  return Object.assign(given, body, isObject(query) ? query : {})
}

function numberFrom(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isFinite(number)) throw new LoklakError('BAD_PARAMETER', `${name}: ${JSON.stringify(text.slice(0, 64))} is not a number`)
  return number
}

/**
 * A reader of the parameters that a schema names; what it does not name is ignored. Booleans are true for `true` and `1`
 * alone; an empty number counts as not given; what is not given takes its default. Throws BAD_PARAMETER.
 */
export function parameterReader<P extends TProperties>(schema: TObject<P>): (given: Given) => Static<TObject<P>> {
  const compiled = Compile(schema)
  const fields = Object.entries(schema.properties).map(([name, field]) => ({
    name,
    isBoolean: Type.IsBoolean(field),
    isNumber: Type.IsNumber(field) || Type.IsInteger(field),
    fallback: 'default' in field ? field.default : undefined,
  }))
  return (given) => {
    const read: Record<string, unknown> = {}
    for (const { name, isBoolean, isNumber, fallback } of fields) {
      const text = parameterText(given, name)
      if (text === undefined || (isNumber && text.trim() === '')) {
        if (fallback !== undefined) read[name] = fallback
      } else read[name] = isBoolean ? text === 'true' || text === '1' : isNumber ? numberFrom(name, text) : text
    }
    if (compiled.Check(read)) return read
    throw new LoklakError('BAD_PARAMETER', misfits(compiled.Errors(read)))
  }
}

/** The first misfit, with what would fit where that can be listed. */
function misfits([first]: Iterable<{ readonly instancePath: string; readonly message: string; readonly params: object }>): string {
  if (first === undefined) return ''
  const allowed = 'allowedValues' in first.params ? first.params.allowedValues : undefined
  const wanted = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : first.message
  return `${first.instancePath.slice(1) || 'parameters'}: ${wanted}`
}

/** The schema as callers see it: what has a default need not be given. */
export function asAsked<P extends TProperties>(schema: TObject<P>): object {
  const required = Object.entries(schema.properties).filter(([name, field]) => !('default' in field) && !Type.IsOptional(schema.properties[name]))
  return { ...schema, required: required.map(([name]) => name) }
}
