// npm run bench [NAME…] [-- --full] [-- --scale=0.1]: figures, each where it can be as a ratio to a baseline of the same run. Machines
// are noisy: compare ratios, and CPU time rather than rates. A scale below 1 only shows that a bench works.
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { archiveBench } from './archive.ts'
import { collectBench } from './collect.ts'
import { extentOf, type Extent, type Figure } from './figures.ts'
import { importBench } from './import.ts'
import { knownBench } from './known.ts'
import { mqttBench } from './mqtt.ts'
import { replayBench } from './replay.ts'
import { searchableBench } from './searchable.ts'
import { startBench } from './start.ts'
import { streamBench } from './stream.ts'
import { worstBench } from './worst.ts'

const benches: Readonly<Record<string, (extent: Extent) => Promise<Figure[]>>> = {
  collect: collectBench,
  import: importBench,
  known: knownBench,
  start: startBench,
  searchable: searchableBench,
  archive: archiveBench,
  worst: worstBench,
  replay: replayBench,
  stream: streamBench,
  mqtt: mqttBench,
}

function show({ name, value, unit, baseline, ratio }: Figure): void {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0
  const against = ratio === undefined ? '' : `   ${ratio.toFixed(ratio < 0.1 ? 4 : 2)} × ${baseline ?? ''}`
  process.stdout.write(`  ${name.padEnd(66)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(3)}${against}\n`)
}

const { values, positionals: wanted } = parseArgs({ allowPositionals: true, options: { full: { type: 'boolean', default: false }, scale: { type: 'string', default: '1' } } })
const scale = Number(values.scale)
if (!(scale > 0 && scale <= 1)) throw new Error(`--scale=${values.scale} is not above 0 and at most 1`)
const unknown = wanted.find((name) => !Object.hasOwn(benches, name))
if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(benches).join(', ')}`)
process.stdout.write(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n`)
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(`\n${name}\n`)
  for (const figure of await bench(extentOf(values.full, scale))) show(figure)
}
