// Our own Jetstream server over a PDS, since no registry has the real one: v1 at /subscribe, v2 at
// /xrpc/network.bsky.jetstream.subscribeEvents, with the traits that were seen of the real one. Prints `listening on URL`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'
import { readDictionaries } from './dictionary.ts'
import { EventLog } from './log.ts'
import { readSubscription, Refusal } from './request.ts'
import { serve } from './subscriber.ts'
import { followUpstream } from './upstream.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** http:// address of the PDS */
    pds: { type: 'string' },
    /** folder of the event log */
    data: { type: 'string' },
    /** folder of the zstd dictionaries; without it nothing is compressed */
    dictionaries: { type: 'string' },
    /** `each`: a kill -9 loses nothing. `exit`: it loses everything since the start, and seq starts again */
    flush: { type: 'string', default: 'each' },
    /** seconds that events are kept */
    lookback: { type: 'string', default: String(36 * 3600) },
    /** older matching events that a time cursor replays */
    replayed: { type: 'string', default: '104' },
    /** frames after which the first, second … connection is ended as too slow: `20,20` spares the third; 0 spares one */
    'too-slow-after': { type: 'string', default: '' },
    /** milliseconds after the start in which subscribers get 503 */
    'warm-up': { type: 'string', default: '0' },
    /** with an empty log: take what the PDS still has, not only what comes from now on */
    'from-start': { type: 'boolean', default: false },
  },
})
if (values.pds === undefined || values.data === undefined) throw new Error('main.ts --pds URL --data DIR [--port N] …')

const now = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000)
const lookback = Number(values.lookback) * 1e6
const log = new EventLog({ path: join(values.data, 'events.jsonl'), flush: values.flush === 'exit' ? 'exit' : 'each', lookback, now })
const server = {
  log,
  dictionaries: values.dictionaries === undefined ? undefined : readDictionaries(values.dictionaries),
  lookback,
  replayed: Number(values.replayed),
  now,
}
const tooSlowAfter = values['too-slow-after'].split(',').map(Number)
const warmAt = now() + Number(values['warm-up']) * 1000

const versions = new Map<string, 1 | 2>([
  ['/subscribe', 1],
  ['/xrpc/network.bsky.jetstream.subscribeEvents', 2],
])
const addressOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://127.0.0.1')

/** A refusal as it stands in an HTTP answer. */
function asAnswer(version: 1 | 2, refusal: Refusal): { readonly type: string; readonly body: string } {
  if (version === 1) return { type: 'text/plain; charset=utf-8', body: `${refusal.message}\n` }
  return { type: 'application/json', body: JSON.stringify({ error: refusal.code, message: refusal.message }) }
}

function answerDictionary(query: URLSearchParams, response: ServerResponse): void {
  const dictionary = server.dictionaries?.v2
  const wanted = query.get('id')
  if (dictionary !== undefined && (wanted === null || Number(wanted) === dictionary.id)) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(dictionary.bytes)
    return
  }
  const refusal = new Refusal(400, 'UnknownZstdDictionary', `unknown zstd dictionary id ${wanted}; current dictionary id is ${dictionary?.id}`)
  response.writeHead(400, { 'content-type': 'application/json' }).end(asAnswer(2, refusal).body)
}

const http = createServer((request, response) => {
  const { pathname, searchParams } = addressOf(request)
  if (pathname === '/xrpc/network.bsky.jetstream.getZstdDictionary') answerDictionary(searchParams, response)
  else response.writeHead(versions.has(pathname) ? 426 : 404).end()
})
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })

http.on('upgrade', (request, socket: Duplex, head) => {
  const { pathname, searchParams } = addressOf(request)
  const version = versions.get(pathname)
  if (version === undefined) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
  try {
    if (now() < warmAt) throw new Refusal(503, 'ServiceUnavailable', 'service not ready: cursor replay warming up')
    const subscription = readSubscription(version, searchParams, request, server)
    return sockets.handleUpgrade(request, socket, head, (client) => void serve(client, subscription, log, tooSlowAfter.shift() ?? 0))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { type, body } = asAnswer(version, error)
    return socket.end(`HTTP/1.1 ${error.status} Refused\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
  }
})

const ended = new AbortController()
const following = Promise.withResolvers<void>()
const upstream = followUpstream({ pds: values.pds, log, fromStart: values['from-start'], connected: following.resolve }, ended.signal)
// Without a place upstream, what happens before the PDS is followed would be lost: ready means followed.
if (log.upstream === undefined) await following.promise
http.listen(Number(values.port), '127.0.0.1', () => {
  const address = http.address()
  if (typeof address === 'object' && address !== null) console.log(`listening on ws://127.0.0.1:${address.port}`)
})

process.once('SIGTERM', () => {
  ended.abort()
  for (const client of sockets.clients) client.close(1001, 'server shutting down')
  void upstream.then(() => {
    log.flush()
    process.exit(0)
  })
})
