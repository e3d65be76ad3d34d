import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { FakeIntake, type FakeServer } from './fakes.ts'
import { Stage, firstWait, rewind, until } from './following.ts'
import { anna, boris, hour, lines, post, recorded, second, v1, v2 } from './frames.ts'

let stage: Stage
let server: FakeServer
beforeEach(async () => {
  stage = await Stage.open()
  server = await stage.server()
})
afterEach(() => stage.close())

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
    const { drafts, names } = await intake.offers.next()
    assert.deepEqual(names, ['author anna.test'])
    assert.partialDeepStrictEqual(drafts, [{ kind: 'author', time: { handle: second(-1) + 1 } }])
  })

  test('who says that their identity changed is asked for, with a handle or without, also after a restart', async () => {
    const asked: string[][] = []
    let answers = false
    server.pages['/xrpc/app.bsky.actor.getProfiles'] = (request, response) => {
      const dids = new URL(request.url ?? '', 'http://x').searchParams.getAll('actors')
      asked.push(dids)
      response.writeHead(answers ? 200 : 503).end(JSON.stringify({ profiles: dids.map((did) => ({ did, handle: 'new.test', labels: [{ val: '!no-unauthenticated' }] })) }))
    }
    const options = { appviewUrl: `http://127.0.0.1:${server.port}`, isSettled: () => true }
    const before = stage.follow([server.v1], options)
    ;(await server.guests.next()).send(v1.identity({ time: second(-2) }, 'new.test'), v1.identity({ time: second(-2), did: boris }), post('one', -1))
    await before.intake.until('one')
    await stage.clock.armed(500)
    stage.clock.pass(500)
    await until(() => before.source.state().names?.reason === 'HTTP 503')
    assert.deepEqual(before.source.state().names, { waiting: 2, failing_since: '2026-11-22T12:00:00.500Z', reason: 'HTTP 503' })
    await before.stop()
    answers = true
    const { intake, source } = stage.follow([server.v1], options)
    ;(await server.guests.next()).send(post('one', -1), post('two', 0))
    await intake.until('two')
    await stage.clock.armed(500)
    stage.clock.pass(500)
    const { drafts } = await intake.offers.next()
    assert.deepEqual(asked, [[anna, boris], [anna, boris]])
    assert.deepEqual(drafts.map((draft) => draft.kind === 'author' && draft.author.labels), [['!no-unauthenticated'], ['!no-unauthenticated']])
    await until(() => source.state().names?.waiting === 0)
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
