// The process that publishes to a broker. node bench/publishing.ts ours|bare ADDRESS QOS COUNT
// `ours`: messages are kept and published as the server does it. `bare`: a client publishes the same bytes to the same topics.
// Tells what it cost as one line of JSON.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { Position } from '../src/message/line.ts'
import { createPublisher } from '../src/stream/mqtt/publisher.ts'
import { remoteBroker } from '../src/stream/mqtt/remote.ts'
import { createPublications, type TopicFamily } from '../src/stream/mqtt/topics.ts'
import { messages, openKeeper } from './streaming.ts'

const [kind, address = '', quality = '0', wanted = '0'] = process.argv.slice(2)
const qos = quality === '1' ? 1 : 0
/** Publications under way at once; past this the library warns of its listeners. */
const window = 1_000
/** As the settings have them. */
const families: readonly TopicFamily[] = ['all', 'network', 'user', 'mention', 'hashtag', 'country', 'language']
const records = messages(Number(wanted)).map((message, i) => ({ op: 'I' as const, imported: false, position: 1_790_000_000_000_000 + i, message }))
const publications = createPublications(families, '')

/** The cost of a publication, as JSON; the first tenth is for the compiler. `work` answers how many there were. */
async function measure(work: (from: number, to: number) => Promise<number>): Promise<string> {
  const warm = Math.floor(records.length / 10)
  await work(0, warm)
  const before = process.cpuUsage()
  const begun = performance.now()
  const count = await work(warm, records.length)
  const { user, system } = process.cpuUsage(before)
  return JSON.stringify({ perSecond: (count * 1000) / (performance.now() - begun), cpuMicros: (user + system) / count, rssMB: process.resourceUsage().maxRSS / 1000 })
}

async function bare(): Promise<string> {
  const client = await connectAsync(address)
  const made = records.map((record) => publications(record))
  const cost = await measure(async (from, to) => {
    let published = 0
    let open = 0
    let room: (() => void) | undefined
    const taken = (): void => {
      open--
      room?.()
    }
    const until = async (most: number): Promise<void> => {
      while (open > most) await new Promise<void>((resolve) => (room = resolve))
    }
    for (const publication of made.slice(from, to)) {
      for (const topic of publication?.topics ?? []) {
        await until(window - 1)
        client.publish(topic, publication?.payload ?? '', { qos }, taken)
        open++
        published++
      }
    }
    await until(0)
    return published
  })
  await client.endAsync()
  return cost
}

async function ours(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const journal = await openKeeper(folder)
  const stop = new AbortController()
  const nothing = (): void => undefined
  const connect = remoteBroker({ address, user: '', password: '', ca: undefined, clientId: 'loklak-bench', qos })
  const publisher = createPublisher({ journal, connect, publications, statePath: join(folder, 'state', 'mqtt.json'), now: Date.now, log: { info: nothing, warn: nothing } })
  const running = publisher.run(stop.signal)
  while (!publisher.state().connected) await sleep(5)
  const through = async (last: Position): Promise<void> => {
    while (publisher.state().position < last) await sleep(1)
  }
  const cost = await measure(async (from, to) => {
    const before = publisher.state().published
    for (let at = from; at < to; at += 500) await journal.append(records.slice(at, Math.min(at + 500, to)))
    await through(journal.last())
    return publisher.state().published - before
  })
  stop.abort()
  await running
  await journal.close()
  await rm(folder, { recursive: true })
  return cost
}

process.stdout.write(`${await (kind === 'ours' ? ours() : bare())}\n`)
process.exit()
