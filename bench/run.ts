// npm run bench [NAME…] [--full]: figures, each where it can be as a ratio to a baseline of the same run. Machines are noisy: compare
// ratios, and CPU time rather than rates.
import { cpus, loadavg } from 'node:os'
import { collectBench } from './collect.ts'
import { importBench } from './import.ts'
import { knownBench } from './known.ts'
import { serveBench } from './serve.ts'
import { startBench } from './start.ts'
import { streamBench } from './stream.ts'

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly baseline?: string
  readonly ratio?: number
}

interface Extent {
  /** As much as the aims speak of, however long it takes. */
  readonly full: boolean
}

const benches: Readonly<Record<string, (extent: Extent) => Promise<Figure[]>>> = { collect: collectBench, import: importBench, known: knownBench, start: startBench, serve: serveBench, stream: streamBench }

const args = process.argv.slice(2)
const extent = { full: args.includes('--full') }
const wanted = args.filter((name) => name !== '--full')
const unknown = wanted.find((name) => !Object.hasOwn(benches, name))
if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(benches).join(', ')}`)
process.stdout.write(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n`)
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(`\n${name}\n`)
  for (const { name: what, value, unit, baseline, ratio } of await bench(extent)) {
    const digits = value < 10 ? 2 : value < 100 ? 1 : 0
    const against = ratio === undefined ? '' : `   ${ratio.toFixed(ratio < 0.1 ? 4 : 2)} × ${baseline ?? ''}`
    process.stdout.write(`  ${what.padEnd(56)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(3)}${against}\n`)
  }
}
