// The process that imports a dump, and nothing else: the lines, the intake and the journal, as the command runs them.
// node bench/importer.ts FOLDER FILE; tells what it cost as one line of JSON.
import { join } from 'node:path'
import { openArchive } from '../src/intake/archive.ts'
import { openDataFolder } from '../src/journal/data-folder.ts'
import { importFile, noCounts } from '../src/sources/dump/import.ts'

const [path = '', file = ''] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const held = openDataFolder(path)
const { folder } = held
const archive = await openArchive({ folder, segmentBytes: 2 ** 30, syncInterval: 0, floor: () => 0, consent: 'respect', now: Date.now, log: quiet })

let counts = noCounts
let warm: { at: number; cpu: NodeJS.CpuUsage; lines: number } | undefined
for await (const progress of importFile(file, archive.intake, { state: join(folder.state, 'imports'), rejected: folder.imported }, new AbortController().signal)) {
  counts = progress.counts
  // The first tenth is for the compiler.
  if (warm === undefined && progress.bytes >= progress.total / 10) warm = { at: performance.now(), cpu: process.cpuUsage(), lines: counts.lines }
}
const { at, cpu, lines } = warm ?? { at: 0, cpu: process.cpuUsage(), lines: 0 }
const used = process.cpuUsage(cpu)
const read = counts.lines - lines
process.stdout.write(`${JSON.stringify({ perSecond: (read * 1000) / (performance.now() - at), cpuMicros: (used.user + used.system) / read, rssMB: process.resourceUsage().maxRSS / 1000, counts })}\n`)
await archive.close()
held.close()
