import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { connect, type Connection } from '../../../src/sources/bluesky/client.ts'
import { ManualClock, Happenings } from '../../support/waiting.ts'
import { FakeServer, type Guest } from './fakes.ts'

const minute = 60_000
let server: FakeServer
beforeEach(async () => {
  server = await FakeServer.open()
})
afterEach(() => server.close())

interface Visit {
  readonly connection: Connection
  readonly clock: ManualClock
  readonly frames: Happenings<string>
}

function visit(url = server.v1): Visit {
  const clock = new ManualClock()
  const frames = new Happenings<string>()
  const connection = connect(url, { open: () => frames.push('open'), frame: (data, binary) => frames.push(`${binary ? 'binary' : 'text'} ${data.toString('latin1')}`) }, {
    userAgent: 'loklak-test/1', watchdog: minute, mostBytes: 1000, now: clock.now, timer: clock.timer,
  })
  return { connection, clock, frames }
}

async function meet(url?: string): Promise<Visit & { readonly guest: Guest }> {
  const visiting = visit(url)
  const guest = await server.guests.next()
  assert.equal(await visiting.frames.next(), 'open')
  return { ...visiting, guest }
}

describe('a connection', { timeout: 10_000 }, () => {
  test('says who we are and offers no compression of its own', async () => {
    const { connection, guest } = await meet()
    assert.equal(guest.headers['user-agent'], 'loklak-test/1')
    assert.equal(guest.headers['sec-websocket-extensions'], undefined)
    connection.close('done')
  })

  test('hands on frames as they come, text and binary, valid UTF-8 or not', async () => {
    const { connection, guest, frames } = await meet()
    guest.send('a', Buffer.from('b'))
    guest.socket.send(Buffer.from([0xff]), { binary: false })
    assert.deepEqual([await frames.next(), await frames.next(), await frames.next()], ['text a', 'binary b', 'text ÿ'])
    connection.close('done')
  })

  test('that we close says goodbye, leaves no timer and hands on nothing more', async () => {
    const { connection, guest, clock } = await meet()
    const closed = once(guest.socket, 'close')
    connection.close('we have seen enough')
    assert.deepEqual(await connection.ended, { cause: 'closed', reason: 'we have seen enough' })
    const [code] = await closed
    assert.equal(code, 1000)
    assert.deepEqual(clock.set, [])
  })

  test('that the server closes says why', async () => {
    const { connection, guest } = await meet()
    guest.socket.close(1008, 'unexpected data message')
    assert.deepEqual(await connection.ended, { cause: 'lost', reason: 'closed by the server with 1008 unexpected data message' })
  })

  test('that breaks off is lost', async () => {
    const { connection, guest } = await meet()
    guest.socket.terminate()
    assert.deepEqual(await connection.ended, { cause: 'lost', reason: 'the connection was lost' })
  })

  test('ends at a frame beyond all bounds', async () => {
    const { connection, guest } = await meet()
    guest.send('x'.repeat(1001))
    assert.equal((await connection.ended).cause, 'too large')
  })

  test('can be closed before it is open', async () => {
    const { connection } = visit()
    connection.close('changed our mind')
    assert.equal((await connection.ended).cause, 'closed')
  })
})

describe('a connection that cannot be made', { timeout: 10_000 }, () => {
  test('because nobody is there', async () => {
    const { connection } = visit('ws://127.0.0.1:1/subscribe')
    const ended = await connection.ended
    assert.equal(ended.cause, 'lost')
    assert.match(ended.reason, /ECONNREFUSED|port/)
  })

  test('because v2 refuses, with the name of its error', async () => {
    server.refusals.push({ status: 400, body: '{"error":"UnknownZstdDictionary","message":"unknown zstd dictionary id 1; current dictionary id is 20260811 (..)"}' })
    assert.deepEqual(await visit(server.v2).connection.ended, {
      cause: 'refused', error: 'UnknownZstdDictionary', reason: 'HTTP 400: UnknownZstdDictionary: unknown zstd dictionary id 1; current dictionary id is 20260811 (..)',
    })
  })

  test('because v1 refuses, in plain text', async () => {
    server.refusals.push({ status: 400, body: 'subscribe: invalid options: invalid collection: not_an_nsid\n' })
    assert.deepEqual(await visit().connection.ended, { cause: 'refused', reason: 'HTTP 400: subscribe: invalid options: invalid collection: not_an_nsid' })
  })

  test('because the server warms up', async () => {
    server.refusals.push({ status: 503, body: '' })
    assert.deepEqual(await visit().connection.ended, { cause: 'refused', reason: 'HTTP 503' })
  })

  test('with a refusal of megabytes, of which only the beginning is read', async () => {
    server.refusals.push({ status: 500, body: 'x'.repeat(5_000_000) })
    assert.equal((await visit().connection.ended).reason.length, 'HTTP 500: '.length + 300)
  })
})

describe('the watchdog', { timeout: 10_000 }, () => {
  test('ends a connection on which no frame came for a minute, pings or not', async () => {
    const { connection, guest, clock } = await meet()
    clock.pass(minute / 2)
    const pinged = once(guest.socket, 'pong')
    guest.socket.ping()
    await pinged
    clock.pass(minute / 2)
    assert.deepEqual(await connection.ended, { cause: 'silent', reason: 'no frame came for 60 s' })
  })

  test('begins anew with every frame', async () => {
    const { connection, guest, clock, frames } = await meet()
    clock.pass(minute - 1)
    guest.send('still here')
    await frames.next()
    clock.pass(minute - 1)
    guest.send('and here')
    assert.equal(await frames.next(), 'text and here')
    clock.pass(minute)
    assert.equal((await connection.ended).cause, 'silent')
  })

  test('does not mistake our own holding back for silence', async () => {
    const { connection, guest, clock, frames } = await meet()
    connection.hold()
    clock.pass(10 * minute)
    guest.send('you were long away')
    connection.release()
    assert.equal(await frames.next(), 'text you were long away')
    connection.close('done')
  })

  test('ends an attempt that never opens', async () => {
    const clock = new ManualClock()
    const connection = connect(server.v1, { open: () => undefined, frame: () => undefined }, { userAgent: 'x', watchdog: minute, mostBytes: 1000, now: clock.now, timer: clock.timer })
    clock.pass(minute)
    assert.equal((await connection.ended).cause, 'silent')
  })
})
