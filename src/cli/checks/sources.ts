// Owns the check of what is collected from: that each server can be reached, and what its clock says.
import { WebSocket } from 'ws'
import type { Settings } from '../../settings/options.ts'
import { parseAddress, subscriptionUrl } from '../../sources/bluesky/address.ts'
import { fetchOperator } from '../../support/fetch.ts'
import { fail, ok, reasonOf, warn, type Finding } from './check.ts'

/** What asking a server came to. */
interface Reached {
  readonly failure: string | undefined
  /** Its clock minus ours, in milliseconds; undefined where it does not say. */
  readonly off: number | undefined
}

export interface SourcesState {
  readonly findings: readonly Finding[]
  readonly clocks: readonly number[]
}

export interface Asking {
  readonly now: () => number
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly timeout: number
}

/** A Date header says whole seconds: on average half a second more. */
function offBy(date: string | null | undefined, now: number): number | undefined {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? undefined : at + 500 - now
}

/** Asks for a WebSocket as the source does, and hangs up once it is there. */
function reachSocket(url: string, { now, signal, timeout }: Asking): Promise<Reached> {
  const { promise, resolve } = Promise.withResolvers<Reached>()
  let off: number | undefined
  const socket = new WebSocket(url, { handshakeTimeout: timeout, perMessageDeflate: false })
  const end = (failure: string | undefined): void => {
    signal.removeEventListener('abort', stop)
    resolve({ failure, off })
    socket.terminate()
  }
  const stop = (): void => end('stopped')
  signal.addEventListener('abort', stop, { once: true })
  socket.on('upgrade', ({ headers }) => (off = offBy(headers.date, now())))
  socket.on('open', () => end(undefined))
  socket.on('unexpected-response', (_request, response) => {
    off = offBy(response.headers.date, now())
    end(`it answers HTTP ${response.statusCode ?? 0}`)
  })
  socket.on('error', (error) => end(error.message === '' && 'code' in error ? String(error.code) : error.message))
  return promise
}

async function reachService(url: string, { now, signal, timeout }: Asking): Promise<Reached> {
  try {
    const { status, headers } = await fetchOperator(new URL('/xrpc/_health', url).href, { signal, timeout, mostBytes: 100_000 })
    return { failure: status < 500 ? undefined : `it answers HTTP ${status}`, off: offBy(headers.get('date'), now()) }
  } catch (error) {
    return { failure: reasonOf(error), off: undefined }
  }
}

async function reachJetstream(url: string, collections: readonly string[], asking: Asking): Promise<Reached> {
  try {
    return await reachSocket(subscriptionUrl(parseAddress(url), { collections, cursor: null, dictionary: null, mostBytes: 1_000_000 }), asking)
  } catch (error) {
    return { failure: reasonOf(error), off: undefined }
  }
}

const label = (url: string): string => `bluesky ${new URL(url).host}`

/** Asks all servers of Bluesky at once. One Jetstream server is enough; the service of names may be away. */
export async function checkSources(settings: Settings, asking: Asking): Promise<SourcesState> {
  if (!settings.roles.includes('collect') || !settings['source.bluesky.enabled']) return { findings: [ok('bluesky', 'not followed (source.bluesky.enabled, roles)')], clocks: [] }
  const urls = settings['source.bluesky.url']
  const appview = settings['source.bluesky.appview.url']
  const [names, ...servers] = await Promise.all([
    appview === undefined ? undefined : reachService(appview, asking),
    ...urls.map((url) => reachJetstream(url, settings['source.bluesky.collections'], asking)),
  ])
  const none = servers.every((server) => server?.failure !== undefined)
  const advice = none
    ? 'Nothing can be collected: check the network, its firewall and proxy, and source.bluesky.url. What is missed meanwhile is fetched later, as far back as the servers have it.'
    : 'The others are used; take it out of source.bluesky.url if it stays away.'
  const findings = urls.map((url, at) => {
    const failure = servers[at]?.failure
    return failure === undefined ? ok(label(url), 'reached') : (none ? fail : warn)(label(url), `not reached: ${failure}`, advice)
  })
  if (appview !== undefined && names !== undefined) {
    const { failure } = names
    findings.push(failure === undefined ? ok(label(appview), 'reached; it tells names') : warn(label(appview), `not reached: ${failure}`, 'Posts are kept all the same; their authors show as DIDs until it is back.'))
  }
  return { findings, clocks: [names, ...servers].flatMap((reached) => reached?.off ?? []) }
}
