// Owns the broker inside loklak, so that one machine needs no other: MQTT on loopback, by TCP and by WebSocket. Everybody may
// listen, only loklak may speak. A listener costs the others no time, and no more memory than is said here.
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { LoklakError } from '../../watch/errors.ts'
import { createConnection, mostPacket } from './connection.ts'
import { createLateness } from './lateness.ts'
import type { Connect } from './outlet.ts'

export interface EmbeddedOptions {
  readonly port: number
  readonly portWs: number
  /** Connections at a time, by both wires together; more are refused. */
  readonly connections: number
  /** Milliseconds in which a client must have said who it is. */
  readonly connectWithin?: number
}

export interface EmbeddedCounts {
  readonly clients: number
  /** Listeners that were thrown out since too much waited for them. */
  readonly cut: number
  /** Connections for which there was no place, clients that sent too large a packet, and subscriptions that were too many or too long. */
  readonly turned_away: number
}

export interface EmbeddedBroker {
  readonly connect: Connect
  /** `mqtt://127.0.0.1:1883` and `ws://127.0.0.1:9001`. */
  readonly addresses: readonly string[]
  counts(): EmbeddedCounts
  close(): Promise<void>
}

const host = '127.0.0.1'
/** Subscriptions of one client, and the letters of one; no topic is longer. */
const mostFilters = 64
const longestFilter = 4_096

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
export async function embeddedBroker({ port, portWs, connections, connectWithin = 10_000 }: EmbeddedOptions): Promise<EmbeddedBroker> {
  const open = new Set<Socket>()
  const filters = new WeakMap<Client, Set<string>>()
  const lateness = createLateness()
  let cut = 0
  let turnedAway = 0

  const broker = await Aedes.createBroker({
    queueLimit: 1000,
    maxClientsIdLength: 128,
    connectTimeout: connectWithin,
    authorizePublish: (client, _packet, done) => done(client === null ? null : isRefused()),
    preConnect(client, packet, done) {
      // What a sleeping session has missed would wait here in memory without an end, so there are none: every session is a clean one.
      packet.clean = true
      // Nobody would be told of a last will either.
      delete packet.will
      filters.set(client, new Set())
      done(null, true)
    },
    authorizeSubscribe(client, subscription, done) {
      const held = filters.get(client)
      const { topic } = subscription
      const hasPlace = held !== undefined && topic.length <= longestFilter && (held.has(topic) || held.size < mostFilters)
      if (!hasPlace) turnedAway++
      if (hasPlace) held.add(topic)
      done(null, hasPlace ? subscription : null)
    },
  })
  broker.on('unsubscribe', (topics, client) => {
    for (const topic of topics) filters.get(client)?.delete(topic)
  })

  /** Takes a connection in, or turns it away. */
  function admit(socket: Socket): boolean {
    if (open.size >= connections) {
      turnedAway++
      socket.destroy()
      return false
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.setNoDelay()
    return true
  }

  const serve = (wire: Duplex): void =>
    void broker.handle(createConnection(wire, { ...lateness.listener(), cut: () => void cut++, tooLarge: () => void turnedAway++ }))

  const tcp = createServer((socket) => {
    if (admit(socket)) serve(socket)
  })
  const http = createHttpServer({ headersTimeout: connectWithin, requestTimeout: connectWithin, connectionsCheckingInterval: Math.min(connectWithin, 1_000) }, (_request, response) => void response.writeHead(426).end())
  http.on('connection', admit)
  const sockets = new WebSocketServer({ server: http, maxPayload: mostPacket, autoPong: false, handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false) })
  sockets.on('connection', (socket) => {
    // Who asks and does not read gets no answers, which would wait here.
    socket.on('ping', (data) => void (socket.bufferedAmount < mostPacket && socket.pong(data)))
    serve(createWebSocketStream(socket))
  })

  async function close(): Promise<void> {
    const ended = [closed(tcp), closed(http)]
    // Also of those who never said who they are, of whom the broker does not know.
    for (const socket of open) socket.destroy()
    sockets.close()
    await new Promise<void>((resolve) => broker.close(() => resolve()))
    await Promise.all(ended)
  }

  const ports: number[] = []
  try {
    ports.push(await listenOn(tcp, port), await listenOn(http, portWs))
  } catch (error) {
    await close()
    throw error
  }

  return {
    addresses: [`mqtt://${host}:${ports[0]}`, `ws://${host}:${ports[1]}`],
    counts: () => ({ clients: broker.connectedClients, cut, turned_away: turnedAway }),
    connect: () =>
      Promise.resolve({
        address: `mqtt://${host}:${ports[0]} (inside loklak)`,
        publish: (topic, payload) =>
          new Promise((resolve, reject) => {
            broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) => (error instanceof Error ? reject(error) : resolve()))
          }),
        room: (signal) => lateness.room(signal),
        gone: new Promise<string>(() => undefined),
        close: () => Promise.resolve(),
      }),
    close,
  }
}
