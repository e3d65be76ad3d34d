// A server on an archive of a million messages (`--full`: and of five): made searchable from its dumps, ready, asked while a
// thousand a second arrive, and asked for as many pages as it can give.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, distinctQuery, searchPath } from './asking.ts'
import { liveFeed } from './feed.ts'
import { quantile, tell, type Extent, type Figure } from './figures.ts'
import { cpuMicros, memory, rested, start, watchMemory } from './process.ts'
import { get, searchable, serve } from './server.ts'

const quiet = '--source.bluesky.enabled=false'
const daysOfMillion = 30

/** Writes the dumps of an archive. */
export async function makeArchive(data: string, count: number): Promise<void> {
  tell(`writing an archive of ${count} messages`)
  const archiver = start(['bench/archiver.ts', data, String(count), String(Math.max(8, Math.round((count / 1e6) * daysOfMillion)))])
  await archiver.line(/^written/)
  await archiver.stop()
}

/** The index is made from the dumps alone, as by `index rebuild`. */
async function rebuild(data: string, count: number, of: string): Promise<{ readonly figures: Figure[]; readonly cost: number }> {
  const { child, url } = await serve(data, quiet)
  tell('making it searchable')
  const watch = watchMemory(child.pid)
  const begun = performance.now()
  const before = cpuMicros(child.pid)
  await searchable(url, 0)
  const cost = (cpuMicros(child.pid) - before) / count
  const figures = [
    { name: `rebuild of ${of}`, value: (count * 1000) / (performance.now() - begun), unit: '/s' },
    { name: `rebuild of ${of}, CPU each`, value: cost, unit: 'µs' },
    { name: `rebuild of ${of}, memory, highest`, value: memory(child.pid).most, unit: 'MB' },
    { name: `rebuild of ${of}, anonymous, highest`, value: watch.most(), unit: 'MB' },
  ]
  watch.stop()
  await child.stop()
  return { figures, cost }
}

const ids = async (url: string): Promise<string[]> => {
  const { statuses }: { statuses: { id_str: string }[] } = JSON.parse(await get(url + searchPath('', 'count=500&startRecord=9000')))
  return statuses.map(({ id_str }) => id_str)
}

/** What is asked, and how long it may take in a hundred cases but five. */
async function questions(url: string): Promise<readonly (readonly [string, (n: number) => string])[]> {
  const some = await ids(url)
  return [
    ['newest 100', (n) => searchPath(distinctQuery(n), 'count=100')],
    ['count', (n) => searchPath(distinctQuery(n), 'count=0')],
    ['7-day facet', (n) => searchPath(`${distinctQuery(n)} since:7d`, 'count=0&fields=hashtags')],
    ['7-day histogram', (n) => searchPath(`${distinctQuery(n)} since:7d`, 'count=0&fields=created_at')],
    ['suggest', (n) => `/api/suggest.json?minified=true&q=${encodeURIComponent(distinctQuery(n).slice(0, 3))}`],
    ['by id', (n) => searchPath(`id:${some[n % some.length] ?? ''}`, 'count=1')],
  ]
}

async function whileArriving(url: string, many: Extent['many'], of: string): Promise<Figure[]> {
  const figures: Figure[] = []
  const live = await ask(url, 200, 1, () => '/api/health/live')
  for (const [name, path] of await questions(url)) {
    tell(`${name}, while 1,000/s arrive`)
    const rounds = Math.max(20, Math.round(many(200_000) / 1000))
    // The first fifth is for the compiler and the caches.
    const times = (await ask(url, rounds, 1, path)).slice(rounds / 5)
    for (const [quantity, q] of [['p50', 0.5], ['p95', 0.95]] as const) {
      figures.push({ name: `${name} of ${of} while 1,000/s arrive, ${quantity}`, value: quantile(times, q), unit: 'ms', baseline: 'health/live', ratio: quantile(times, q) / quantile(live, q) })
    }
  }
  return figures
}

/** Pages of a hundred hits, each for another query. */
async function pages(url: string, pid: number, many: Extent['many'], of: string): Promise<Figure[]> {
  const figures: Figure[] = []
  const path = (n: number): string => searchPath(distinctQuery(n), 'count=100')
  await ask(url, 50, 8, path)
  for (const atOnce of [1, 8, 32]) {
    const count = Math.max(100, Math.round(many(1_500_000) / 1000))
    tell(`${count} pages, ${atOnce} at a time`)
    const before = cpuMicros(pid)
    const begun = performance.now()
    await ask(url, count, atOnce, path)
    const perSecond = (count * 1000) / (performance.now() - begun)
    const cpu = (cpuMicros(pid) - before) / count / 1000
    const liveBegun = performance.now()
    await ask(url, count, atOnce, () => '/api/health/live')
    const live = (count * 1000) / (performance.now() - liveBegun)
    figures.push({ name: `100-hit pages of ${of}, ${atOnce} at a time`, value: perSecond, unit: '/s', baseline: 'health/live', ratio: perSecond / live })
    figures.push({ name: `100-hit pages of ${of}, ${atOnce} at a time, CPU each`, value: cpu, unit: 'ms' })
  }
  return figures
}

async function measure(count: number, { many }: Extent): Promise<{ readonly figures: Figure[]; readonly cost: number }> {
  const data = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const of = `${count / 1e6} M`
  try {
    await makeArchive(data, count)
    const { figures, cost } = await rebuild(data, count, of)
    const again = await serve(data, quiet)
    figures.push({ name: `ready, ${of}`, value: again.readyMillis, unit: 'ms' })
    await rested(again.child.pid)
    figures.push({ name: `idle, ${of}`, value: memory(again.child.pid).now, unit: 'MB' }, { name: `idle, ${of}, anonymous`, value: memory(again.child.pid).own, unit: 'MB' })
    figures.push(...(await pages(again.url, again.child.pid, many, of)))
    await again.child.stop()
    const { feeder, setting } = await liveFeed()
    const arriving = await serve(data, setting)
    figures.push(...(await whileArriving(arriving.url, many, of)))
    figures.push({ name: `asked while 1,000/s arrive, ${of}, anonymous at the end`, value: memory(arriving.child.pid).own, unit: 'MB' })
    await arriving.child.stop()
    await feeder.stop()
    return { figures, cost }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

export async function archiveBench(extent: Extent): Promise<Figure[]> {
  const one = await measure(extent.many(1_000_000), extent)
  if (!extent.full) return one.figures
  const five = await measure(extent.many(5_000_000), extent)
  const growth = { name: 'cost of a message among 5 M', value: five.cost, unit: 'µs', baseline: 'among 1 M', ratio: five.cost / one.cost }
  return [...one.figures, ...five.figures, growth]
}
