// The process that writes one stream to many readers. node bench/stream-server.ts sse|bare READERS COUNT
// `sse`: messages are kept and streamed as the server does it. `bare`: the same bytes are written to plain connections.
// Says the port; when all readers have come, writes; when all have gone, tells what it cost as one line of JSON.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createHub } from '../src/stream/hub.ts'
import { createFrames } from '../src/stream/event.ts'
import { ids, messages, openKeeper, streamingRoom } from './streaming.ts'

const [kind, ...numbers] = process.argv.slice(2)
const [readers = 0, count = 0] = numbers.map(Number)
const sockets = new Set<Socket>()
const made = messages(count)

async function listen(server: Server): Promise<void> {
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  process.stdout.write(`listening on ${typeof address === 'object' && address !== null ? address.port : ''}\n`)
}

/** Resolves when what was written is out of our hands. */
async function written(): Promise<void> {
  do await turn()
  while ([...sockets].some(({ writableLength }) => writableLength > 0))
}

async function measure(write: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage()
  const begun = performance.now()
  await write()
  while (sockets.size > 0) await turn()
  const { user, system } = process.cpuUsage(cpu)
  const deliveries = count * readers
  process.stdout.write(`${JSON.stringify({ perSecond: (deliveries * 1000) / (performance.now() - begun), cpuMicros: (user + system) / deliveries, rssMB: process.resourceUsage().maxRSS / 1000 })}\n`)
}

async function bare(): Promise<void> {
  // What they ask is read, so that it is seen when they go.
  const server = createServer((socket) => socket.resume())
  await listen(server)
  const events = made.map((message, i) => createFrames(ids).messageFrame({ op: 'I', imported: false, position: 1_790_000_000_000_000 + i, message }).sse())
  while (sockets.size < readers) await turn()
  await measure(async () => {
    for (let i = 0; i < count; i += 32) {
      const together = Buffer.concat(events.slice(i, i + 32))
      for (const socket of sockets) socket.write(together)
      await written()
    }
  })
  server.close()
}

async function sse(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-bench-'))
  const journal = await openKeeper(folder)
  const stop = new AbortController()
  const hub = createHub({ journal, ids, authorKeys: () => [], absence: () => undefined, replayRate: 1e9, now: Date.now, onFailure: (error) => process.stderr.write(String(error)) })
  const running = hub.run(stop.signal)
  const app = streamingRoom(hub, readers)
  await app.ready()
  const server = createHttpServer((request, response) => app.routing(request, response))
  await listen(server)
  while (hub.counts().subscribers < readers) await turn()
  await measure(async () => {
    for (let i = 0; i < count; i += 100) {
      await journal.append(made.slice(i, i + 100).map((message) => ({ op: 'I', imported: false, message })))
      do await written()
      while (hub.position() < journal.last())
    }
  })
  stop.abort()
  await running
  server.close()
  await journal.close()
  await rm(folder, { recursive: true })
}

await (kind === 'sse' ? sse() : bare())
process.exit()
