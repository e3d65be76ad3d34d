// Owns a real Mosquitto on loopback, with the configuration that loklak ships: only ports, paths and the certificate are put in.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { isObject, parseJson, type JsonObject } from '../../src/support/json.ts'
import { makeCertificate } from './certificate.ts'
import { freePort, start, type Child } from './process.ts'

const shipped = resolve(import.meta.dirname, '..', '..', 'deploy', 'mosquitto')

export interface Mosquitto {
  readonly tcp: number
  readonly ws: number
  readonly tls: number
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
  readonly password: string
  /** A reader with a name, and its password. */
  readonly reader: { readonly username: string; readonly password: string }
  /** `kill -9`. */
  kill(): Promise<void>
  /** Makes it stand still, and go on. */
  pause(): void
  resume(): void
  /** Starts it again on the same folder and ports. */
  restart(): Promise<void>
  /** The last that it wrote: who connected, and as whom. */
  log(): string
}

/** A Mosquitto in a folder of its own; started. */
export async function mosquitto(folder: string): Promise<Mosquitto> {
  const [tcp, ws, tls] = [await freePort(), await freePort(), await freePort()]
  const password = 'only for this test'
  const ca = makeCertificate(folder)
  execFileSync('mosquitto_passwd', ['-b', '-c', 'passwords', 'loklak', password], { cwd: folder, stdio: 'pipe' })
  const reader = { username: 'reader', password: 'only for reading' }
  execFileSync('mosquitto_passwd', ['-b', 'passwords', reader.username, reader.password], { cwd: folder, stdio: 'pipe' })
  copyFileSync(join(shipped, 'acl'), join(folder, 'acl'))
  const configuration = readFileSync(join(shipped, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${tcp} 127.0.0.1`)
    .replace('listener 9001', `listener ${ws} 127.0.0.1`)
    .replace('#listener 8883', `listener ${tls} 127.0.0.1`)
    .replaceAll(/^#(certfile|keyfile|tls_version)/gm, '$1')
  writeFileSync(join(folder, 'mosquitto.conf'), configuration)
  // It gives up root for a user of its own, who must read and write here.
  for (const name of ['.', 'server.key', 'server.crt', 'passwords', 'acl', 'mosquitto.conf']) chmodSync(join(folder, name), 0o777)

  const startBroker = (): Promise<Child> => start({ command: 'mosquitto', args: ['-c', 'mosquitto.conf'], cwd: folder, ready: /mosquitto version \S+ running/ })
  let broker = await startBroker()
  return {
    tcp, ws, tls, password, reader, ca,
    kill: () => broker.kill(),
    pause: () => void process.kill(broker.pid, 'SIGSTOP'),
    resume: () => void process.kill(broker.pid, 'SIGCONT'),
    async restart() {
      broker = await startBroker()
    },
    log: () => broker.output(),
  }
}

/** `mosquitto_sub`, which is not ours: subscribed and connected until it is killed, reconnecting by itself. */
export interface Subscriber {
  /** What it has printed, repeats left out by position, in order of first arrival. */
  unique(): readonly JsonObject[]
}

export async function subscriber(t: TestContext, port: number, topic: string, ...options: readonly string[]): Promise<Subscriber> {
  // With -d it says when it has subscribed, which without stdbuf would wait in its memory.
  const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', '-d', '-h', '127.0.0.1', '-p', String(port), '-t', topic, '-q', '1', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => void child.kill('SIGKILL'))
  const seen = new Map<unknown, JsonObject>()
  const subscribed = Promise.withResolvers<void>()
  child.once('close', () => subscribed.reject(new Error('mosquitto_sub ended')))
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('Subscribed')) subscribed.resolve()
    const record = line.startsWith('{') ? parseJson(line) : undefined
    if (isObject(record) && !seen.has(record['$T'])) seen.set(record['$T'], record)
  })
  await subscribed.promise
  return { unique: () => [...seen.values()] }
}
