// The whole way: frames → synced → searchable, against JSON.parse of the same bytes; and how long a frame takes until it is found.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { idTime } from '../src/message/identity.ts'
import { searchPath } from './asking.ts'
import { feed, liveFeed } from './feed.ts'
import { quantile, tell, type Extent, type Figure } from './figures.ts'
import { parseMicros } from './frames.ts'
import { cpuMicros, memory, watchMemory } from './process.ts'
import { get, searchable, serve } from './server.ts'

async function flatOut(data: string, count: number): Promise<Figure[]> {
  const { feeder, setting } = await feed(count, 0)
  tell(`${count} frames, as fast as they are taken`)
  const { child, url } = await serve(data, setting)
  const watch = watchMemory(child.pid)
  const begun = performance.now()
  const before = cpuMicros(child.pid)
  await searchable(url, count)
  const seconds = (performance.now() - begun) / 1000
  const cpu = (cpuMicros(child.pid) - before) / count
  const figures = [
    { name: 'frames to searchable', value: count / seconds, unit: '/s' },
    { name: 'frames to searchable, CPU each', value: cpu, unit: 'µs', baseline: 'JSON.parse of the frame', ratio: cpu / parseMicros(20_000) },
    { name: 'memory meanwhile, highest', value: memory(child.pid).most, unit: 'MB' },
    { name: 'memory meanwhile, anonymous, highest', value: watch.most(), unit: 'MB' },
  ]
  watch.stop()
  await feeder.stop()
  await child.stop()
  return figures
}

/** The instant, in milliseconds, of the newest frame that is found. */
async function newest(url: string): Promise<number> {
  const { statuses }: { statuses: { id_str: string }[] } = JSON.parse(await get(url + searchPath('source:bluesky', 'count=1')))
  return (idTime(statuses[0]?.id_str ?? '') ?? 0) / 1000
}

/** Milliseconds from each frame to when it is found, for some seconds at a thousand a second. */
async function delays(data: string, seconds: number): Promise<number[]> {
  const { feeder, setting } = await liveFeed()
  tell('waiting for frames to be found, at 1,000/s')
  const { child, url } = await serve(data, setting)
  const heard: number[] = []
  // The first seconds are for the compiler.
  await sleep(3_000)
  const end = performance.now() + seconds * 1000
  let known = await newest(url)
  while (performance.now() < end) {
    const found = await newest(url)
    const now = performance.timeOrigin + performance.now()
    // One frame a millisecond.
    for (let at = known + 1; at <= found; at++) heard.push(now - at)
    known = Math.max(known, found)
    await sleep(5)
  }
  await child.stop()
  await feeder.stop()
  return heard
}

export async function searchableBench({ many }: Extent): Promise<Figure[]> {
  const data = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  try {
    const figures = await flatOut(data, many(300_000))
    const heard = await delays(data, Math.max(5, many(20_000) / 1000))
    for (const [name, q] of [['p50', 0.5], ['p99', 0.99]] as const) figures.push({ name: `frame to searchable at 1,000/s, ${name}`, value: quantile(heard, q), unit: 'ms' })
    return figures
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
