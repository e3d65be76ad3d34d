// The process that keeps what is known, and nothing else. node bench/keeper.ts FILE COUNT; for each twentieth of the ids it
// tells as one line of JSON what it cost to look them up, find them absent, and insert them; then what it costs to find
// again ids of any age.
import { statSync } from 'node:fs'
import { openKnown } from '../src/intake/known.ts'
import type { JournalRecord } from '../src/message/line.ts'
import { frame, type Post } from './frames.ts'

const [path = '', wanted = '0'] = process.argv.slice(2)
const count = Number(wanted)
const known = openKnown(path, { position: () => 0, advance: () => undefined, withdraw: () => undefined })
const batch = 1000
const commitEvery = 10
/** Microseconds between two ids: about as many a second as all of Bluesky writes. */
const step = 25_000
const begun = Date.UTC(2025, 0, 1) * 1000
const post: Post = { did: '', record: {} }
const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** One of a million accounts. */
function did(n: number): string {
  let value = (n * 2_654_435_761) % 1_000_003
  let name = ''
  for (let i = 0; i < 24; i++) {
    name += letters[value % 32] ?? ''
    value = Math.floor(value / 32) + i * 7 + n % 31
  }
  return `did:plc:${name}`
}

/** The n-th id: in the order of time but for a few seconds, as they arrive. */
function idOf(n: number): string {
  const time = begun + n * step + ((n * 7919) % 200) * step
  const { commit }: { commit: { rkey: string } } = JSON.parse(frame(post, time, n))
  return `bluesky:${did(n)}:${commit.rkey}`
}

const message = (id_str: string, n: number): JournalRecord => {
  const written = new Date((begun + n * step) / 1000).toISOString()
  return {
    op: 'I', imported: false, position: begun + n * step,
    message: {
      timestamp: written, created_at: written, screen_name: '', text: '', id_str, network: 'bluesky', source_type: 'BLUESKY', provider_type: 'SCRAPED',
      reply_count: 0, retweet_count: 0, favourites_count: 0, hosts: [], links: [], images: [], audio: [], videos: [], mentions: [], hashtags: [], user: { screen_name: '' },
    },
  }
}

const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

/** Bytes of the process before anything is known. */
const bare = process.memoryUsage.rss()
let cpu = 0
let begin = 0
let millis = 0
for (let n = 0; n < count; n += batch) {
  const records = Array.from({ length: batch }, (_, i) => message(idOf(n + i), n + i))
  const before = process.cpuUsage()
  const at = performance.now()
  for (const record of records) if (record.op === 'I' && known.id(record.message.id_str) !== undefined) throw new Error('an id came twice')
  known.apply(records, records.at(-1)?.position ?? 0)
  if ((n / batch) % commitEvery === 0) known.commit()
  cpu += spent(before)
  millis += performance.now() - at
  if ((n + batch) % (count / 20) >= batch) continue
  process.stdout.write(`${JSON.stringify({ present: n + batch, cpuMicros: cpu / (n + batch - begin), perSecond: ((n + batch - begin) * 1000) / millis })}\n`)
  begin = n + batch
  cpu = 0
  millis = 0
}
known.commit()

const looked = 20_000
const old = Array.from({ length: looked }, (_, i) => idOf(Math.floor((i * 0.618_033_988_75 % 1) * count)))
const before = process.cpuUsage()
for (const id of old) if (known.id(id) === undefined) throw new Error('an id is lost')
const cpuMicros = spent(before) / looked
known.close()
process.stdout.write(`${JSON.stringify({ again: cpuMicros, bytes: statSync(path).size / count, grownMB: process.resourceUsage().maxRSS / 1000 - bare / 1e6 })}\n`)
