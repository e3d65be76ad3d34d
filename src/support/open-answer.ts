// Owns asking an address that the operator configured for an answer that is read while it comes, and may go on for ever. Never
// to be used for an address that came from a caller or from a message.
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface OpenOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Milliseconds without a byte after which the other end counts as gone. */
  readonly silence: number
  /** A socket of this machine to ask through, whatever the address says. */
  readonly socketPath?: string | undefined
}

/** GETs an address and resolves with the head of the answer. Redirects are not followed. Rejects with what went wrong on the way. */
export function openAnswer(address: URL, { headers, signal, silence, socketPath }: OpenOptions): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = address.protocol === 'https:' ? requestHttps : requestHttp
  const asked = request(address, { headers, signal, agent: false, timeout: silence, ...(socketPath === undefined ? {} : { socketPath }) }, resolve)
  asked.once('timeout', () => asked.destroy(new Error(`nothing was heard for ${silence / 1000} s`)))
  asked.once('error', reject)
  asked.end()
  return promise
}
