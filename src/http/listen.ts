// Owns where the room listens: every host of the settings on one port, and the socket in the data folder, which serves the
// same to its owner alone. Does not know what is served.
import { rmSync } from 'node:fs'
import { isIPv4, isIPv6, type ListenOptions } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { systemTimer, wait, type Timer } from '../support/timer.ts'
import { LoklakError } from '../watch/errors.ts'
import { createDoor, type Answering, type Door } from './door.ts'
import type { HttpOptions } from './options.ts'
import { socketAddress } from './socket.ts'
import { routeHandshake } from './upgrade.ts'

export interface Listening {
  /** `http://127.0.0.1:9000`, one for each host. */
  readonly urls: readonly string[]
  readonly port: number
  /**
   * Stops: no more connections, requests in flight are answered, streams end; after `grace` milliseconds the rest is cut.
   * Say `health.draining()` before: where anybody ever asked for readiness, a part of that time goes by first in which he can see
   * it. May be called twice.
   */
  readonly close: (grace?: number) => Promise<void>
}

const silence = 120_000
const attempts = 10
/** Milliseconds in which whoever sends requests here can see that he should not any more. */
const lookout = 1_500

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '')

function explain(error: unknown, host: string, port: number): unknown {
  const options = { cause: error }
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new LoklakError('PORT_IN_USE', `${host}:${port}`, options)
    case 'EACCES':
      return new LoklakError('BAD_SETTING', `port.http: this user may not listen on port ${port}`, options)
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LoklakError('BAD_SETTING', `host: "${host}" is not an address of this machine`, options)
    default:
      return error
  }
}

/** A port of one address, as its server says it. */
function portOf(door: Door): number {
  const address = door.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Opens a door for each host on one port; with port 0 the first chooses for all. Closes what it opened where one fails. */
async function openHosts(hosts: readonly string[], port: number, make: () => Door): Promise<{ doors: Door[]; urls: string[]; port: number }> {
  const doors: Door[] = []
  const urls: string[] = []
  let chosen = port
  const both = hosts.some(isIPv4)
  for (const [index, host] of hosts.entries()) {
    const door = make()
    try {
      await door.open({ host, port: chosen, ipv6Only: both && isIPv6(host) })
    } catch (error) {
      const absent = host === '::1' && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))
      if (absent && (doors.length > 0 || index < hosts.length - 1)) continue
      await Promise.all(doors.map((opened) => opened.close()))
      throw explain(error, host, chosen)
    }
    doors.push(door)
    chosen = portOf(door)
    urls.push(`http://${isIPv6(host) ? `[${host}]` : host}:${chosen}`)
  }
  return { doors, urls, port: chosen }
}

async function openAnyPort(hosts: readonly string[], make: () => Door): ReturnType<typeof openHosts> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openHosts(hosts, 0, make)
    } catch (error) {
      // The port that was free at the first host is taken at another.
      if (attempt === attempts || !(error instanceof LoklakError) || error.code !== 'PORT_IN_USE') throw error
    }
  }
}

/** The caller holds the data folder, so a socket that lies there is one of a process that is gone. */
async function openSocket(file: string, door: Door): Promise<Door> {
  const address = socketAddress(file)
  const where: ListenOptions = { path: address.path }
  rmSync(file, { force: true })
  // The socket is bound inside `open`, before it returns: at no time may others connect.
  const mask = process.umask(0o177)
  const opened = door.open(where)
  process.umask(mask)
  try {
    await opened
  } catch (error) {
    address.release()
    throw error
  }
  return { ...door, close: () => door.close().finally(() => address.release()) }
}

/** Starts to listen. Throws LoklakError where a port is taken or a host is not of this machine. */
export async function listen(app: FastifyInstance, options: HttpOptions, timer: Timer = systemTimer): Promise<Listening> {
  await app.ready()
  const { doors } = app
  const answering: Answering = {
    request: (request, response) => app.routing(request, response),
    handshake: (request, socket, head) => routeHandshake(app, request, socket, head),
  }
  const toAll = (): Door => createDoor(answering, doors, { connections: options.connections, silence, greet: () => undefined })
  const toOwner = (): Door => createDoor(answering, doors, { connections: options.connections, silence: 0, greet: (socket) => doors.access.own(socket) })

  const opened = options.port === 0 ? await openAnyPort(options.hosts, toAll) : await openHosts(options.hosts, options.port, toAll)
  const all = [...opened.doors]
  if (options.socket !== null) {
    try {
      all.push(await openSocket(options.socket, toOwner()))
    } catch (error) {
      await Promise.all(all.map((door) => door.close()))
      throw error
    }
  }
  doors.urls = opened.urls

  async function stop(grace: number): Promise<void> {
    const isOver = new AbortController()
    const forced = setTimeout(() => {
      isOver.abort()
      all.forEach((door) => door.force())
    }, grace)
    if (doors.probed) await wait(lookout, isOver.signal, timer)
    doors.stop.abort()
    await Promise.all(all.map((door) => door.close()))
    clearTimeout(forced)
    await app.close()
  }

  let stopping: Promise<void> | undefined
  return { urls: opened.urls, port: opened.port, close: (grace = 8000) => (stopping ??= stop(grace)) }
}
