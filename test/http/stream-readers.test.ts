// Readers as they are: some drop all the time, some never read, some are many and say nothing.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Entry } from '../../src/message/line.ts'
import { insert } from '../journal/fixtures.ts'
import { fetched, listen, streaming, turn, type Streaming } from './streaming.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Bytes in buffers that something still holds. */
function buffersInUse(): number {
  assert.ok(typeof collect === 'function')
  collect()
  return process.memoryUsage().arrayBuffers
}

/** Asks for a stream and never reads a byte of it. */
async function deaf(t: TestContext, port: number, query: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  socket.pause()
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(`GET /api/stream.json?${query} HTTP/1.1\r\nhost: x\r\n\r\n`)
  return socket
}

/** Appends messages of a size until something is so. */
async function appendUntil({ journal }: Streaming, bytes: number, done: () => boolean): Promise<number> {
  let count = 0
  while (!done()) {
    await journal.append(Array.from({ length: 20 }, () => insert(`m${count++}`, 'x'.repeat(bytes))))
    await turn()
  }
  return count
}

test('a client that drops 200 times at random while 20,000 messages pass gets each once and in order', async (t) => {
  const total = 20_000
  const { port, journal } = await streaming(t)
  const heard: string[] = []
  let drops = 0
  let last = (await listen(port, 'channel=all')).begun

  async function read(): Promise<void> {
    while (heard.length < total) {
      const reader = await listen(port, 'channel=all&only=id_str', { 'last-event-id': last })
      for (let left = drops < 200 ? 1 + Math.floor(Math.random() * 150) : total; left > 0 && heard.length < total; left--) {
        const { id, data = '' } = await reader.next()
        const { id_str }: { id_str: string } = JSON.parse(data)
        heard.push(id_str)
        last = id
      }
      reader.close()
      drops++
    }
  }
  const reading = read()
  for (let i = 0; i < total; ) {
    const batch: Entry[] = []
    for (let j = 0; j < 50; j++) batch.push(insert(`m${i++}`, 'x'))
    await journal.append(batch)
    // Not far ahead, so that what was missed is short and each return crosses from it into what happens just then.
    do await turn()
    while (i - heard.length > 500)
  }
  await reading
  assert.ok(drops >= 200, `${drops} drops`)
  assert.deepEqual(heard, Array.from({ length: total }, (_, i) => `m${i}`))
})

test('a reader who never reads is cut off, the others get everything, and what waits for all of them is bounded', async (t) => {
  const [queue, deafs, bytes] = [100_000, 10, 10_000]
  const house = await streaming(t, { streams: { queue, heartbeat: 5 } })
  const readers = await Promise.all([listen(house.port, 'channel=all&only=id_str'), listen(house.port, 'q=id:m19&only=id_str')])
  const before = buffersInUse()
  for (let i = 0; i < deafs; i++) await deaf(t, house.port, 'channel=all')
  while (house.hub.counts().subscribers < deafs + 2) await turn()
  let most = 0
  const count = await appendUntil(house, bytes, () => {
    most = Math.max(most, buffersInUse() - before)
    return house.hub.counts().cut === deafs
  })
  assert.ok(count * bytes > 2 * deafs * queue, 'much more was sent than may wait')
  // What waits, a write of 64 KiB that is under way, and the turn in which it was seen to be too much; for each.
  assert.ok(most < deafs * (queue + 65_536 + 20 * 2 * bytes), `${most} bytes waited`)
  const [all, one] = readers
  assert.equal((await all?.gist(count))?.at(-1), `message m${count - 1}`)
  assert.deepEqual(await one?.gist(1), ['message m19'])
  assert.equal(house.hub.counts().subscribers, 2)
  const metrics = await text(await fetched(house.port, '/metrics'))
  assert.match(metrics, /^loklak_stream_subscribers\{state="live"\} 2$/m)
  assert.match(metrics, new RegExp(`^loklak_stream_cut_total\\{reason="slow"\\} ${deafs}$`, 'm'))
  assert.match(metrics, new RegExp(`^loklak_stream_delivered_total ${house.hub.counts().delivered}$`, 'm'))
  assert.equal(JSON.parse(await text(await fetched(house.port, '/api/status.json'))).stream.cut, deafs)
  // Nothing is taken of what still waits for them, so they are given up.
  while (house.open() > 2) await turn()
})

