// From nothing to ready: with an empty data folder, with one that has messages, and with one whose last server was killed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeDump } from './dump.ts'
import { memory, start } from './process.ts'
import type { Figure } from './figures.ts'
import { serve, type Served } from './server.ts'

const messages = 100_000
const rounds = 5

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Milliseconds until Node itself runs a line. */
async function bareNode(): Promise<number> {
  const begun = performance.now()
  const node = start(['-e', 'console.log("runs")'])
  await node.line(/runs/)
  const millis = performance.now() - begun
  await node.stop()
  return millis
}

/** The median time to ready over some starts, each ended by `end`. */
async function readyMillis(folder: string, end: (served: Served) => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const served = await serve(folder, '--source.bluesky.enabled=false')
    times.push(served.readyMillis)
    await end(served)
  }
  return median(times)
}

export async function startBench(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const data = join(folder, 'data')
  const file = join(folder, 'sample.txt')
  const stop = ({ child }: Served): Promise<void> => child.stop()
  try {
    // The first start of all compiles.
    await serve(data, '--source.bluesky.enabled=false').then(stop)
    const bare = median([await bareNode(), await bareNode(), await bareNode()])
    const empty = await readyMillis(data, stop)
    const idle = await serve(data, '--source.bluesky.enabled=false')
    await sleep(3_000)
    const { now } = memory(idle.child.pid)
    await idle.child.stop()

    await writeDump(file, messages)
    const importer = start(['bench/importer.ts', data, file])
    await importer.line(/^\{/)
    await importer.stop()
    const full = await readyMillis(data, stop)
    const killed = await readyMillis(data, ({ child }) => child.kill())
    const baseline = 'a bare Node'
    return [
      { name: 'ready, empty folder', value: empty, unit: 'ms', baseline, ratio: empty / bare },
      { name: 'memory idle', value: now, unit: 'MB' },
      { name: `ready, ${messages} messages`, value: full, unit: 'ms', baseline, ratio: full / bare },
      { name: `ready, ${messages} messages, after kill -9`, value: killed, unit: 'ms', baseline, ratio: killed / bare },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
