// Owns a line to a server of a test that can be cut in the middle of anything.
import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { listenLocally } from './listening.ts'

export interface Line {
  /** Where it begins. */
  readonly port: number
  /** Breaks all connections. */
  cut(): void
}

/** A line to a port of the loopback. */
export async function lineTo(t: TestContext, port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [end, other] of [[near, far], [far, near]] as const) {
      sockets.add(end.on('error', () => undefined))
      end.on('close', () => {
        sockets.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  })
  t.after(() => {
    cut()
    server.close()
  })
  return { port: await listenLocally(server), cut }
}
