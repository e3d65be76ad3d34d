import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { edit, insert, remove } from '../journal/fixtures.ts'
import { fetched, streaming, talk, turn } from './streaming.ts'
import { ids } from '../stream/listening.ts'

const ws = (port: number): string => `ws://127.0.0.1:${port}`

test('one connection has several subscriptions, and each event says of which it is', async (t) => {
  const { port, journal } = await streaming(t)
  const talker = await talk(t, ws(port), { headers: { origin: 'https://elsewhere.example' } })
  talker.say({ subscribe: { q: 'rain', only: 'id_str' } })
  talker.say({ subscribe: { id: 'tags', channel: ['any/hashtag/x', 'test/user/ann'], only: ['text', 'id_str'] } })
  assert.deepEqual(await talker.gist(2), ['info subscribed', 'info subscribed tags'])
  const [position] = await journal.append([insert('a', 'rain', 'ann'), insert('b', 'rain', 'bob'), edit('b', 'sun', 'bob')])
  const both = [await talker.next(), await talker.next()].sort((a, b) => (a.subscription ?? '').localeCompare(b.subscription ?? ''))
  assert.deepEqual(both, [
    { id: ids.print(position ?? 0), event: 'message', data: { id_str: 'a' } },
    { id: ids.print(position ?? 0), event: 'message', data: { text: 'rain', id_str: 'a' }, subscription: 'tags' },
  ])
  assert.deepEqual(await talker.gist(2), ['message b', 'delete b'])
})

test('what is asked for can be changed, and given up', async (t) => {
  const { port, journal, hub } = await streaming(t)
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { id: 'a', q: 'rain' } })
  talker.say({ change: { id: 'a', q: 'sun', only: 'id_str' } })
  assert.deepEqual(await talker.gist(2), ['info subscribed a', 'info changed a'])
  await journal.append([insert('1', 'rain'), insert('2', 'sun')])
  assert.deepEqual((await talker.next()).data, { id_str: '2' })
  talker.say({ unsubscribe: { id: 'a' } })
  assert.deepEqual(await talker.gist(1), ['info unsubscribed a'])
  assert.equal(hub.counts().subscribers, 0)
  await journal.append([insert('3', 'sun')])
  talker.say({ subscribe: { id: 'a', channel: 'all' } })
  assert.deepEqual(await talker.gist(1), ['info subscribed a'])
  await journal.append([insert('4')])
  assert.deepEqual(await talker.gist(1), ['message 4 a'])
})

test('the end of a subscription has the place up to which it heard, also where nothing it wanted passed', async (t) => {
  const { port, journal, told } = await streaming(t)
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { q: 'rain' } })
  await talker.next()
  const [position] = await journal.append([insert('a', 'sun')])
  await told()
  talker.say({ unsubscribe: {} })
  const { id, data } = await talker.next()
  assert.deepEqual([id, data.reason], [ids.print(position ?? 0), 'unsubscribed'])
})

test('where there is nothing to say, each subscription is told its place now and then', async (t) => {
  const { port, journal, told } = await streaming(t, { streams: { heartbeat: 5 } })
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { id: 'a', q: 'rain' } })
  talker.say({ subscribe: { id: 'b', q: 'wind' } })
  const [position] = await journal.append([insert('1', 'sun')])
  await told()
  const moved = new Set<string>()
  while (moved.size < 2) {
    const { id, event, data, subscription = '' } = await talker.next()
    if (id === ids.print(position ?? 0)) moved.add(`${event} ${data.reason} ${subscription}`)
  }
  assert.deepEqual([...moved].sort(), ['info heartbeat a', 'info heartbeat b'])
})

test('the subscriptions of one address have only so many conditions; what is changed or ended makes room', async (t) => {
  const { port } = await streaming(t, { streams: { perAddress: 2 } })
  const [one, two] = [await talk(t, ws(port)), await talk(t, ws(port))]
  const negations = (of: string): string => Array.from({ length: 15 }, (_, i) => `-${of}${i}*`).join(' ')
  one.say({ subscribe: { id: 'a', q: negations('rain') } })
  one.say({ subscribe: { id: 'b', q: negations('wind') } })
  assert.deepEqual(await one.gist(2), ['info subscribed a', 'info subscribed b'])
  two.say({ subscribe: { q: negations('snow') } })
  const { data: { error } } = await two.next()
  assert.equal(error?.code, 'OVERLOADED')
  assert.match(error?.detail ?? '', /queries of this address would have more than 512 conditions/)
  one.say({ change: { id: 'a', q: '-rain' } })
  await one.next()
  two.say({ subscribe: { q: negations('snow') } })
  assert.deepEqual(await two.gist(1), ['info subscribed'])
  one.say({ unsubscribe: { id: 'b' } })
  await one.next()
  two.say({ subscribe: { id: 'more', q: negations('hail') } })
  assert.deepEqual(await two.gist(1), ['info subscribed more'])
})

