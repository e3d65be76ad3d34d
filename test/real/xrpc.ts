// Owns calls of a PDS: JSON in, JSON out.
import { isObject, type JsonObject } from '../../src/support/json.ts'

export interface Call {
  readonly method: string
  /** The body of a procedure (null where it has none); left out it is a query. */
  readonly input?: JsonObject | Uint8Array | null
  readonly query?: Readonly<Record<string, string>>
  readonly authorization?: string
}

export class XrpcError extends Error {
  readonly status: number
  readonly code: string
  constructor(method: string, status: number, code: string, message: string) {
    super(`${method}: ${status} ${code} ${message}`)
    this.status = status
    this.code = code
  }
}

/** Calls a method of the PDS at `service` and gives its answer ({} where it has none). Throws XrpcError. */
export async function xrpc(service: string, { method, input, query, authorization }: Call): Promise<JsonObject> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  if (input) headers['content-type'] = input instanceof Uint8Array ? 'image/png' : 'application/json'
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
  // oxlint-disable-next-line no-restricted-globals -- the fetches of src/support only read; this one posts, to a server of the test
  const response = await fetch(`${service}/xrpc/${method}${search}`, {
    method: input === undefined ? 'GET' : 'POST',
    headers,
    ...(input ? { body: input instanceof Uint8Array ? Buffer.from(input) : JSON.stringify(input) } : {}),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await response.text()
  const answer: unknown = text === '' ? {} : JSON.parse(text)
  if (!isObject(answer)) throw new Error(`${method}: ${text.slice(0, 200)}`)
  if (!response.ok) throw new XrpcError(method, response.status, String(answer['error']), String(answer['message']))
  return answer
}

/** A member of an answer that must be a string. */
export function text(answer: JsonObject, name: string): string {
  const value = answer[name]
  if (typeof value !== 'string') throw new Error(`${name}: not a string in ${JSON.stringify(answer)}`)
  return value
}