test('a reader who sends garbage and thousands of requests on its open stream gets nothing for it, and others go on', async (t) => {
  const house = await streaming(t, { streams: { perAddress: 8, heartbeat: 20 } })
  const reader = await listen(house.port, 'channel=all&only=id_str')
  const before = buffersInUse()
  const rude = await deaf(t, house.port, 'channel=all')
  while (house.hub.counts().subscribers < 2) await turn()
  rude.resume().write('GET /api/stream.json?channel=all HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3_000))
  rude.write(Buffer.alloc(65_536, 0xff))
  await house.journal.append([insert('a')])
  assert.deepEqual(await reader.gist(1), ['message a'])
  assert.ok(house.hub.counts().subscribers <= 8, 'no more places than one address has')
  assert.ok(buffersInUse() - before < 4_000_000)
  rude.destroy()
  while (house.open() > 1) await turn()
})

test('when the server stops, nobody who does not read holds it up', async (t) => {
  const house = await streaming(t)
  for (let i = 0; i < 400; i += 20) await house.journal.append(Array.from({ length: 20 }, (_, j) => insert(`m${i + j}`, 'x'.repeat(20_000))))
  const never = await deaf(t, house.port, 'channel=all&after=0')
  while (house.hub.counts().delivered === 0) await turn()
  await house.close(600_000)
  assert.equal(never.destroyed, false, 'it did nothing')
})

test('one who was cut off is told so, and goes on from there', async (t) => {
  const house = await streaming(t, { streams: { queue: 50_000 } })
  const slow = await listen(house.port, 'channel=all&only=id_str,text')
  slow.response.socket.pause()
  const all = await appendUntil(house, 20_000, () => house.hub.counts().cut === 1)
  await house.journal.append([insert(`m${all}`)])
  slow.response.socket.resume()
  let count = 0
  for (;;) {
    const { id, event, data = '' } = await slow.next()
    if (event === 'message') {
      count++
      continue
    }
    const info: { reason: string; resume: string } = JSON.parse(data)
    assert.deepEqual([event, info.reason, info.resume], ['info', 'too slow', id])
    await slow.ended
    const again = await listen(house.port, 'channel=all&only=id_str', { 'last-event-id': info.resume })
    assert.deepEqual(await again.gist(1), [`message m${count}`])
    return
  }
})

test('a replay waits for its reader, and one who takes nothing at all is given up', async (t) => {
  const house = await streaming(t, { streams: { queue: 200_000, heartbeat: 400 } })
  const total = 1_000
  for (let i = 0; i < total; i += 50) await house.journal.append(Array.from({ length: 50 }, (_, j) => insert(`m${i + j}`, 'x'.repeat(20_000))))
  await deaf(t, house.port, 'channel=all&after=0')
  const reader = await listen(house.port, 'channel=all&after=0&only=id_str')
  const gist = await reader.gist(total)
  assert.deepEqual([gist[0], gist.at(-1)], ['message m0', `message m${total - 1}`])
  while (house.open() > 1) await turn()
  const { cut, delivered } = house.hub.counts()
  assert.equal(cut, 0, 'a replay is never too slow')
  assert.ok(delivered < 2 * total, 'what is not taken is not even read')
})

test('readers that are many and hear nothing cost little more than their connections; then one message reaches them all', async (t) => {
  const many = 2_000
  const house = await streaming(t, { streams: { perAddress: many, total: many }, requestRate: 0 })
  const before = process.memoryUsage.rss()
  const readers: Awaited<ReturnType<typeof listen>>[] = []
  while (readers.length < many) readers.push(...(await Promise.all(Array.from({ length: 100 }, () => listen(house.port, 'q=rain&only=id_str')))))
  assert.equal((await fetched(house.port, '/api/stream.json?q=rain')).statusCode, 503)
  await house.journal.append(Array.from({ length: 200 }, (_, i) => insert(`s${i}`, 'sun')))
  await house.journal.append([insert('a', 'rain')])
  for (const reader of readers) assert.deepEqual(await reader.gist(1), ['message a'])
  assert.equal(house.hub.counts().delivered, many)
  // Both ends of each connection are in this process.
  const each = (process.memoryUsage.rss() - before) / many
  assert.ok(each < 200_000, `${Math.round(each)} bytes for a reader`)
})
