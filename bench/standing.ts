// The process with standing queries that nobody but the hub asks. node bench/standing.ts QUERIES COUNT
// A tenth of them has no term that every match must have. Tells the CPU of keeping and telling a message as one line of JSON.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { parseQuery } from '../src/query/query.ts'
import { words } from '../src/message/text/tokens.ts'
import { createHub } from '../src/stream/hub.ts'
import { streamIds } from '../src/stream/id.ts'
import { messages, openKeeper } from './streaming.ts'

const [queries = 0, count = 0] = process.argv.slice(2).map(Number)
const made = messages(count)
const vocabulary = [...new Set(made.slice(0, 2_000).flatMap(({ text }) => words(text)))].filter((word) => word.length > 3)
const authors = made.map(({ screen_name }) => screen_name)

const pick = (list: readonly string[], i: number): string => list[(i * 7919) % list.length] ?? 'rain'

/** Queries as people have them: words, phrases, alternatives, tags, authors, all kinds of filters. */
function standing(i: number): string {
  const [a, b] = [pick(vocabulary, i), pick(vocabulary, i + 1)]
  const withTerm = [a, `${a} ${b}`, `"${a} ${b}"`, `${a} OR ${b}`, `#${a}`, `from:${pick(authors, i)}`, `${a} -${b} lang:en`, `@${a}`, `${a} has:image`]
  const without = [`${a.slice(0, 4)}*`, `/link=*${a}*`, `near:${i % 80},${i % 170},50`, `(${a} OR /link=*${b}*) since:1h`, `id:${a}`]
  return i % 10 === 0 ? (without[(i / 10) % without.length] ?? '') : (withTerm[i % withTerm.length] ?? '')
}

const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
const journal = await openKeeper(folder)
const stop = new AbortController()
const hub = createHub({ journal, ids: streamIds('0123456789abcdef'), authorKeys: () => [], absence: () => undefined, replayRate: 1e9, now: Date.now, onFailure: (error) => process.stderr.write(String(error)) })
const running = hub.run(stop.signal)
const nobody = { send: () => undefined, full: () => false, busy: () => false, drained: () => Promise.resolve(), end: () => undefined }
for (let i = 0; i < queries; i++) hub.subscribe({ channels: [], query: parseQuery(standing(i), { now: Date.now() }).query }, undefined, nobody)

async function pour(from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 20) {
    await journal.append(made.slice(i, i + 20).map((message) => ({ op: 'I', imported: false, message })))
    do await turn()
    while (hub.position() < journal.last())
  }
}

// The first part is for the compiler.
const warm = Math.floor(count / 4)
await pour(0, warm)
const before = hub.counts().delivered
const cpu = process.cpuUsage()
await pour(warm, count)
const { user, system } = process.cpuUsage(cpu)
process.stdout.write(`${JSON.stringify({ cpuMicros: (user + system) / (count - warm), delivered: (hub.counts().delivered - before) / (count - warm), rssMB: process.resourceUsage().maxRSS / 1000 })}\n`)
stop.abort()
await running
await journal.close()
await rm(folder, { recursive: true })
