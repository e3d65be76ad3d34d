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

/** What our bridge is to be like; see `bridge/main.ts`. */
export type Traits = Readonly<Record<string, string>>

function startBridge(pds: Pds, folder: string, port: number, traits: Traits): Promise<Child> {
  const options = Object.entries(traits).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
  return start({
    command: process.execPath,
    args: [join(import.meta.dirname, 'bridge', 'main.ts'), '--port', String(port), '--pds', pds.url, '--data', folder, ...options],
    ready: /listening on (\S+)/,
  })
}

async function realServer(binary: string, pds: Pds, folder: string, port: number): Promise<() => Promise<Child>> {
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
  return () => start({ command: binary, args, ready: /steady-state consumer running/ })
}

/** Starts a Jetstream over a PDS, keeping its events in `folder`. The traits are the bridge's alone. */
export async function startJetstream(pds: Pds, folder: string, traits: Traits = {}): Promise<Jetstream> {
  const port = await freePort()
  const binary = process.env['JS_BIN']
  const startServer = binary === undefined ? () => startBridge(pds, folder, port, traits) : await realServer(binary, pds, folder, port)
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
