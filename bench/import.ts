// A dump of generated messages into an empty data folder, against JSON.parse of its lines; and once more, when all is known.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeDump } from './dump.ts'
import { start } from './process.ts'
import type { Figure } from './figures.ts'

interface Imported {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rssMB: number
}

async function importDump(folder: string, file: string): Promise<Imported> {
  const importer = start(['bench/importer.ts', folder, file])
  const result: Imported = JSON.parse(await importer.line(/^\{/))
  await importer.stop()
  return result
}

/** CPU-microseconds of JSON.parse for a line. */
async function parseMicros(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(0, 20_000)
  for (const line of lines) JSON.parse(line)
  const before = process.cpuUsage()
  for (const line of lines) JSON.parse(line)
  const used = process.cpuUsage(before)
  return (used.user + used.system) / lines.length
}

const messages = 100_000

export async function importBench(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const file = join(folder, 'sample.txt')
  try {
    await writeDump(file, messages)
    const parse = await parseMicros(file)
    const fresh = await importDump(join(folder, 'data'), file)
    const known = await importDump(join(folder, 'data'), file)
    const baseline = 'JSON.parse of the line'
    return [
      { name: 'lines imported, CPU each', value: fresh.cpuMicros, unit: 'µs', baseline, ratio: fresh.cpuMicros / parse },
      { name: 'lines imported', value: fresh.perSecond, unit: '/s' },
      { name: 'memory meanwhile, highest', value: fresh.rssMB, unit: 'MB' },
      { name: 'lines that are known, CPU each', value: known.cpuMicros, unit: 'µs', baseline, ratio: known.cpuMicros / parse },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
