// The process that collects and keeps, and nothing else: the source, the intake and the journal, as the server runs them.
// node bench/collector.ts FOLDER PORT COUNT; tells what it cost as one line of JSON when so many messages are synced.
import { openArchive } from '../src/intake/archive.ts'
import { isSettled } from '../src/intake/author.ts'
import { openDataFolder } from '../src/journal/data-folder.ts'
import { idTime } from '../src/message/identity.ts'
import { blueskySource } from '../src/sources/bluesky/source.ts'

const [path = '', port = '', wanted = '0'] = process.argv.slice(2)
const count = Number(wanted)
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const held = openDataFolder(path)
const stop = new AbortController()
const archive = await openArchive({ folder: held.folder, segmentBytes: 2 ** 30, syncInterval: 0, floor: () => 0, consent: 'respect', now: Date.now, log: quiet })
const source = blueskySource({
  urls: [`ws://127.0.0.1:${port}/subscribe`], collections: ['app.bsky.feed.post'], compress: false, since: null, appviewUrl: null,
  stateDir: held.folder.state, userAgent: 'loklak-bench', isSettled: (key) => isSettled(archive.known.author(key)), log: quiet, now: Date.now,
})
const running = source.run(archive.intake, stop.signal)

/** From when a frame was made to when it was synced, in milliseconds. */
const delays: number[] = []
let seen = 0
let warm: { at: number; cpu: NodeJS.CpuUsage; seen: number } | undefined
for await (const batch of archive.journal.follow(0, stop.signal)) {
  const now = performance.timeOrigin + performance.now()
  for (const record of batch.records()) {
    if (record.op !== 'I') continue
    seen++
    // The id carries the time to the microsecond.
    delays.push(now - (idTime(record.message.id_str) ?? 0) / 1000)
  }
  // The first tenth is for the compiler.
  if (warm === undefined && seen >= count / 10) warm = { at: performance.now(), cpu: process.cpuUsage(), seen }
  if (seen < count) continue
  const { at, cpu, seen: before } = warm ?? { at: 0, cpu: process.cpuUsage(), seen: 0 }
  const used = process.cpuUsage(cpu)
  const sorted = delays.slice(Math.floor(delays.length / 10)).sort((a, b) => a - b)
  const quantile = (q: number) => sorted[Math.floor((sorted.length - 1) * q)]
  process.stdout.write(`${JSON.stringify({ perSecond: ((seen - before) * 1000) / (performance.now() - at), cpuMicros: (used.user + used.system) / (seen - before), rssMB: process.resourceUsage().maxRSS / 1000, p50: quantile(0.5), p99: quantile(0.99) })}\n`)
  stop.abort()
}
await running
await archive.close()
held.close()
