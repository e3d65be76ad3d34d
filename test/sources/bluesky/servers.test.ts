import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import type { FakeServer, Guest } from './fakes.ts'
import { Stage, firstWait, minute, rewind, until } from './following.ts'
import { hour, post, post2, recorded, second, v1, v2 } from './frames.ts'

let stage: Stage
let server: FakeServer
beforeEach(async () => {
  stage = await Stage.open()
  server = await stage.server()
})
afterEach(() => stage.close())

describe('servers that fail', { timeout: 20_000 }, () => {
  test('the next one is asked, by time and rewound, since numbers are those of a server', async () => {
    const other = await stage.server()
    const { intake, source } = stage.follow([server.v2, other.v2])
    const guest = await server.guests.next()
    guest.send(post2('one', -1, 4711))
    await intake.until('one')
    guest.socket.close(1001, 'going away')
    await stage.clock.armed(firstWait)
    assert.deepEqual([source.state().state, source.state().reason], ['waiting', 'closed by the server with 1001 going away; trying again in 0.8 s'])
    stage.clock.pass(firstWait)
    const next = await other.guests.next()
    assert.equal(next.cursor, second(-1 - rewind))
    next.send(post2('two', 1, 12))
    await intake.until('two')
    assert.deepEqual([source.state().address, source.state().gaps, source.state().reconnects], [other.v2, [], 1])
    next.socket.terminate()
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    assert.equal((await server.guests.next()).cursor, second(-4), 'never in the future: the clock stands at 1.5 s')
  })

  test('each failure waits longer, a connection that tells something begins anew', async () => {
    server.refusals.push({ status: 503, body: 'warming up' }, { status: 503, body: 'warming up' })
    const { intake, source } = stage.follow([server.v1])
    await stage.clock.armed(firstWait)
    assert.match(source.state().reason ?? '', /HTTP 503: warming up/)
    stage.clock.pass(firstWait)
    await until(() => source.state().reason === 'HTTP 503: warming up; trying again')
    assert.equal(source.state().state, 'waiting', 'while it is asked again it is not better off')
    await stage.clock.armed(2 * firstWait)
    stage.clock.pass(2 * firstWait)
    const guest = await server.guests.next()
    guest.send(post('one', 0))
    await intake.until('one')
    guest.socket.terminate()
    await stage.clock.armed(firstWait)
    assert.equal(source.state().reconnects, 3)
  })

  test('a silent one is left after a minute', async () => {
    const other = await stage.server()
    const { source } = stage.follow([server.v1, other.v1])
    await server.guests.next()
    await until(() => source.state().state === 'live')
    stage.clock.pass(minute)
    await stage.clock.armed(firstWait)
    assert.match(source.state().reason ?? '', /no frame came for 60 s/)
    stage.clock.pass(firstWait)
    assert.equal((await other.guests.next()).cursor, second(-rewind), 'from when we began to listen')
  })

  test('one that sends nothing of use is left after a minute, and never looks live', async () => {
    const other = await stage.server()
    const { source, intake } = stage.follow([server.v1, other.v1])
    const useless = async (guest: Guest, so: number): Promise<void> => {
      guest.send('{"kind":"party"}', v1.commit({ time: stage.clock.now() * 1000, record: { text: 5 } }))
      await until(() => source.state().received === so)
    }
    const guest = await server.guests.next()
    await useless(guest, 2)
    stage.clock.pass(50_000)
    await useless(guest, 4)
    assert.equal(source.state().state, 'live', 'a while of it is no reason')
    stage.clock.pass(11_000)
    guest.send('{"kind":"party"}')
    await stage.clock.armed(firstWait)
    assert.match(source.state().reason ?? '', /nothing of use: bad did/)
    stage.clock.pass(firstWait)
    const next = await other.guests.next()
    await useless(next, 7)
    assert.equal(source.state().state, 'waiting')
    assert.match(source.state().reason ?? '', /nothing that comes is of use; most of it: (bad did|post without text)/)
    next.send(post('one', 62))
    await intake.until('one')
    assert.equal(source.state().state, 'live')
  })

  test('a last word is heeded', async () => {
    const { source } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(v2.error('ConsumerTooSlow'))
    await stage.clock.armed(firstWait)
    assert.match(source.state().reason ?? '', /server error: ConsumerTooSlow: reader below floor rate/)
  })
})

