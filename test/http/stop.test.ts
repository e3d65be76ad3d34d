import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Timer } from '../../src/support/timer.ts'
import type { Metrics } from '../../src/watch/metrics.ts'
import { ask, connected, open, temporaryFolder } from './open.ts'

const folder = temporaryFolder()
/** The server is given a minute to stop; what needs it hangs on something. */
const prompt = { timeout: 20_000 }

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()).on('error', () => undefined).resume())

/** Metrics that are told only when `finish` is called. */
function slowMetrics(): { readonly metrics: Metrics; readonly asked: Promise<void>; readonly finish: () => void } {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<string>()
  const text = (): Promise<string> => {
    asked.resolve()
    return gate.promise
  }
  const metrics = { replace: () => undefined, observe: () => undefined, contentType: 'text/plain', text }
  return { metrics, asked: asked.promise, finish: () => gate.resolve('done') }
}

test('a request in flight is answered while the server stops, and its connection ends', prompt, async (t) => {
  const { metrics, asked, finish } = slowMetrics()
  const { port, close } = await open(t, { parts: { metrics } })
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const answer = ask(port, '/metrics', { agent })
  await asked
  const closing = close(60_000)
  await assert.rejects(ask(port, '/'), { code: 'ECONNREFUSED' })
  finish()
  const { statusCode, headers } = await answer
  assert.deepEqual([statusCode, headers.connection], [200, 'close'])
  assert.equal(await text(await answer), 'done')
  await closing
})

/** A timer that rings when `ring` is called. */
function heldTimer(): { readonly timer: Timer; readonly ring: () => void; readonly set: () => number } {
  const rings: (() => void)[] = []
  return { timer: (_ms, ring) => { rings.push(ring); return () => undefined }, ring: () => rings.splice(0).forEach((ring) => ring()), set: () => rings.length }
}

test('whoever asked for readiness can see for a while that it ends; everything else is answered meanwhile', prompt, async (t) => {
  const { timer, ring } = heldTimer()
  const { port, close, health } = await open(t, {}, timer)
  assert.equal((await ask(port, '/api/health/ready')).statusCode, 200)
  health.draining()
  const closing = close(60_000)
  const ready = await ask(port, '/api/health/ready')
  assert.deepEqual([ready.statusCode, ready.headers.connection], [503, 'close'])
  const other = await ask(port, '/api/hello.json')
  assert.deepEqual([other.statusCode, other.headers.connection], [200, 'close'])
  ring()
  await closing
  await assert.rejects(ask(port, '/api/health/ready'), { code: 'ECONNREFUSED' })
})

test('where nobody asked, and where no time is given, nobody is waited for', prompt, async (t) => {
  const { timer, set } = heldTimer()
  const quiet = await open(t, {}, timer)
  assert.equal((await ask(quiet.port, '/api/hello.json')).statusCode, 200)
  await quiet.close(60_000)
  assert.equal(set(), 0)
  const hasty = await open(t, {}, timer)
  assert.equal((await ask(hasty.port, '/api/health/ready')).statusCode, 200)
  await hasty.close(0)
})

test('connections that only wait do not hold up the end', prompt, async (t) => {
  const { port, close } = await open(t)
  const silent = await connected(port)
  const idle = await connected(port)
  idle.write('GET /api/health/live HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => idle.once('data', resolve))
  const ends = Promise.all([closed(silent), closed(idle)])
  await close(60_000)
  await ends
})

test('a reader who never reads is cut off when its time is up', async (t) => {
  const path = join(folder, 'large.txt.gz')
  writeFileSync(path, Buffer.alloc(20_000_000))
  const { port, close } = await open(t, { segments: [{ name: 'large.txt.gz', path, sealed: true, from: 0, bytes: 20_000_000, modified: 0 }] })
  const answer = await ask(port, '/dump/large.txt.gz')
  const cut = new Promise((resolve) => answer.once('error', resolve))
  await close(10)
  answer.resume()
  await cut
  assert.equal(answer.complete, false)
})

test('a dump is read to its end while the server stops', prompt, async (t) => {
  const path = join(folder, 'large2.txt.gz')
  const content = Buffer.alloc(20_000_000, 7)
  writeFileSync(path, content)
  const { port, close } = await open(t, { segments: [{ name: 'large2.txt.gz', path, sealed: true, from: 0, bytes: content.length, modified: 0 }] })
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const answer = await ask(port, '/dump/large2.txt.gz', { agent })
  const closing = close(60_000)
  assert.deepEqual(Buffer.concat(await Array.fromAsync(answer)), content)
  await closing
})

test('closing twice is closing once', async (t) => {
  const { close } = await open(t)
  assert.equal(close(), close())
  await close()
})
