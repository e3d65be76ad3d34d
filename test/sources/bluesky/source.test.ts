import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { FakeIntake, type FakeServer } from './fakes.ts'
import { Stage, firstWait, until } from './following.ts'
import { anna, boris, lines, recorded, second, v1, v2 } from './frames.ts'

const hour = 3600
const minute = 60_000
const rewind = 5
let stage: Stage
let server: FakeServer
beforeEach(async () => {
  stage = await Stage.open()
  server = await stage.server()
})
afterEach(() => stage.close())

/** A post with this name, so many seconds after the start of the test. */
const post = (name: string, seconds: number, seq?: number): string => v1.commit({ time: second(seconds), rkey: name, ...(seq === undefined ? {} : { seq }) })
const post2 = (name: string, seconds: number, seq: number): string => v2.commit({ time: second(seconds), rkey: name, seq })

describe('following', { timeout: 20_000 }, () => {
  test('a first start is live and asks for what is collected', async () => {
    const { intake, source } = stage.follow([server.v1])
    const guest = await server.guests.next()
    assert.deepEqual([guest.cursor, guest.path, guest.parameters.getAll('wantedCollections')], [null, '/subscribe', ['app.bsky.feed.post', 'app.bsky.actor.profile']])
    assert.equal(guest.headers['user-agent'], 'loklak-test/1')
    guest.send(post('one', -1), v1.commit({ time: second(-1), rkey: 'one', operation: 'delete' }), v1.account({ time: second(0), did: boris }, false, 'takendown'))
    assert.deepEqual(await intake.until('author hidden'), ['one', 'delete one', 'author hidden'])
    const { state, reason, address, lag_ms, last_message_at, received, dropped, reconnects, gaps } = source.state()
    assert.deepEqual({ state, reason, address, lag_ms, last_message_at, received, dropped, reconnects, gaps }, {
      state: 'live', reason: null, address: server.v1, lag_ms: 0, last_message_at: '2026-11-22T12:00:00.000Z', received: 3, dropped: {}, reconnects: 0, gaps: [],
    })
  })

  test('a first start may begin in the past', async () => {
    stage.follow([server.v2], { since: second(-2 * hour) / 1000 })
    const guest = await server.guests.next()
    assert.deepEqual([guest.cursor, guest.parameters.getAll('kinds')], [second(-2 * hour - rewind), ['commit', 'identity', 'account']])
  })

  test('a first start whose beginning lies in the future is live', async () => {
    stage.follow([server.v1], { since: second(hour) / 1000 })
    assert.equal((await server.guests.next()).cursor, null)
  })

  test('what lies behind is caught up with, and that is said', async () => {
    const { intake, source } = stage.follow([server.v1], { since: second(-hour) / 1000 })
    assert.equal(source.state().state, 'connecting')
    const guest = await server.guests.next()
    await until(() => source.state().state === 'catching-up')
    guest.send(post('old', -1800))
    await intake.until('old')
    assert.deepEqual([source.state().state, source.state().lag_ms], ['catching-up', 1_800_000])
    guest.send(post('new', -1))
    await intake.until('new')
    assert.deepEqual([source.state().state, source.state().lag_ms], ['live', 1000])
  })

  test('all recorded frames of a real server, compressed with its dictionary', { skip: recorded.localV2.skip || recorded.dictionaryV2.skip }, async () => {
    const dictionary = readFileSync(recorded.dictionaryV2.path)
    server.pages['/xrpc/network.bsky.jetstream.getZstdDictionary'] = (_request, response) => void response.end(dictionary)
    const { intake, source } = stage.follow([server.v2], { compress: true })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('zstdDictionary'), '20260811')
    guest.send(...lines(recorded.localV2.path).map((line) => zstdCompressSync(line, { dictionary })))
    const seen = await intake.until('author deleted')
    assert.equal(seen.length, 24)
    assert.deepEqual([source.state().received, source.state().dropped], [30, { 'other collection': 6 }])
  })

  test('names are asked for beside the posts', async () => {
    server.pages['/xrpc/app.bsky.actor.getProfiles'] = (_request, response) => void response.end(JSON.stringify({ profiles: [{ did: anna, handle: 'anna.test' }] }))
    const { intake } = stage.follow([server.v1], { appviewUrl: `http://127.0.0.1:${server.port}` })
    const guest = await server.guests.next()
    guest.send(post('one', -1))
    assert.deepEqual(await intake.until('one'), ['one'])
    await stage.clock.armed(500)
    stage.clock.pass(500)
    assert.deepEqual(await intake.until('author anna.test'), ['author anna.test'])
  })
})

