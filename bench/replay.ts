// Ten minutes of Bluesky at a thousand events a second (`--full`: an hour), replayed as fast as it is taken: how large the process
// becomes, while somebody searches now and then.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { distinctQuery, searchPath } from './asking.ts'
import { feed } from './feed.ts'
import { tell, type Extent, type Figure } from './figures.ts'
import { memory, watchMemory } from './process.ts'
import { get, searchable, serve, taken } from './server.ts'

/** As the aim has it, in megabytes. */
const room = 512

export async function replayBench({ full, many }: Extent): Promise<Figure[]> {
  const count = many((full ? 3_600 : 600) * 1_000)
  const data = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const { feeder, setting } = await feed(count, 0, 1_000)
  try {
    const { child, url } = await serve(data, setting)
    const watch = watchMemory(child.pid)
    const begun = performance.now()
    for (let n = 0, came = 0; came < count; n++) {
      await get(url + searchPath(distinctQuery(n), n % 5 === 0 ? 'count=0&fields=hashtags,created_at' : 'count=100'))
      await sleep(1_000)
      came = await taken(url)
      if (n % 20 === 0) tell(`${came} of ${count} frames, ${watch.most().toFixed(0)} MB anonymous at most`)
    }
    await searchable(url, count)
    const seconds = (performance.now() - begun) / 1000
    const most = watch.most()
    watch.stop()
    const figures = [
      { name: `${count / 60_000} minutes of Bluesky, anonymous memory, highest`, value: most, unit: 'MB', baseline: `the ${room} MB that are aimed at`, ratio: most / room },
      { name: `${count / 60_000} minutes of Bluesky, memory, highest`, value: memory(child.pid).most, unit: 'MB' },
      { name: 'replayed', value: count / seconds, unit: '/s', baseline: 'as it was written', ratio: count / seconds / 1_000 },
    ]
    await child.stop()
    return figures
  } finally {
    await feeder.stop()
    await rm(data, { recursive: true, force: true })
  }
}