test('a subscription goes on after an id, with the end of what it was sent before', async (t) => {
  const { port, journal } = await streaming(t)
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { q: 'rain' } })
  const { id } = await talker.next()
  await journal.append([insert('a', 'rain')])
  const heard = await talker.next()
  talker.ws.terminate()
  await journal.append([insert('b', 'rain'), remove('a')])
  for (const [after, expected] of [[id, ['info subscribed', 'message a', 'message b', 'delete a']], [heard.id, ['info subscribed', 'message b', 'delete a']]] as const) {
    const again = await talk(t, ws(port))
    again.say({ subscribe: { q: 'rain', after } })
    assert.deepEqual(await again.gist(expected.length), expected)
  }
})

test('what cannot be meant is answered with the reason, and the connection goes on', async (t) => {
  const { port } = await streaming(t)
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { id: 'x', channel: 'all' } })
  await talker.next()
  const cases = [
    ['{"subscribe":', 'BAD_BODY', 'was expected'],
    [{ listen: {} }, 'BAD_BODY', 'was expected'],
    [{ subscribe: { q: 'a' }, unsubscribe: {} }, 'BAD_BODY', 'was expected'],
    [{ subscribe: 'all' }, 'BAD_BODY', 'was expected'],
    [{ subscribe: {} }, 'BAD_PARAMETER', 'channel or q'],
    [{ subscribe: { q: {} } }, 'BAD_PARAMETER', 'q: must be text'],
    [{ subscribe: { q: 'near:999,0' } }, 'BAD_QUERY', 'Column 6'],
    [{ subscribe: { id: 'x', q: 'a' } }, 'BAD_PARAMETER', 'subscribed already'],
    [{ subscribe: { id: 'x'.repeat(65), q: 'a' } }, 'BAD_PARAMETER', '64 are taken'],
    [{ change: { id: 'y', q: 'a' } }, 'BAD_PARAMETER', 'no subscription "y"'],
    [{ change: { id: 'x', q: 'a', after: '-1h' } }, 'BAD_PARAMETER', 'counts from now on'],
    [{ unsubscribe: { id: 'y' } }, 'BAD_PARAMETER', 'no subscription "y"'],
  ] as const
  for (const [message, code, detail] of cases) {
    talker.say(message)
    const { event, data: { error } } = await talker.next()
    assert.deepEqual([event, error?.code], ['error', code], JSON.stringify(message))
    assert.ok(error?.detail.includes(detail), error?.detail)
    // Mistakes count in a row.
    talker.say({ change: { id: 'x', channel: 'all' } })
    await talker.next()
  }
  talker.ws.send(Buffer.from('{}'), { binary: true })
  assert.deepEqual(await talker.gist(1), ['error BAD_BODY'])
})

test('there are so many subscriptions on one connection', async (t) => {
  const { port, hub } = await streaming(t)
  const talker = await talk(t, ws(port))
  for (let i = 0; i < 33; i++) talker.say({ subscribe: { id: i, q: 'rain' } })
  const gist = await talker.gist(33)
  assert.deepEqual([gist[31], gist[32]], ['info subscribed 31', 'error BAD_PARAMETER'])
  assert.equal(hub.counts().subscribers, 32)
  talker.ws.close()
  while (hub.counts().subscribers > 0) await turn()
})

test('whoever sends garbage, too much or too often is cut off, and the others hear on', async (t) => {
  const { port, journal, hub } = await streaming(t)
  const good = await talk(t, ws(port))
  good.say({ subscribe: { channel: 'all' } })
  await good.next()
  const garbage = await talk(t, ws(port))
  for (let i = 0; i < 20; i++) garbage.say('garbage')
  assert.equal(await garbage.closed, 1008)
  const chatter = await talk(t, ws(port))
  chatter.say({ subscribe: { channel: 'all' } })
  for (let i = 0; i < 200; i++) chatter.say({ change: { channel: 'all' } })
  assert.equal(await chatter.closed, 1008)
  const pinger = await talk(t, ws(port))
  for (let i = 0; i < 200; i++) pinger.ws.ping()
  await pinger.closed
  const large = await talk(t, ws(port))
  large.say(JSON.stringify({ subscribe: { q: 'x'.repeat(20_000) } }))
  assert.equal(await large.closed, 1009)
  const raw = await talk(t, ws(port))
  Reflect.get(raw.ws, '_socket').write(Buffer.alloc(64, 0xff))
  assert.equal(await raw.closed, 1002)
  while (hub.counts().subscribers > 1) await turn()
  await journal.append([insert('a')])
  assert.deepEqual(await good.gist(1), ['message a'])
})

