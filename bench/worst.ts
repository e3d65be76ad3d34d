// The worst query that is allowed, asked again and again: what is left for those who collect and for those who search.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeArchive } from './archive.ts'
import { ask, distinctQuery, searchPath } from './asking.ts'
import { feed } from './feed.ts'
import { quantile, tell, type Extent, type Figure } from './figures.ts'
import { cpuMicros, rested } from './process.ts'
import { get, searchable, serve, taken, type Served } from './server.ts'

const alternatives = (count: number, one: (n: number) => string): string => Array.from({ length: count }, (_, n) => one(n)).join(' OR ')
const prefixes = alternatives(48, (n) => `${distinctQuery(n * 5).slice(0, 3).padEnd(3, 'a')}*`)
const heavy = 'count=100&exact=true&order=favourites_count&startRecord=9900&fields=created_at,hashtags,mentions,screen_name,hosts,language&limit=1000'

/** Each is bad in its own way: terms that are looked up, messages that are read, hits that are ordered, counted and passed over. */
const candidates: Readonly<Record<string, string>> = {
  everything: searchPath('', heavy),
  prefixes: searchPath(prefixes, heavy),
  negations: searchPath(alternatives(20, (n) => `-${distinctQuery(n)}`), heavy),
  glob: searchPath('/link=*x*', heavy),
  globs: searchPath(alternatives(12, (n) => `/link=*${distinctQuery(n).slice(0, 2)}*z*`), heavy),
  'no glob': searchPath('-/link=*zzzz*', heavy),
  near: searchPath(`near:10,10,15000 -/link=*q*`, heavy),
  'by page': searchPath('-/link=*zzzz*', 'count=1000&exact=true&startRecord=9000'),
}

/** Also what is refused, because it took too long, was worked on. */
const suffer = (url: string): Promise<unknown> => get(url).catch(() => sleep(10))

/** The one that costs the server most, once what it needs is in memory. */
async function dearest({ child, url }: Served): Promise<string> {
  let worst = { name: '', cost: 0 }
  for (const [name, path] of Object.entries(candidates)) {
    await suffer(url + path)
    const before = cpuMicros(child.pid)
    await suffer(url + path)
    const cost = cpuMicros(child.pid) - before
    tell(`${name}: ${(cost / 1000).toFixed(0)} CPU-ms`)
    if (cost > worst.cost) worst = { name, cost }
  }
  return worst.name
}

/** Asks again and again until it is told to stop. */
function loop(url: string, path: string): () => Promise<void> {
  const stop = new AbortController()
  const asking = (async () => {
    while (!stop.signal.aborted) await suffer(url + path)
  })()
  return async () => {
    stop.abort()
    await asking
  }
}

const quiet = '--source.bluesky.enabled=false'

/** Milliseconds in which 95 of 100 other searches are answered. */
async function others(data: string, count: number, path: string | undefined): Promise<number> {
  const { child, url } = await serve(data, quiet)
  await rested(child.pid)
  const search = (n: number): string => searchPath(distinctQuery(n), n % 5 === 0 ? 'count=0&fields=hashtags' : 'count=100')
  await ask(url, 100, 2, search)
  const stop = path === undefined ? undefined : loop(url, path)
  const times = await ask(url, count, 1, search)
  await stop?.()
  await child.stop()
  return quantile(times, 0.95)
}

/** Frames a second that are kept while as many come as are taken. */
async function ingest(data: string, count: number, path: string | undefined): Promise<number> {
  const { feeder, setting } = await feed(count, 0)
  const { child, url } = await serve(data, setting)
  const stop = path === undefined ? undefined : loop(url, path)
  const begin = await taken(url)
  const begun = performance.now()
  while ((await taken(url)) < count) await sleep(50)
  const rate = ((count - begin) * 1000) / (performance.now() - begun)
  await stop?.()
  await feeder.stop()
  await child.stop()
  return rate
}

export async function worstBench({ many }: Extent): Promise<Figure[]> {
  const data = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  try {
    await makeArchive(data, many(300_000))
    const served = await serve(data, quiet)
    tell('making it searchable')
    await searchable(served.url, 0)
    const name = await dearest(served)
    const path = candidates[name] ?? ''
    await served.child.stop()
    tell(`the worst is: ${name}; other searches without it and with it`)
    const searches = Math.max(50, many(200_000) / 1000)
    const [alone, beside] = [await others(data, searches, undefined), await others(data, searches, path)]
    tell('collecting without it, with it, and without it')
    const frames = many(100_000)
    const [before, meanwhile, after] = [await ingest(data, frames, undefined), await ingest(data, frames, path), await ingest(data, frames, undefined)]
    const without = (before + after) / 2
    return [
      { name: `other searches beside the worst query (${name}), p95`, value: beside, unit: 'ms', baseline: 'without it', ratio: beside / alone },
      { name: `frames kept beside the worst query (${name})`, value: meanwhile, unit: '/s', baseline: 'without it', ratio: meanwhile / without },
      { name: 'frames kept without it, before and after', value: without, unit: '/s', baseline: 'of the first the second', ratio: after / before },
    ]
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
