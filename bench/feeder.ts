// The process that plays Jetstream: sends posts to whoever connects, as fast as they are read or so many a second.
// node bench/feeder.ts COUNT RATE [STEP]   (rate 0 = as fast as possible, then with so many microseconds from one to the next); says
// the port, and `sent` at the end.
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer, type WebSocket } from 'ws'
import { frame, posts } from './frames.ts'

const [count = 100_000, rate = 0, step = 25] = process.argv.slice(2).map(Number)
const made = posts(Math.min(count, 50_000), 7)
const begun = (Date.now() - 60_000) * 1000 - count * step
const make = (i: number, microseconds: number): string => frame(made[i % made.length] ?? { did: '', record: {} }, microseconds, i)
/** Flat out, the frames are made before, so that making them costs nothing while it counts; of very many the first. */
const ready = rate > 0 ? [] : Array.from({ length: Math.min(count, 400_000) }, (_, i) => Buffer.from(make(i, begun + i * step)))

async function flatOut(socket: WebSocket): Promise<void> {
  for (let i = 0; i < count; i++) {
    socket.send(ready[i] ?? make(i, begun + i * step), { binary: false })
    while (socket.bufferedAmount > 4_000_000) await sleep(1)
  }
}

async function steadily(socket: WebSocket): Promise<void> {
  const start = performance.now()
  for (let i = 0; i < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * rate) / 1000))
    for (; i < due; i++) socket.send(make(i, Math.floor((performance.timeOrigin + performance.now()) * 1000)))
    await sleep(1)
  }
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/subscribe' })
server.on('listening', () => {
  const address = server.address()
  process.stdout.write(`listening on ${typeof address === 'object' && address !== null ? address.port : ''}\n`)
})
server.on('connection', (socket) => {
  void (rate > 0 ? steadily(socket) : flatOut(socket)).then(() => process.stdout.write('sent\n'))
})
