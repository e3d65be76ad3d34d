// Owns a Jetstream server in a process of its own: our bridge, or the real one where JS_BIN names it.
import { join } from 'node:path'
import type { Pds } from './pds.ts'
import { freePort, start, type Child } from './process.ts'

export interface Jetstream {
  /** ws:// address without a path, the same after a restart. */
  readonly url: string
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM: it writes down what it has. */
  stop(): Promise<void>
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>
}

/** Where the two wires are served. */
export const paths = { v1: '/subscribe', v2: '/xrpc/network.bsky.jetstream.subscribeEvents' } as const

/** What our bridge is to be like; see `bridge/main.ts`. */
export type Traits = Readonly<Record<string, string>>

/** Something that can be started again and again in the same place. */
async function serverAt(port: number, startServer: () => Promise<Child>): Promise<Jetstream> {
  let server = await startServer()
  return {
    url: `ws://127.0.0.1:${port}`,
    kill: () => server.kill(),
    stop: async () => void (await server.stop()),
    async restart() {
      server = await startServer()
    },
  }
}

/** Starts our bridge over a PDS, keeping its events in `folder`. */
export async function startBridge(pds: Pds, folder: string, traits: Traits = {}): Promise<Jetstream> {
  const port = await freePort()
  const options = Object.entries(traits).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
  const args = [join(import.meta.dirname, 'bridge', 'main.ts'), '--port', String(port), '--pds', pds.url, '--data', folder, ...options]
  return serverAt(port, () => start({ command: process.execPath, args, ready: /listening on (\S+)/ }))
}

async function startReal(binary: string, pds: Pds, folder: string): Promise<Jetstream> {
  const port = await freePort()
  // A PDS cannot list its accounts, so one is named; every other comes in live.
  const { did } = await pds.createAccount('seed')
  const options = {
    '--addr': `127.0.0.1:${port}`,
    '--debug-addr': `127.0.0.1:${await freePort()}`,
    '--relay-url': pds.url,
    '--plc-url': pds.plcUrl,
    '--data-dir': folder,
    '--backfill-repos': did,
  }
  const args = ['--log-format', 'text', 'serve', ...Object.entries(options).flat()]
  return serverAt(port, () => start({ command: binary, args, ready: /steady-state consumer running/ }))
}

/** Starts the real Jetstream where JS_BIN names it, and otherwise our bridge with these traits. */
export function startJetstream(pds: Pds, folder: string, traits: Traits = {}): Promise<Jetstream> {
  const binary = process.env['JS_BIN']
  return binary === undefined ? startBridge(pds, folder, traits) : startReal(binary, pds, folder)
}
