// The whole server: frames → synced → searchable, searches while it collects, memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMicros, memory, start } from './process.ts'
import type { Figure } from './run.ts'
import { get, serve } from './server.ts'

interface Status {
  readonly intake: { readonly outcomes: { readonly new: number } }
  readonly journal: { readonly position: number }
  readonly projections: readonly { readonly name: string; readonly position: number }[]
}

const status = async (url: string): Promise<Status> => JSON.parse(await get(`${url}/api/status.json?minified=true`))

async function indexed(url: string, count: number): Promise<void> {
  for (;;) {
    const { intake, journal, projections } = await status(url)
    const index = projections.find(({ name }) => name === 'index')
    if (intake.outcomes.new >= count && index !== undefined && index.position >= journal.position) return
    await sleep(100)
  }
}

const quantile = (values: number[], q: number): number => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0

/** Milliseconds of one search after the other over a list of queries. */
async function searches(url: string, paths: readonly string[], rounds: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const begun = performance.now()
    await get(`${url}${paths[i % paths.length] ?? ''}`)
    times.push(performance.now() - begun)
  }
  return times
}

const words = ['the', 'and', 'para', 'und', 'que', 'rain', 'music', 'news', 'photo', 'cat']
const newest = words.map((word) => `/api/search.json?q=${encodeURIComponent(word)}&count=100&minified=true`)
const facet = words.map((word) => `/api/search.json?q=${encodeURIComponent(`${word} since:7d`)}&count=0&fields=hashtags,created_at&minified=true`)

export async function serveBench(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const count = 300_000
  const feeder = start(['bench/feeder.ts', String(count), '0'])
  const figures: Figure[] = []
  try {
    const empty = await serve(folder, '--source.bluesky.enabled=false')
    const bare = performance.now()
    await get(`${empty.url}/api/health/live`)
    const baseline = performance.now() - bare
    await empty.child.stop()

    const port = (await feeder.line(/^listening/)).split(' ').at(-1) ?? ''
    const full = await serve(folder, `--source.bluesky.url=ws://127.0.0.1:${port}/subscribe`)
    const begun = performance.now()
    await indexed(full.url, count)
    const seconds = (performance.now() - begun) / 1000
    figures.push(
      { name: 'frames to searchable', value: count / seconds, unit: '/s' },
      { name: 'frames to searchable, CPU each', value: cpuMicros(full.child.pid) / count, unit: 'µs' },
      { name: 'memory meanwhile, highest', value: memory(full.child.pid).most, unit: 'MB' },
      { name: 'memory meanwhile, own, at the end', value: memory(full.child.pid).own, unit: 'MB' },
    )
    await feeder.stop()
    const live = start(['bench/feeder.ts', '20000', '1000'])
    await full.child.stop()
    const livePort = (await live.line(/^listening/)).split(' ').at(-1) ?? ''
    const again = await serve(folder, `--source.bluesky.url=ws://127.0.0.1:${livePort}/subscribe`)
    figures.push({ name: `ready, ${count} messages`, value: again.readyMillis, unit: 'ms' })
    await searches(again.url, [...newest, ...facet], 20)
    const pages = await searches(again.url, newest, 200)
    const facets = await searches(again.url, facet, 100)
    figures.push(
      { name: 'newest 100 while 1,000/s arrive, p50', value: quantile(pages, 0.5), unit: 'ms', baseline: 'health/live', ratio: quantile(pages, 0.5) / baseline },
      { name: 'newest 100 while 1,000/s arrive, p95', value: quantile(pages, 0.95), unit: 'ms' },
      { name: '7-day facet and histogram while 1,000/s arrive, p50', value: quantile(facets, 0.5), unit: 'ms' },
      { name: '7-day facet and histogram while 1,000/s arrive, p95', value: quantile(facets, 0.95), unit: 'ms' },
    )
    const pagesBegun = performance.now()
    await Promise.all(Array.from({ length: 8 }, () => searches(again.url, newest, 60)))
    figures.push({ name: '100-hit pages, 8 at a time', value: (8 * 60 * 1000) / (performance.now() - pagesBegun), unit: '/s' })
    await live.stop()
    await again.child.stop()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return figures
}
