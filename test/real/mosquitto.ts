// Owns a real Mosquitto on loopback, with the configuration that loklak ships: only ports, paths and the certificate are put in.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const shipped = resolve(import.meta.dirname, '..', '..', 'deploy', 'mosquitto')

export interface Mosquitto {
  readonly tcp: number
  readonly ws: number
  readonly tls: number
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
  readonly password: string
  /** Signals the process; SIGKILL and SIGTERM are waited for. */
  signal(name: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: string | AddressInfo | null = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
    socket.once('close', () => answer(false))
    socket.once('connect', () => socket.destroy())
  })

/** A Mosquitto in a folder of its own; started. */
export async function mosquitto(folder: string): Promise<Mosquitto> {
  const [tcp, ws, tls] = [await freePort(), await freePort(), await freePort()]
  const password = 'only for this test'
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', 'server.key', '-out', 'server.crt')
  execFileSync('mosquitto_passwd', ['-b', '-c', 'passwords', 'loklak', password], { cwd: folder, stdio: 'pipe' })
  copyFileSync(join(shipped, 'acl'), join(folder, 'acl'))
  const configuration = readFileSync(join(shipped, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${tcp} 127.0.0.1`)
    .replace('listener 9001', `listener ${ws} 127.0.0.1`)
    .replace('#listener 8883', `listener ${tls} 127.0.0.1`)
    .replaceAll(/^#(certfile|keyfile|tls_version)/gm, '$1')
  writeFileSync(join(folder, 'mosquitto.conf'), configuration)
  // It gives up root for a user of its own, who must read and write here.
  for (const name of ['.', 'server.key', 'server.crt', 'passwords', 'acl', 'mosquitto.conf']) chmodSync(join(folder, name), 0o777)

  let child: ChildProcess | undefined
  const started: Mosquitto = {
    tcp, ws, tls, password,
    ca: join(folder, 'server.crt'),
    async start() {
      child = spawn('mosquitto', ['-c', 'mosquitto.conf'], { cwd: folder, stdio: 'ignore' })
      for (let tries = 0; !(await accepts(tcp)) || !(await accepts(tls)); tries++) {
        if (tries > 200 || child.exitCode !== null) throw new Error('mosquitto does not start')
        await sleep(25)
      }
    },
    async signal(name) {
      if (child === undefined) return
      const gone = once(child, 'exit')
      child.kill(name)
      if (name === 'SIGKILL' || name === 'SIGTERM') await gone
    },
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      await started.signal('SIGKILL')
    },
  }
  await started.start()
  return started
}
