// Owns a real PLC directory and a real PDS, each in a process of its own: the directory forgets everything when it ends,
// the PDS goes on in its folder after a kill -9.
import { join } from 'node:path'
import { openAccount, type Account } from './account.ts'
import { freePort, start, type Child } from './process.ts'

export interface Pds {
  /** Address of the PDS, the same after a restart. */
  readonly url: string
  readonly plcUrl: string
  /** Creates an account; `name` becomes the handle `name.test`. */
  createAccount(name: string): Promise<Account>
  /** `kill -9` of the PDS alone. */
  kill(): Promise<void>
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const server = (name: string): string => join(import.meta.dirname, 'servers', `${name}.ts`)
const ready = /listening on (\S+)/

/** Starts both, the PDS keeping its data in `folder`. */
export async function startPds(folder: string): Promise<Pds> {
  const plc = await start({ command: process.execPath, args: [server('plc')], ready })
  const port = await freePort()
  const startServer = (): Promise<Child> =>
    start({
      command: process.execPath,
      args: [server('pds'), '--port', String(port), '--data', folder, '--plc', plc.ready],
      env: { LOG_ENABLED: 'false' },
      ready,
    })
  let pds = await startServer().catch(async (error: unknown) => {
    await plc.kill()
    throw error
  })
  const url = pds.ready
  return {
    url,
    plcUrl: plc.ready,
    createAccount: (name) => openAccount(url, name),
    kill: () => pds.kill(),
    async restart() {
      pds = await startServer()
    },
    async stop() {
      await Promise.all([pds.stop(), plc.stop()])
    },
  }
}
