// The stream: one message to many readers against the same bytes on bare sockets, thousands of standing queries, and how long
// it takes from a frame that comes in to the event that goes out.
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idTime } from '../src/message/identity.ts'
import { start } from './process.ts'
import type { Figure } from './figures.ts'
import { serve } from './server.ts'

interface FanOut {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rssMB: number
}

interface Standing {
  readonly cpuMicros: number
  readonly delivered: number
  readonly rssMB: number
}

async function fanOut(kind: 'sse' | 'bare', readers: number, count: number): Promise<FanOut> {
  const server = start(['bench/stream-server.ts', kind, String(readers), String(count)])
  const port = (await server.line(/^listening/)).split(' ').at(-1) ?? ''
  const reading = start(['bench/stream-readers.ts', port, String(readers)])
  const result: FanOut = JSON.parse(await server.line(/^\{/))
  await reading.stop()
  return result
}

async function fanOuts(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [readers, count] of [[1, 20_000], [100, 5_000], [1_000, 500]] as const) {
    const bare = await fanOut('bare', readers, count)
    const sse = await fanOut('sse', readers, count)
    const to = `to ${readers} ${readers === 1 ? 'reader' : 'readers'}`
    figures.push(
      { name: `events ${to}, deliveries`, value: sse.perSecond, unit: '/s', baseline: 'bare sockets', ratio: sse.perSecond / bare.perSecond },
      { name: `events ${to}, CPU each`, value: sse.cpuMicros, unit: 'µs', baseline: 'bare sockets', ratio: sse.cpuMicros / bare.cpuMicros },
      { name: `events ${to}, memory, highest`, value: sse.rssMB, unit: 'MB', baseline: 'bare sockets', ratio: sse.rssMB / bare.rssMB },
    )
  }
  return figures
}

async function standing(queries: number, count: number): Promise<Standing> {
  const child = start(['bench/standing.ts', String(queries), String(count)])
  const result: Standing = JSON.parse(await child.line(/^\{/))
  await child.stop()
  return result
}

/** Milliseconds from each frame to its event, while a thousand a second come. */
async function delays(count: number): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const feeder = start(['bench/feeder.ts', String(count), '1000'])
  try {
    const port = (await feeder.line(/^listening/)).split(' ').at(-1) ?? ''
    const { child, url } = await serve(folder, `--source.bluesky.url=ws://127.0.0.1:${port}/subscribe`)
    const all = await new Promise<number[]>((resolve, reject) => {
      const heard: number[] = []
      request(`${url}/api/stream.json?channel=all&only=id_str&after=0`, (response) => {
        let rest = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const now = performance.timeOrigin + performance.now()
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) {
            const [, id] = /"id_str":"([^"]+)"/.exec(line) ?? []
            // The id carries the time to the microsecond.
            if (id !== undefined && heard.push(now - (idTime(id) ?? 0) / 1000) === count) resolve(heard)
          }
        })
      }).on('error', reject).end()
    })
    await child.stop()
    return all
  } finally {
    await feeder.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

export async function streamBench(): Promise<Figure[]> {
  const figures = await fanOuts()
  const kept = await standing(0, 6_000)
  const asked = await standing(10_000, 6_000)
  const share = (asked.cpuMicros - kept.cpuMicros) * 1_000
  figures.push(
    { name: '10,000 standing queries, CPU a message', value: asked.cpuMicros - kept.cpuMicros, unit: 'µs', baseline: 'keeping it', ratio: (asked.cpuMicros - kept.cpuMicros) / kept.cpuMicros },
    { name: '10,000 standing queries, of a core at 1,000/s', value: share / 10_000, unit: '%' },
    { name: '10,000 standing queries, who want a message', value: asked.delivered, unit: '' },
    { name: '10,000 standing queries, memory for each', value: ((asked.rssMB - kept.rssMB) * 1_000) / 10_000, unit: 'kB' },
  )
  const count = 15_000
  // The first tenth is for the compiler.
  const sorted = (await delays(count)).slice(count / 10).sort((a, b) => a - b)
  for (const [name, q] of [['p50', 0.5], ['p99', 0.99]] as const) figures.push({ name: `frame in to event out at 1,000/s, ${name}`, value: sorted[Math.floor((sorted.length - 1) * q)] ?? 0, unit: 'ms' })
  return figures
}
