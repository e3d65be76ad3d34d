// Frames → decoded → enriched → synced, against JSON.parse of the same bytes; and how long a frame takes to be synced.
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseMicros } from './frames.ts'
import { start } from './process.ts'
import type { Figure } from './figures.ts'

interface Collected {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rssMB: number
  readonly p50: number
  readonly p99: number
}

async function collect(count: number, rate: number): Promise<Collected> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const feeder = start(['bench/feeder.ts', String(count), String(rate)])
  try {
    const port = (await feeder.line(/^listening/)).split(' ').at(-1) ?? ''
    const collector = start(['--max-semi-space-size=8', 'bench/collector.ts', folder, port, String(count)])
    const result: Collected = JSON.parse(await collector.line(/^\{/))
    await collector.stop()
    return result
  } finally {
    await feeder.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The median time of an fdatasync after a kilobyte, in milliseconds. */
async function syncMillis(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const file = await open(join(folder, 'x'), 'a')
  const times: number[] = []
  for (let i = 0; i < 300; i++) {
    await file.write(Buffer.alloc(1_000, 0x61))
    const begun = performance.now()
    await file.datasync()
    times.push(performance.now() - begun)
  }
  await file.close()
  await rm(folder, { recursive: true, force: true })
  return times.sort((a, b) => a - b)[150] ?? 0
}

export async function collectBench(): Promise<Figure[]> {
  const parse = parseMicros(20_000)
  const flat = await collect(200_000, 0)
  const sync = await syncMillis()
  const steady = await collect(15_000, 1_000)
  const syncAfter = await syncMillis()
  const median = (sync + syncAfter) / 2
  return [
    { name: 'frames to synced, CPU each', value: flat.cpuMicros, unit: 'µs', baseline: 'JSON.parse of the frame', ratio: flat.cpuMicros / parse },
    { name: 'frames to synced', value: flat.perSecond, unit: '/s' },
    { name: 'memory meanwhile, highest', value: flat.rssMB, unit: 'MB' },
    { name: 'frame to synced at 1,000/s, p50', value: steady.p50, unit: 'ms', baseline: 'median fdatasync', ratio: steady.p50 / median },
    { name: 'frame to synced at 1,000/s, p99', value: steady.p99, unit: 'ms', baseline: 'median fdatasync', ratio: steady.p99 / median },
  ]
}