describe('bad frames are counted and skipped', { timeout: 20_000 }, () => {
  test('of every kind, and the next good one is taken', async () => {
    const { intake, source } = stage.follow([server.v1], { measures: { frame: 10_000 } })
    const guest = await server.guests.next()
    guest.send('', 'null', '{"kind":', '{"kind":"party"}', Buffer.from('binary'), post('x'.repeat(600), 0), JSON.stringify({ text: 'x'.repeat(20_000) }), v2.info('SomethingNew'))
    guest.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false })
    guest.send(v1.commit({ time: second(0), record: { text: 5 } }), v1.commit({ time: second(0), rkey: 'odd', record: { text: 'kept', createdAt: 5, langs: 'en' } }))
    assert.deepEqual(await intake.until('odd'), ['odd'])
    assert.deepEqual(source.state().dropped, {
      'frame is not JSON': 2, 'frame is not an object': 1, 'bad did': 1, 'binary frame without compression': 1, 'bad commit': 1, 'frame too large': 1,
      'unknown notice': 1, 'frame is not UTF-8': 1, 'post without text': 1, 'left out: createdAt': 1, 'left out: langs': 1,
    })
  })

  test('one beyond all bounds costs the connection, not the source', async () => {
    const { intake, source } = stage.follow([server.v1], { measures: { frame: 1000, hugeFrame: 5000 } })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('maxMessageSizeBytes'), '5000', 'a server that keeps its word does not send it')
    guest.send(post('before', 0), 'x'.repeat(6000))
    await intake.until('before')
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    const again = await server.guests.next()
    again.send(post('after', 1))
    await intake.until('after')
    assert.deepEqual([source.state().dropped, source.state().reconnects], [{ 'frame too large': 1 }, 1])
  })
})

describe('back-pressure', { timeout: 30_000 }, () => {
  test('an intake that does not store stops the reading; nothing is lost', async () => {
    const intake = new FakeIntake({ byItself: false })
    const { source } = stage.follow([server.v1], { intake, measures: { bytes: 200_000, offers: 4, drafts: 10 } })
    const guest = await server.guests.next()
    stage.clock.pass(30_000)
    const many = 3000
    const text = 'x'.repeat(10_000)
    for (let n = 0; n < many; n++) guest.send(v1.commit({ time: second(-1) + n, rkey: `n${n}`, record: { text, createdAt: '2026-11-22T11:59:59.000Z' } }))
    await until(() => source.state().reason === 'reading is held back: what was read is not stored yet')
    stage.clock.pass(10 * minute)
    const held = source.state()
    assert.ok(held.received < 100, `${held.received} frames were read`)
    assert.deepEqual([held.state, held.reconnects], ['catching-up', 0], 'being held is no silence')
    assert.ok(guest.socket.bufferedAmount > 0)
    while (intake.stored.length < many) (await intake.offers.next()).store()
    assert.deepEqual(intake.stored, Array.from({ length: many }, (_, n) => `n${n}`))
  })

  test('a connection that is lost meanwhile is made again when there is room', async () => {
    const intake = new FakeIntake({ byItself: false })
    const { source } = stage.follow([server.v1], { intake, measures: { bytes: 100 } })
    const guest = await server.guests.next()
    guest.send(post('one', -1))
    const offer = await intake.offers.next()
    stage.clock.pass(minute)
    guest.socket.terminate()
    // A held socket does not see its end; the next frame would not come either. It is found out on release.
    offer.store()
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    assert.equal((await server.guests.next()).cursor, second(-1 - rewind))
    assert.equal(source.state().reconnects, 1)
  })
})

