// Owns the broker inside loklak, so that one machine needs no other: MQTT on loopback, by TCP and by WebSocket. Everybody may
// listen, only loklak may speak.
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { Aedes } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { LoklakError } from '../../watch/errors.ts'
import type { Connect } from './outlet.ts'

export interface EmbeddedOptions {
  readonly port: number
  readonly portWs: number
  /** Connections at a time; more are refused. */
  readonly connections: number
}

export interface EmbeddedBroker {
  readonly connect: Connect
  /** `mqtt://127.0.0.1:1883` and `ws://127.0.0.1:9001`. */
  readonly addresses: readonly string[]
  clients(): number
  close(): Promise<void>
}

const host = '127.0.0.1'
/** What listeners send is short: subscriptions and acknowledgements. */
const maxPacket = 65_536
/** Bytes that may wait for one listener. Then all wait for it, for as long as it takes one who reads to catch up; one who does not is thrown out. */
const maxWaiting = 1024 * 1024
const patience = 1_000

const isRefused = (): Error => new Error('only loklak publishes here')

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject('code' in error && error.code === 'EADDRINUSE' ? new LoklakError('PORT_IN_USE', `${host}:${port} (the MQTT broker; see stream.broker.port)`) : error))
    server.listen(port, host, () => {
      const address: AddressInfo | string | null = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

/** Starts the broker. Throws PORT_IN_USE. */
export async function embeddedBroker({ port, portWs, connections }: EmbeddedOptions): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker({
    queueLimit: 1000,
    maxClientsIdLength: 128,
    drainTimeout: patience,
    authorizePublish: (client, _packet, done) => done(client === null ? null : isRefused()),
    // What a sleeping session has missed would wait here in memory without an end, so there are none: every session is a clean one.
    preConnect: (_client, packet, done) => {
      packet.clean = true
      done(null, true)
    },
  })

  const tcp = createServer({ highWaterMark: maxWaiting }, (socket) => {
    socket.setNoDelay()
    broker.handle(socket)
  })
  tcp.maxConnections = connections
  const http = createHttpServer((_request, response) => void response.writeHead(426).end())
  http.maxConnections = connections
  const sockets = new WebSocketServer({ server: http, maxPayload: maxPacket, handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false) })
  sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket, { highWaterMark: maxWaiting }), request))

  const ports: number[] = []
  try {
    ports.push(await listenOn(tcp, port), await listenOn(http, portWs))
  } catch (error) {
    tcp.close()
    http.close()
    broker.close()
    throw error
  }

  return {
    addresses: [`mqtt://${host}:${ports[0]}`, `ws://${host}:${ports[1]}`],
    clients: () => broker.connectedClients,
    connect: () =>
      Promise.resolve({
        address: `mqtt://${host}:${ports[0]} (inside loklak)`,
        publish: (topic, payload) =>
          new Promise((resolve, reject) => {
            broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) => (error instanceof Error ? reject(error) : resolve()))
          }),
        gone: new Promise<string>(() => undefined),
        close: () => Promise.resolve(),
      }),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await Promise.all([closed(tcp), closed(http)])
    },
  }
}
