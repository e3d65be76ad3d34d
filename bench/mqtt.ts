// Publishing by MQTT: what loklak's publisher makes of messages against a bare client that publishes the same bytes to the same
// broker, of the kind inside loklak and, where it is installed, Mosquitto.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tell, type Extent, type Figure } from './figures.ts'
import { start, type Child } from './process.ts'

interface Published {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rssMB: number
}

interface Broker {
  readonly name: string
  readonly child: Child
  readonly address: string
}

const mosquittoPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].map((folder) => join(folder, 'mosquitto')).find((path) => existsSync(path))

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** Resolves when somebody takes connections there. */
async function accepting(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const taken = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1').on('error', () => resolve(false))
      socket.on('connect', () => resolve(socket.destroy().destroyed))
    })
    if (taken) return
    await sleep(100)
  }
  throw new Error(`nobody listens on ${port}`)
}

async function embedded(): Promise<Broker> {
  const child = start(['bench/broker.ts'])
  return { name: 'the broker inside', child, address: (await child.line(/^listening/)).split(' ').at(-1) ?? '' }
}

async function mosquitto(path: string, folder: string): Promise<Broker> {
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest none\nmax_queued_messages 0\nmax_inflight_messages 0\n`)
  const child = start(['-c', file], path)
  await accepting(port)
  return { name: 'Mosquitto', child, address: `mqtt://127.0.0.1:${port}` }
}

async function publish(kind: 'ours' | 'bare', { address, name }: Broker, qos: 0 | 1, count: number): Promise<Published> {
  tell(`${count} messages to ${name}, QoS ${qos}, ${kind}`)
  const child = start(['bench/publishing.ts', kind, address, String(qos), String(count)])
  const result: Published = JSON.parse(await child.line(/^\{/))
  await child.stop()
  return result
}

async function compare(broker: Broker, count: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const qos of [0, 1] as const) {
    const bare = await publish('bare', broker, qos, count)
    const ours = await publish('ours', broker, qos, count)
    const baseline = 'a bare client'
    const to = `published to ${broker.name} at QoS ${qos}`
    figures.push(
      { name: to, value: ours.perSecond, unit: '/s', baseline, ratio: ours.perSecond / bare.perSecond },
      { name: `${to}, CPU each`, value: ours.cpuMicros, unit: 'µs', baseline, ratio: ours.cpuMicros / bare.cpuMicros },
      { name: `${to}, memory, highest`, value: ours.rssMB, unit: 'MB', baseline, ratio: ours.rssMB / bare.rssMB },
    )
  }
  await broker.child.stop()
  return figures
}

export async function mqttBench({ many }: Extent): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const count = many(50_000)
  try {
    const figures = await compare(await embedded(), count)
    if (mosquittoPath === undefined) tell('there is no mosquitto')
    else figures.push(...(await compare(await mosquitto(mosquittoPath, folder), count)))
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