describe('the cursor', { timeout: 20_000 }, () => {
  test('is saved only after the offer is stored', async () => {
    const intake = new FakeIntake({ byItself: false })
    stage.follow([server.v1], { intake })
    const guest = await server.guests.next()
    guest.send(post('one', -3))
    const one = await intake.offers.next()
    guest.send(post('two', -2))
    const two = await intake.offers.next()
    two.store()
    stage.clock.pass(1000)
    assert.equal(await stage.savedTime(), undefined)
    one.store()
    await stage.clock.armed(1000)
    stage.clock.pass(1000)
    await until(async () => (await stage.savedTime()) !== undefined)
    assert.equal(await stage.savedTime(), second(-2))
  })

  test('after a kill at any moment resumes without a gap', async () => {
    const posts = Array.from({ length: 12 }, (_, n) => ({ name: `n${n}`, at: n * 10 }))
    const everything = new Set<string>()
    stage.clock.pass(200_000)
    for (const stores of [1, 4, 3, 0, 2, 12]) {
      const intake = new FakeIntake({ byItself: false })
      stage.follow([server.v1], { intake, since: second(-1) / 1000, measures: { drafts: 1 } })
      const guest = await server.guests.next()
      const sent = posts.filter(({ at }) => second(at) >= (guest.cursor ?? 0))
      guest.send(...sent.map(({ name, at }) => post(name, at)))
      for (const _ of sent.slice(0, stores)) {
        const offer = await intake.offers.next()
        offer.store()
        for (const name of offer.names) everything.add(name)
        await stage.clock.armed(1000)
        stage.clock.pass(1000)
        await until(() => !stage.clock.set.includes(1000))
      }
      await stage.kill()
    }
    assert.deepEqual([...everything], posts.map(({ name }) => name))
    assert.ok((await stage.savedTime() ?? 0) >= second(40), 'and made progress')
  })

  test('is saved when stopped in order, after what was under way', async () => {
    const intake = new FakeIntake({ byItself: false })
    const { stop, source } = stage.follow([server.v1], { intake })
    const guest = await server.guests.next()
    guest.send(post('one', -1))
    const offer = await intake.offers.next()
    const closed = once(guest.socket, 'close')
    const stopped = stop()
    await closed
    offer.store()
    await stopped
    assert.equal(await stage.savedTime(), second(-1))
    assert.deepEqual(stage.clock.set, [], 'no timer is left')
    assert.equal(source.state().state, 'stopped')
  })

  test('of before is what the next start goes on after', async () => {
    const first = stage.follow([server.v1])
    const before = await server.guests.next()
    before.send(post('one', -1))
    await first.intake.until('one')
    await first.stop()
    stage.clock.pass(hour * 1000)
    const { source } = stage.follow([server.v1], { since: second(-10 * hour) / 1000 })
    assert.equal((await server.guests.next()).cursor, second(-1 - rewind))
    assert.deepEqual(source.state().gaps, [])
  })
})

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

  test('a last word is heeded', async () => {
    const { source } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(v2.error('ConsumerTooSlow'))
    await stage.clock.armed(firstWait)
    assert.match(source.state().reason ?? '', /server error: ConsumerTooSlow: reader below floor rate/)
  })
})

