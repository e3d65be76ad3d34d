// Owns the address at which a server of a test listens.
import { once } from 'node:events'
import type { Server } from 'node:net'

/** Listens on any free port of the loopback and tells which. */
export async function listenLocally(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}
