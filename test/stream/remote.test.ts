import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { listenTo, type RemoteEvent, type RemoteOptions } from '../../src/stream/remote.ts'
import { errorBody, LoklakError } from '../../src/watch/errors.ts'
import { listenLocally } from '../support/listening.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that gives one answer after the other, the last one to all that come after. */
async function serve(t: TestContext, ...answers: readonly [Answer, ...Answer[]]): Promise<{ address: URL; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(request.headers['last-event-id']?.toString())
    answer?.(request, response)
  })
  const port = await listenLocally(server)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: new URL(`http://127.0.0.1:${port}/api/stream.json?channel=all`), asked }
}

const stream = (...blocks: readonly string[]): Answer => (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(blocks.map((block) => `${block}\n\n`).join(''))
}
const refuse = (error: LoklakError, headers = {}): Answer => (_request, response) => void response.writeHead(error.status, headers).end(JSON.stringify(errorBody(error)))
const cut: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': 1000 })
  response.write('id: 7\ndata: 7\n\n', () => response.destroy())
}
const silence: Answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()

const pauses = { least: 1, most: 2 }

/** Listens until so many events came; with what it was told of interruptions. */
async function take(count: number, options: Pick<RemoteOptions, 'address'>): Promise<{ heard: unknown[]; interruptions: string[]; last: string | undefined }> {
  const stop = new AbortController()
  const interruptions: string[] = []
  const remote = listenTo({ ...options, signal: stop.signal, pauses, onInterrupted: (reason) => interruptions.push(reason) })
  const heard: RemoteEvent[] = []
  for await (const event of remote.events) {
    heard.push(event)
    if (heard.length === count) break
  }
  return { heard: heard.map(({ data }) => data), interruptions, last: remote.last() }
}

test('after an interruption it goes on after the last id, also of a block without an event', async (t) => {
  const { address, asked } = await serve(t, stream('id: 1\ndata: 1', 'id: 2\ndata: 2'), stream('id: 5'), cut, stream('id: 8\ndata: 8', 'id: 9\ndata: 9'))
  const { heard, interruptions, last } = await take(5, { address })
  assert.deepEqual(heard, [1, 2, 7, 8, 9])
  assert.deepEqual(asked, [undefined, '2', '5', '7'])
  assert.equal(interruptions.length, 3)
  assert.equal(last, '8', 'what was not taken to its end is not the place to go on from')
})

test('a server that is full or begins is asked again, as late as it says', async (t) => {
  const busy = refuse(new LoklakError('OVERLOADED', '8 streams of this address are under way.'), { 'retry-after': '0' })
  const { address } = await serve(t, busy, refuse(new LoklakError('NOT_READY', '')), stream('data: 1'))
  const { heard, interruptions } = await take(1, { address })
  assert.deepEqual(heard, [1])
  assert.match(interruptions[0] ?? '', /8 streams/)
})

test('it comes back when the server says, as seconds or as a date, but not in a hundred days', async (t) => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  for (const [header, expected] of [['7', 7_000], ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000], ['10000000', 3_600_000]] as const) {
    const { address, asked } = await serve(t, refuse(new LoklakError('OVERLOADED', ''), { 'retry-after': header }))
    const stop = new AbortController()
    const told: number[] = []
    const { events } = listenTo({ address, signal: stop.signal, pauses, now: () => now, onInterrupted(_reason, pause) {
      told.push(pause)
      stop.abort()
    } })
    assert.equal((await events.next()).done, true)
    assert.deepEqual([told, asked.length], [[expected], 1], header)
  }
})

test('what the server refuses is the end of it', async (t) => {
  const { address } = await serve(t, refuse(new LoklakError('BAD_PARAMETER', 'channel: "x" is none')))
  await assert.rejects(take(1, { address }), (error: unknown) => error instanceof LoklakError && error.code === 'BAD_PARAMETER' && error.detail === 'channel: "x" is none')
  const moved = await serve(t, (_request, response) => void response.writeHead(301, { location: 'https://loklak.example/' }).end())
  await assert.rejects(take(1, moved), /answered 301, which is no stream. It says to go to https:\/\/loklak.example\//)
})

test('a server that was never there is told; one that goes away is waited for', async () => {
  const server = createServer(stream('id: 1\ndata: 1'))
  const port = await listenLocally(server)
  const address = new URL(`http://127.0.0.1:${port}/api/stream.json`)
  const stop = new AbortController()
  const remote = listenTo({ address, signal: stop.signal, pauses, onInterrupted: (reason) => /ECONNREFUSED/.test(reason) && stop.abort() })
  assert.deepEqual((await remote.events.next()).value, { id: '1', event: 'message', data: 1 })
  server.close()
  server.closeAllConnections()
  assert.deepEqual(await remote.events.next(), { value: undefined, done: true })
  await assert.rejects(take(1, { address }), { code: 'SERVER_UNREACHABLE' })
})

test('it ends when it is told to', async (t) => {
  const { address } = await serve(t, silence)
  const stop = new AbortController()
  const remote = listenTo({ address, signal: stop.signal, pauses, onInterrupted: () => undefined })
  const next = remote.events.next()
  setImmediate(() => stop.abort())
  assert.deepEqual(await next, { value: undefined, done: true })
})