describe('traps', { timeout: 20_000 }, () => {
  /** A life in which the last event was at the start of the test, with number 500; then so many hours pass. */
  async function livedBefore(away: number, kind: 'v1' | 'v2' = 'v2'): Promise<void> {
    const { intake, stop } = stage.follow([server[kind]])
    const guest = await server.guests.next()
    guest.send(kind === 'v1' ? post('before', 0) : post2('before', 0, 500))
    await intake.until('before')
    await stop()
    stage.clock.pass(away * hour * 1000)
  }

  test('a time cursor replays older posts: they are offered again and the cursor does not go back', async () => {
    await livedBefore(1)
    const { intake, stop, source } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(post2('much-older', -300, 100), post2('older', -200, 200), post2('before', 0, 500))
    await intake.until('before')
    await stop()
    assert.equal(await stage.savedTime(), second(0))
    assert.deepEqual(source.state().gaps, [])
  })

  test('seq starts again after a crash of the only server: a gap is recorded and it goes on', async () => {
    await livedBefore(1)
    const { intake, source, stop } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(post2('new-life', hour - 10, 1), post2('goes-on', hour - 9, 2))
    await intake.until('goes-on')
    const gap = { from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:59:50.000Z', reason: 'the server lost its past and began its numbers again' }
    assert.deepEqual(source.state().gaps, [gap])
    await stop()
    const { source: again } = stage.follow([server.v2])
    await server.guests.next()
    assert.deepEqual(again.state().gaps, [gap], 'and is remembered')
  })

  test('seq starts again on one of two servers: the other one is asked, and nothing is missing', async () => {
    await livedBefore(1)
    const other = await stage.server()
    const { intake, source } = stage.follow([server.v2, other.v2])
    const guest = await server.guests.next()
    guest.send(post2('new-life', hour - 10, 1))
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    const next = await other.guests.next()
    assert.equal(next.cursor, second(-rewind))
    next.send(post2('missed', 100, 9000), post2('new-life', hour - 10, 9900))
    assert.deepEqual(await intake.until('new-life'), ['missed', 'new-life'])
    assert.deepEqual(source.state().gaps, [])
  })

  test('seq starts again and the other server is away: what there is is taken, with a gap', async () => {
    await livedBefore(1)
    const other = await stage.server()
    other.refusals.push({ status: 503, body: '' })
    const { intake, source } = stage.follow([server.v2, other.v2])
    ;(await server.guests.next()).send(post2('new-life', hour - 10, 1))
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    await stage.clock.armed(2 * firstWait)
    stage.clock.pass(2 * firstWait)
    ;(await server.guests.next()).send(post2('new-life', hour - 10, 1))
    await intake.until('new-life')
    assert.equal(source.state().gaps.length, 1)
  })

  test('a cursor in the future would silently be live: everything that there is is asked for', async () => {
    await livedBefore(1)
    stage.clock.pass(-3 * 24 * hour * 1000)
    const { log, source, intake } = stage.follow([server.v2])
    const guest = await server.guests.next()
    assert.equal(guest.cursor, stage.clock.now() * 1000 - 36 * hour * 1_000_000)
    assert.match(log.said.join(), /lies in the future/)
    guest.send(v2.info('OutdatedCursor'), post2('one', -3 * 24 * hour, 1))
    await intake.until('one')
    assert.deepEqual(source.state().gaps, [], 'what was asked for was a guess')
  })

  test('a frame from the future does not become the cursor', async () => {
    const { intake, stop } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(post2('one', -1, 1))
    await intake.until('one')
    guest.send(post2('from-2027', 365 * 24 * hour, 2))
    await intake.until('from-2027')
    await stop()
    assert.equal(await stage.savedTime(), second(-1))
  })

  test('v2 says OutdatedCursor: a gap up to the first event', async () => {
    await livedBefore(40)
    const { intake, source } = stage.follow([server.v2])
    const guest = await server.guests.next()
    guest.send(v2.info('OutdatedCursor'), post2('first', 4 * hour, 900))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T16:00:00.000Z', reason: 'the server no longer had what came before' }])
  })

  test('v2 refuses with CursorTooOld: what it names as the oldest is asked for, and a gap recorded', async () => {
    await livedBefore(40)
    server.refusals.push({ status: 400, body: '{"error":"CursorTooOld","message":"cursor 1795348795000000 is below the retention floor 24647190112"}' })
    const { intake, source } = stage.follow([server.v2])
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    const guest = await server.guests.next()
    assert.equal(guest.cursor, 24_647_190_112)
    guest.send(post2('first', 4 * hour, 24_647_190_112))
    await intake.until('first')
    assert.equal(source.state().gaps[0]?.to, '2026-11-22T16:00:00.000Z')
  })

  test('v2 refuses with CursorTooOld and names nothing: live, with a gap', async () => {
    await livedBefore(40)
    server.refusals.push({ status: 400, body: '{"error":"CursorTooOld"}' })
    const { intake, source } = stage.follow([server.v2])
    await stage.clock.armed(firstWait)
    stage.clock.pass(firstWait)
    const guest = await server.guests.next()
    assert.equal(guest.cursor, null)
    guest.send(post2('live', 40 * hour, 900))
    await intake.until('live')
    assert.equal(source.state().gaps[0]?.to, '2026-11-24T04:00:00.000Z')
  })

  test('v1 clamps an old cursor without a word: a gap after being away for longer than its lookback', async () => {
    await livedBefore(40, 'v1')
    const { intake, source } = stage.follow([server.v1])
    const guest = await server.guests.next()
    assert.equal(guest.cursor, second(-rewind))
    guest.send(post('first', 4 * hour))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T16:00:00.000Z', reason: 'away for longer than the server looks back' }])
  })

  test('v1 after a shorter while was only quiet: no gap', async () => {
    await livedBefore(20, 'v1')
    const { intake, source } = stage.follow([server.v1])
    ;(await server.guests.next()).send(post('first', 4 * hour))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [])
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
    const { intake } = stage.follow([server.v1], { compress: true })
    const guest = await server.guests.next()
    assert.equal(guest.parameters.get('compress'), null)
    guest.send(post('plain', 0))
    await intake.until('plain')
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

test('an intake that was closed ends the source with its error', { timeout: 20_000 }, async () => {
  const intake = new FakeIntake({ byItself: false })
  const { running } = stage.follow([server.v1], { intake })
  const guest = await server.guests.next()
  guest.send(post('one', 0))
  const ended = assert.rejects(running, /the intake is closed/)
  ;(await intake.offers.next()).fail(new Error('the intake is closed'))
  await ended
})

test('an address that is none is refused when the source is made', () => {
  assert.throws(() => stage.follow(['wss://example.org/']), /must end with \/subscribe/)
})