describe('compression', { timeout: 20_000, skip: recorded.dictionaryV1.skip || recorded.dictionaryV2.skip }, () => {
  const page = '/xrpc/network.bsky.jetstream.getZstdDictionary'
  const reconnect = async (): Promise<void> => {
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
  }

  test('v1 is compressed where a file has its dictionary', async () => {
    const { intake } = stage.follow([server.v1], { compress: true, dictionaryFile: recorded.dictionaryV1.path })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('compress'), 'true')
    guest.send(zstdCompressSync(post('packed', 0), { dictionary: readFileSync(recorded.dictionaryV1.path) }))
    await intake.until('packed')
  })

  test('v1 without the file is plain', async () => {
    const { intake, log } = stage.follow([server.v1], { compress: true })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('compress'), null)
    guest.send(post('plain', 0))
    await intake.until('plain')
    guest.socket.terminate()
    await reconnect()
    await server.guests.next()
    assert.equal(log.said.filter((line) => line.includes('source.bluesky.dictionary names a file with it')).length, 1, 'said once')
  })

  test('a dictionary that could not be had is fetched again after an hour', async () => {
    const { log } = stage.follow([server.v2], { compress: true })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('zstdDictionary'), null)
    assert.match(log.said.join(), /HTTP 404/)
    server.pages[page] = (_request, response) => void response.end(readFileSync(recorded.dictionaryV2.path))
    guest.socket.terminate()
    await reconnect()
    const soon = await server.guests.next()
    assert.equal(soon.parameters.get('zstdDictionary'), null)
    stage.clock.pass(hour * 1000 - 1)
    soon.socket.terminate()
    await reconnect()
    assert.equal((await server.guests.next()).parameters.get('zstdDictionary'), '20260811')
  })

  test('a file that is no dictionary, or a server without one, is said and makes it plain', async () => {
    const { log } = stage.follow([server.v1, server.v2], { compress: true, dictionaryFile: import.meta.filename })
    const guest = await server.guests.next()
    assert.deepEqual([guest.path, guest.parameters.get('compress')], ['/subscribe', null])
    assert.match(log.said.join(), /not a zstd dictionary/)
    guest.socket.terminate()
    await reconnect()
    const next = await server.guests.next()
    assert.deepEqual([next.path.slice(-15), next.parameters.get('zstdDictionary')], ['subscribeEvents', null])
    assert.match(log.said.join(), /HTTP 404/)
  })

  test('frames that do not fit the dictionary: the same server is asked for plain ones, from the same place', async () => {
    const { intake } = stage.follow([server.v1], { compress: true, dictionaryFile: recorded.dictionaryV1.path, since: second(-hour) / 1000 })
    const guest = await server.guests.next()
    guest.send(zstdCompressSync(post('lost', -10), { dictionary: readFileSync(recorded.dictionaryV2.path) }))
    await reconnect()
    const next = await server.guests.next()
    assert.deepEqual([next.parameters.get('compress'), next.cursor], [null, second(-hour - rewind)])
    next.send(post('lost', -10))
    await intake.until('lost')
  })

  test('UnknownZstdDictionary: the dictionary is fetched again, once', async () => {
    let fetched = 0
    server.pages[page] = (_request, response) => {
      fetched++
      response.end(readFileSync(recorded.dictionaryV2.path))
    }
    const refusal = { status: 400, body: '{"error":"UnknownZstdDictionary","message":"unknown zstd dictionary id 20260811; current dictionary id is 20270101 (..)"}' }
    server.refusals.push(refusal, refusal)
    stage.follow([server.v2], { compress: true })
    await reconnect()
    await stage.clock.armed(2 * firstWait)
    assert.equal(fetched, 2)
    stage.clock.pass(2 * firstWait)
    assert.equal((await server.guests.next()).parameters.get('zstdDictionary'), null, 'then plain')
  })
})
