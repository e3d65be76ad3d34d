// What is known of ids: as quick with very many as with few, in little memory. `--full` takes fifty million.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './process.ts'
import { tell, type Extent, type Figure } from './figures.ts'

interface Part {
  readonly present: number
  readonly cpuMicros: number
  readonly perSecond: number
}

interface End {
  readonly again: number
  readonly bytes: number
  readonly grownMB: number
}

export async function knownBench({ full, many }: Extent): Promise<Figure[]> {
  // Twenty parts of whole batches.
  const count = Math.ceil(many(full ? 50_000_000 : 4_000_000) / 20_000) * 20_000
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  // What JavaScript leaves lying is not what is measured.
  const keeper = start(['--max-semi-space-size=1', '--heap-growing-percent=20', 'bench/keeper.ts', join(folder, 'known.db'), String(count)])
  try {
    const part = async (twentieth: number): Promise<Part> => {
      tell(`waiting for ${twentieth}/20 of ${count} ids`)
      return JSON.parse(await keeper.line(new RegExp(`^\\{"present":${(count / 20) * twentieth},`)))
    }
    // The first twentieth is for the compiler.
    const [few, many] = [await part(2), await part(20)]
    const end: End = JSON.parse(await keeper.line(/^\{"again"/))
    const millions = (ids: number): string => `${ids / 1e6} M`
    return [
      { name: `look up and insert, CPU each, ${millions(few.present)} present`, value: few.cpuMicros, unit: 'µs' },
      { name: `look up and insert, CPU each, ${millions(many.present)} present`, value: many.cpuMicros, unit: 'µs', baseline: `with ${millions(few.present)}`, ratio: many.cpuMicros / few.cpuMicros },
      { name: `look up and insert, ${millions(many.present)} present`, value: many.perSecond, unit: '/s', baseline: `with ${millions(few.present)}`, ratio: many.perSecond / few.perSecond },
      { name: 'find an id of any age, CPU each', value: end.again, unit: 'µs' },
      { name: 'on disk, each', value: end.bytes, unit: 'B' },
      { name: 'memory, highest, beyond that of the process before', value: end.grownMB, unit: 'MB' },
    ]
  } finally {
    await keeper.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
