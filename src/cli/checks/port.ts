// Owns the check of the HTTP port: that it can be listened on, or that the loklak of this data folder does.
import { createServer, isIPv6 } from 'node:net'
import { fetchOperator } from '../../support/fetch.ts'
import { isObject, parseJson } from '../../support/json.ts'
import { fail, ok, warn, type Finding } from './check.ts'

const timeout = 3000

/** The name of the error that listening fails with; undefined where it works. */
export function tryListening(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  server.listen({ host, port, ipv6Only: isIPv6(host) }, () => server.close(() => resolve(undefined)))
  return promise
}

async function isLoklak(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : isIPv6(host) ? `[${host}]` : host
  try {
    const { body } = await fetchOperator(`http://${reached}:${port}/api/health/live`, { signal, timeout, mostBytes: 10_000 })
    const answer = parseJson(body.toString('utf8'))
    return isObject(answer) && answer['live'] === true
  } catch {
    return false
  }
}

/** `held`: whether a loklak that runs has the data folder. */
export async function checkPort(host: string, port: number, held: boolean, signal: AbortSignal): Promise<Finding> {
  const check = `port ${isIPv6(host) ? `[${host}]` : host}:${port}`
  const code = await tryListening(host, port)
  if (code === undefined) return ok(check, port === 0 ? 'any free port' : 'free')
  if (code === 'EACCES') return fail(check, 'this user may not listen on it', 'Choose a port from 1024 on: --port.http=9000.')
  if (code === 'EADDRINUSE') {
    const ours = await isLoklak(host, port, signal)
    if (ours && held) return ok(check, 'in use by the loklak that holds the data folder')
    return fail(check, ours ? 'in use by a loklak with another data folder' : 'in use by another program', 'Stop it, or choose another port: --port.http=N (0 = any).')
  }
  const found = `not an address of this machine (${code})`
  if (host === '::1') return warn(check, found, 'loklak listens on the other addresses; leave ::1 out of `host` to have this gone.')
  return fail(check, found, 'Set `host` to an address of this machine, or to 0.0.0.0 for all.')
}
