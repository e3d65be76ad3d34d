// Owns who is calling: the address of the client, and whether it is on this machine. The address is the socket's; what a
// request says about it counts only from the proxies that the operator named, and `Referer` never does.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { isLoopback, networks, plainAddress } from './address.ts'

export interface Caller {
  readonly address: string
  /** On this machine with nothing in between. Any page in a browser here can be that: no reason to allow more, only to limit less. */
  readonly local: boolean
  /** Through the socket in the data folder, which only its owner can open. */
  readonly owner: boolean
}

export interface Access {
  caller(request: IncomingMessage): Caller
  /** Marks a connection as made through the socket in the data folder. */
  own(socket: Duplex): void
}

const forwarded = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'] as const
const owner: Caller = { address: '127.0.0.1', local: true, owner: true }

const text = (header: string | string[] | undefined): string => (Array.isArray(header) ? header.join(',') : (header ?? ''))

export function createAccess(proxies: readonly string[]): Access {
  const isProxy = networks(proxies)
  const owned = new WeakSet<Duplex>()

  /** The nearest address that is not one of ours, seen from this end of the chain of proxies. */
  function behindProxy(request: IncomingMessage, socketAddress: string): string {
    const chain = text(request.headers['x-forwarded-for'] ?? request.headers['x-real-ip']).split(',')
    let nearest = socketAddress
    for (const hop of chain.reverse()) {
      const address = plainAddress(hop)
      if (address === undefined) break
      nearest = address
      if (!isProxy(address)) break
    }
    return nearest
  }

  return {
    caller(request) {
      if (owned.has(request.socket)) return owner
      // A connection that is gone has no address any more; it is nobody's neighbour.
      const address = plainAddress(request.socket.remoteAddress ?? '') ?? '0.0.0.0'
      if (isProxy(address)) return { address: behindProxy(request, address), local: false, owner: false }
      const local = isLoopback(address) && forwarded.every((name) => request.headers[name] === undefined)
      return { address, local, owner: false }
    },
    own: (socket) => void owned.add(socket),
  }
}