test('a reader who never reads is cut off', async (t) => {
  for (const limits of [{ queue: 50_000, heartbeat: 500 }, { queue: 1e9, heartbeat: 10 }]) {
    const { port, journal, hub, open } = await streaming(t, { streams: limits })
    const talker = await talk(t, ws(port))
    talker.say({ subscribe: { channel: 'all' } })
    await talker.next()
    talker.ws.pause()
    for (let i = 0; hub.counts().subscribers > 0; i++) {
      await journal.append([insert(`m${i}`, 'x'.repeat(20_000))])
      await turn()
    }
    while (open() > 0) await turn()
  }
})

test('who reads too slowly is told so, closed with 1013, and goes on from there without a gap or a repeat', async (t) => {
  const { port, journal, hub } = await streaming(t, { streams: { queue: 50_000 } })
  const slow = await talk(t, ws(port))
  slow.say({ subscribe: { channel: 'all' } })
  await slow.next()
  slow.ws.pause()
  const written: string[] = []
  while (hub.counts().subscribers > 0) {
    written.push(`m${written.length}`)
    await journal.append([insert(`m${written.length - 1}`, 'x'.repeat(20_000))])
    await turn()
  }
  slow.ws.resume()
  const heard: string[] = []
  let last = await slow.next()
  for (; last.event === 'message'; last = await slow.next()) heard.push(last.data.id_str ?? '')
  assert.deepEqual([last.event, last.data.reason], ['info', 'too slow'])
  assert.equal(await slow.closed, 1013)
  written.push('one more')
  await journal.append([insert('one more')])
  const again = await talk(t, ws(port))
  again.say({ subscribe: { channel: 'all', after: last.data.resume } })
  assert.deepEqual(await again.gist(1), ['info subscribed'])
  while (heard.at(-1) !== 'one more') heard.push((await again.next()).data.id_str ?? '')
  assert.deepEqual(heard, written)
})

test('a client that gives no sign of life is given up; one that does is not', async (t) => {
  const { port, hub } = await streaming(t, { streams: { heartbeat: 5 } })
  const alive = await talk(t, ws(port))
  alive.say({ subscribe: { channel: 'all' } })
  const dead = await talk(t, ws(port), { autoPong: false })
  dead.say({ subscribe: { channel: 'all' } })
  await dead.closed
  while (hub.counts().subscribers > 1) await turn()
  assert.equal(alive.ws.readyState, WebSocket.OPEN)
})

test('places are the same as those of other streams, and errors come before the connection is one', async (t) => {
  const { port, socket, hub } = await streaming(t, { streams: { perAddress: 1 } })
  const refusal = (path: string, options: object = {}): Promise<readonly [number | undefined, string]> =>
    new Promise((resolve, reject) => {
      const refused = new WebSocket(`${ws(port)}${path}`, options)
      refused.once('open', () => reject(new Error('open')))
      refused.once('unexpected-response', (_request, response) => void text(response).then((body) => resolve([response.statusCode, JSON.parse(body).error.code]), reject))
    })
  const talker = await talk(t, ws(port))
  assert.deepEqual(await refusal('/api/stream.ws'), [503, 'OVERLOADED'])
  assert.deepEqual(await refusal('/api/status.ws'), [404, 'NOT_FOUND'])
  assert.equal((await fetched(port, '/api/stream.json?channel=all')).statusCode, 503)
  const owner = await talk(t, `ws+unix:${socket}:`)
  owner.say({ subscribe: { channel: 'all' } })
  assert.deepEqual(await owner.gist(1), ['info subscribed'])
  talker.ws.close()
  await talker.closed
  // Even a handshake that fails leaves its place again.
  for (let i = 0; i < 3; i++) {
    const broken = connect(port, '127.0.0.1')
    broken.write('GET /api/stream.ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: no\r\n\r\n')
    assert.match(await text(broken), /^HTTP\/1\.1 400 /)
  }
  await talk(t, ws(port))
  assert.equal(hub.counts().subscribers, 1)
})

test('who asks without a handshake is told to make one, and other protocols are not spoken', async (t) => {
  const { port } = await streaming(t)
  const plain = await fetched(port, '/api/stream.ws')
  assert.deepEqual([plain.statusCode, plain.headers.upgrade], [426, 'websocket'])
  const h2c = await fetched(port, '/api/health/live', { headers: { 'connection': 'upgrade, http2-settings', 'upgrade': 'h2c', 'http2-settings': '' } })
  assert.deepEqual([h2c.statusCode, await text(h2c)], [200, '{\n  "live": true\n}\n'])
})

test('when the server stops, it says goodbye', async (t) => {
  const { port, close } = await streaming(t)
  const talker = await talk(t, ws(port))
  talker.say({ subscribe: { channel: 'all' } })
  await talker.next()
  const closing = close(60_000)
  assert.equal(await talker.closed, 1001)
  await closing
})
