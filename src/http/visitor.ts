// Owns asking the API of a running server from outside: by the socket in a data folder, as its owner, or at an address.
import { request } from 'node:http'
import { fetchOperator } from '../support/fetch.ts'
import { parseJson } from '../support/json.ts'
import { errorIn, LoklakError } from '../watch/errors.ts'
import { socketAddress, unanswered } from './socket.ts'

/** Where a server is. */
export type Whereabouts = { readonly socket: string } | { readonly url: string }

interface Answered {
  readonly status: number
  readonly body: string
}

const patience = 120_000
const mostBytes = 256 * 1024 * 1024

async function askSocket(socket: string, path: string, signal: AbortSignal): Promise<Answered> {
  const address = socketAddress(socket)
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const asked = request({ socketPath: address.path, path, agent: false, signal, timeout: patience }, (response) => {
    Array.fromAsync<string>(response.setEncoding('utf8')).then((parts) => resolve({ status: response.statusCode ?? 0, body: parts.join('') }), reject)
  })
  asked.once('error', reject)
  asked.once('timeout', () => asked.destroy(new Error(`no answer within ${patience} ms`)))
  asked.end()
  try {
    return await promise
  } finally {
    address.release()
  }
}

async function askAddress(url: string, path: string, signal: AbortSignal): Promise<Answered> {
  const { status, body } = await fetchOperator(url.replace(/\/+$/, '') + path, { signal, timeout: patience, mostBytes })
  return { status, body: body.toString() }
}

/**
 * The JSON that a server answers at a path. Throws the LoklakError that it answered, SERVER_UNREACHABLE where none does, the
 * reason of the signal after an abort.
 */
export async function askApi(where: Whereabouts, path: string, signal: AbortSignal): Promise<unknown> {
  const place = 'socket' in where ? where.socket : new URL(where.url).origin
  try {
    const { status, body } = await ('socket' in where ? askSocket(where.socket, path, signal) : askAddress(where.url, path, signal))
    const json = parseJson(body)
    if (status !== 200 || json === undefined) throw errorIn(json) ?? new LoklakError('SERVER_UNREACHABLE', `${place} answered ${status}.`)
    return json
  } catch (error) {
    if (error instanceof LoklakError) throw error
    signal.throwIfAborted()
    throw 'socket' in where ? unanswered(where.socket, error) : new LoklakError('SERVER_UNREACHABLE', place, { cause: error })
  }
}
