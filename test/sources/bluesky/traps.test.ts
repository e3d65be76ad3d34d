import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { FakeServer } from './fakes.ts'
import { Stage, firstWait, rewind } from './following.ts'
import { hour, post, post2, second, v2 } from './frames.ts'

let stage: Stage
let server: FakeServer
beforeEach(async () => {
  stage = await Stage.open()
  server = await stage.server()
})
afterEach(() => stage.close())

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
    next.send(post2('before', 0, 8000), post2('missed', 100, 9000), post2('new-life', hour - 10, 9900))
    assert.deepEqual(await intake.until('new-life'), ['before', 'missed', 'new-life'])
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

  test('v1 clamps an old cursor without a word: a gap up to where it begins', async () => {
    await livedBefore(40, 'v1')
    const { intake, source } = stage.follow([server.v1])
    const guest = await server.guests.next()
    assert.equal(guest.cursor, second(-rewind))
    guest.send(post('first', 4 * hour))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T16:00:00.000Z', reason: 'the server began later than it was asked to' }])
  })

  test('a first start may ask for more than the server has: a gap from there to where it begins', async () => {
    const { intake, source } = stage.follow([server.v1], { since: second(-48 * hour) / 1000 })
    const guest = await server.guests.next()
    assert.equal(guest.cursor, second(-48 * hour - rewind))
    guest.send(post('first', -36 * hour), post('second', -36 * hour + 1))
    await intake.until('second')
    assert.deepEqual(source.state().gaps, [{ from: '2026-11-20T12:00:00.000Z', to: '2026-11-21T00:00:00.000Z', reason: 'the server began later than it was asked to' }])
  })

  test('a first start that the server can satisfy has no gap, though the network was quiet for some minutes', async () => {
    const { intake, source } = stage.follow([server.v1], { since: second(-48 * hour) / 1000 })
    ;(await server.guests.next()).send(post('first', -48 * hour + 500))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [])
  })

  test('a first start that is live has no gap, though it has to connect twice before anything comes', async () => {
    const { intake, source } = stage.follow([server.v1])
    ;(await server.guests.next()).socket.terminate()
    await stage.clock.armed(firstWait)
    stage.clock.pass(hour * 1000)
    ;(await server.guests.next()).send(post('first', hour))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [])
  })

  test('behind one address another server answers, with numbers of its own and the same past: nothing is missing', async () => {
    await livedBefore(1)
    const other = await stage.server()
    const { intake, source } = stage.follow([server.v2, other.v2])
    ;(await server.guests.next()).send(...[-5, -3, -1, 1, 3, 5].map((seconds, n) => post2(`n${n}`, seconds, 100 + n)))
    await intake.until('n5')
    assert.deepEqual([source.state().gaps, source.state().reconnects], [[], 0])
  })

  test('a server that replays what is old and then leaps has lost what lies between', async () => {
    await livedBefore(1)
    const { intake, source } = stage.follow([server.v2])
    ;(await server.guests.next()).send(post2('old', -3, 1), post2('leap', 600, 2))
    await intake.until('leap')
    assert.deepEqual(source.state().gaps, [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:10:00.000Z', reason: 'the server lost its past and began its numbers again' }])
  })

  test('v1 begins with the event at the cursor: the network was only quiet since', async () => {
    await livedBefore(20, 'v1')
    const { intake, source } = stage.follow([server.v1])
    const guest = await server.guests.next()
    guest.send(post('known', 0), post('first', 4 * hour))
    await intake.until('first')
    assert.deepEqual(source.state().gaps, [])
  })
})
