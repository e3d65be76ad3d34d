import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { defaultHttpOptions } from '../../src/http/options.ts'
import { edit, insert, message, remove } from '../journal/fixtures.ts'
import { house } from './parts.ts'
import { fetched, listen, streaming, talk, turn } from './streaming.ts'
import { ids } from '../stream/listening.ts'

const refusal = async (app: ReturnType<typeof house>['app'], url: string): Promise<readonly [number, string, string]> => {
  const answer = await app.inject(url)
  const { error } = answer.json()
  return [answer.statusCode, error.code, error.detail]
}

test('a stream begins at once, says that nothing may gather or change it, and any page may read it', async (t) => {
  const { port } = await streaming(t)
  for (const accept of ['text/event-stream', 'application/json', '*/*']) {
    const reader = await listen(port, 'channel=all', { accept })
    const { statusCode, headers } = reader.response
    assert.deepEqual(
      [statusCode, headers['content-type'], headers['cache-control'], headers['x-accel-buffering'], headers['access-control-allow-origin'], headers['content-encoding']],
      [200, 'text/event-stream; charset=utf-8', 'no-cache, no-transform', 'no', '*', undefined],
    )
    reader.close()
  }
})

test('the first that a browser hears is when to come back and where it is; while nothing happens, there is a heartbeat every 15 seconds', async (t) => {
  const { port, journal } = await streaming(t)
  const response = await fetched(port, '/api/stream.json?channel=all')
  const [greeting]: Buffer[] = await once(response, 'data')
  assert.equal(String(greeting), `retry: 2000\nid: ${ids.print(journal.last())}\n\n`)
  response.destroy()
  assert.equal(defaultHttpOptions.streams.heartbeat, 15_000)
})

test('a message has its position as id, its name, and the message as other answers show it', async (t) => {
  const { port, journal } = await streaming(t)
  const reader = await listen(port, 'channel=all')
  const [position] = await journal.append([insert('a', 'hello #ulm')])
  const { id, event, data = '' } = await reader.next()
  assert.deepEqual([id, event], [ids.print(position ?? 0), 'message'])
  const json = JSON.parse(data)
  assert.deepEqual([json.$T, json.id_str, json.text, json.text_length], [position, 'a', 'hello #ulm', 10])
})

test('several channels, with commas or repeated, and a query: each message once', async (t) => {
  const { port, journal } = await streaming(t)
  const readers = await Promise.all([
    listen(port, 'channel=any/hashtag/Ulm,test/user/ann'),
    listen(port, 'channel=any/hashtag/Ulm&channel=test/user/ann'),
    listen(port, 'channel=any/hashtag/Ulm&q=from:ann'),
  ])
  await journal.append([
    { op: 'I', imported: false, message: { ...message('a', '#ulm', 'ann'), hashtags: ['ulm'] } },
    insert('b', 'x', 'bob'),
    { op: 'I', imported: false, message: { ...message('c', '#ulm', 'bob'), hashtags: ['Ulm'] } },
    insert('d', 'x', 'ann'),
  ])
  for (const reader of readers) assert.deepEqual(await reader.gist(3), ['message a', 'message c', 'message d'])
})

test('edits and deletes of what was sent are events, also of what was sent before the reader came back', async (t) => {
  const { port, journal } = await streaming(t)
  const reader = await listen(port, 'q=rain')
  await journal.append([insert('a', 'rain'), insert('b', 'rain'), insert('c', 'sun')])
  assert.deepEqual(await reader.gist(2), ['message a', 'message b'])
  await journal.append([edit('a', 'rain again'), remove('c')])
  const { id, event } = await reader.next()
  assert.equal(event, 'edit')
  reader.close()
  await journal.append([remove('b'), edit('a', 'sun')])
  const again = await listen(port, 'q=rain', { 'last-event-id': id })
  assert.deepEqual(await again.gist(3), ['delete c', 'delete b', 'delete a'])
})

test('what is asked for may stand in a body; the address wins', async (t) => {
  const { port, journal } = await streaming(t)
  const post = (path: string, type: string, body: string): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    request({ host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-type': type }, agent: false }, resolve).once('error', reject).end(body)
    return promise
  }
  const answers = await Promise.all([
    post('/api/stream.json', 'application/x-www-form-urlencoded', 'q=rain&format=ndjson'),
    post('/api/stream.json', 'application/json', '{"channel":["test/user/ann"],"format":"ndjson"}'),
    post('/api/stream.json?q=rain', 'application/x-www-form-urlencoded', 'q=snow&format=ndjson'),
  ])
  assert.deepEqual(answers.map(({ statusCode, headers }) => [statusCode, headers['content-type']]), answers.map(() => [200, 'application/x-ndjson; charset=utf-8']))
  await journal.append([insert('a', 'rain', 'ann')])
  for (const answer of answers) {
    let text = ''
    for await (const chunk of answer.setEncoding('utf8')) if (/"id_str":"a".*\n/.test((text += String(chunk)))) break
    assert.match(text, /"id_str":"a"/)
  }
})

test('what cannot be meant is refused with the reason', async () => {
  const { app } = house()
  const cases = [
    ['', 'BAD_PARAMETER', 'channel or q'],
    ['channel=&q=', 'BAD_PARAMETER', 'channel or q'],
    ['channel=bluesky/hashtag', 'BAD_PARAMETER', 'no message is ever in "bluesky/hashtag"'],
    ['channel=any', 'BAD_PARAMETER', 'no message is ever in "any"; "all" is one'],
    ['channel=all/user/X', 'BAD_PARAMETER', 'no message is ever in "all/user/X"; "any/user/x" is one'],
    ['channel=no-network/user/x', 'BAD_PARAMETER', '"any/user/x" is one'],
    [`channel=${Array.from({ length: 65 }, (_, i) => `any/hashtag/t${i}`).join()}`, 'BAD_PARAMETER', '64 are taken'],
    ['q=rain until:2026-01-01', 'BAD_PARAMETER', 'until:'],
    ['q=-since:2026-01-01', 'BAD_PARAMETER', 'until:'],
    ['q=a OR (b until:2d)', 'BAD_PARAMETER', 'until:'],
    [`q=${'a'.repeat(1025)}`, 'BAD_QUERY', '1024 bytes'],
    ['q=near:999,0', 'BAD_QUERY', 'Column 6'],
    ['channel=all&after=yesterday', 'BAD_PARAMETER', 'after: "yesterday" is neither'],
    ['channel=all&after=2026', 'BAD_PARAMETER', 'after: "2026" is neither an id of a stream (or 0, or the 16 digits at its end) nor a date such as 2026-01-31'],
    ['channel=all&after=-5', 'BAD_PARAMETER', 'after: "-5" is neither'],
    ['channel=all&lastEventId=x', 'BAD_PARAMETER', 'lastEventId: "x" is neither'],
    ['channel=all&format=xml', 'BAD_PARAMETER', 'must be one of sse, ndjson'],
    [`channel=all&only=${Array.from({ length: 65 }, (_, i) => `f${i}`).join()}`, 'BAD_PARAMETER', '64 are taken'],
  ] as const
  for (const [query, code, detail] of cases) {
    const [status, given, told] = await refusal(app, `/api/stream.json?${new URLSearchParams(query).toString()}`)
    assert.deepEqual([status, given], [400, code], query)
    assert.ok(told.includes(detail), `${query}: ${told}`)
  }
})

test('readers who come while the dumps are read wait for them, and those who leave meanwhile take no place', async (t) => {
  const opening = Promise.withResolvers<void>()
  const house = await streaming(t, { opening: opening.promise, streams: { total: 4 } })
  const leaving = new AbortController()
  const handshake = { 'connection': 'upgrade', 'upgrade': 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  const left = Promise.allSettled([
    fetched(house.port, '/api/stream.json?channel=all', { signal: leaving.signal }),
    fetched(house.port, '/api/stream.ws', { headers: handshake, signal: leaving.signal }),
  ])
  const reading = listen(house.port, 'channel=all')
  const talking = talk(t, house.url)
  const taken = async (): Promise<number> => JSON.parse(await text(await fetched(house.port, '/api/status.json'))).stream.connections
  while ((await taken()) < 4) await turn()
  assert.equal((await fetched(house.port, '/api/stream.json?channel=all')).statusCode, 503, 'who waits has a place')
  leaving.abort()
  assert.deepEqual((await left).map(({ status }) => status), ['rejected', 'rejected'])
  while ((await taken()) > 2) await turn()
  opening.resolve()
  const [reader, talker] = await Promise.all([reading, talking])
  await listen(house.port, 'channel=all')
  await talk(t, house.url)
  talker.say({ subscribe: { channel: 'all' } })
  assert.deepEqual(await talker.gist(1), ['info subscribed'])
  await house.journal.append([insert('a')])
  assert.deepEqual([await reader.gist(1), await talker.gist(1)], [['message a'], ['message a']])
})

test('where there is no stream that is said, and a HEAD never begins one', async () => {
  const { app } = house()
  const [status, code] = await refusal(app, '/api/stream.json?channel=all')
  assert.deepEqual([status, code], [503, 'NOT_READY'])
  const head = await app.inject({ method: 'HEAD', url: '/api/stream.json?q=rain&format=ndjson' })
  assert.deepEqual([head.statusCode, head.headers['content-type'], head.body], [200, 'application/x-ndjson; charset=utf-8', ''])
  assert.equal((await app.inject({ method: 'HEAD', url: '/api/stream.json' })).statusCode, 400)
})

test('a reader goes on after an id; the header wins over lastEventId, and that over after', async (t) => {
  const { port, journal } = await streaming(t)
  const [first, second, third] = (await journal.append([insert('a'), insert('b'), insert('c'), insert('d')])).map(String)
  const cases = [
    [`channel=all&after=${first}`, {}, ['message b', 'message c', 'message d']],
    [`channel=all&lastEventId=${second}&after=${first}`, {}, ['message c', 'message d']],
    [`channel=all&lastEventId=${second}&after=${first}`, { 'last-event-id': `${third}` }, ['message d']],
    [`channel=all&after=${ids.print(Number(third))}`, {}, ['message d']],
    ['channel=all&after=0', {}, ['message a', 'message b', 'message c', 'message d']],
  ] as const
  for (const [query, headers, expected] of cases) {
    const reader = await listen(port, query, headers)
    assert.deepEqual(await reader.gist(expected.length), expected, query)
  }
})

test('a reader begins at a time: a date, a span back, or what since: says', async (t) => {
  const { port, journal } = await streaming(t)
  // Each append is a millisecond of the held clock.
  const positions: number[] = []
  for (const id of ['a', 'b', 'c']) positions.push(...(await journal.append([{ op: 'I', imported: false, message: { ...message(id, 'rain'), created_at: '2026-01-02T12:00:00.000Z' } }])))
  const iso = (position: number | undefined): string => new Date((position ?? 0) / 1000).toISOString()
  for (const query of [`channel=all&after=${iso(positions[1])}`, `q=rain&after=${iso(positions[1])}`]) {
    const reader = await listen(port, query)
    assert.deepEqual(await reader.gist(2), ['message b', 'message c'], query)
  }
  const spans = await listen(port, 'channel=all&after=-1h')
  assert.deepEqual(await spans.gist(4), ['info not kept any more, or not yet', 'message a', 'message b', 'message c'])
  const since = await listen(port, `q=${encodeURIComponent('rain since:2026-01-02T12:00:00Z')}`)
  assert.deepEqual((await since.gist(4)).slice(1), ['message a', 'message b', 'message c'])
  const none = await listen(port, `q=${encodeURIComponent('rain since:2026-01-02T12:00:00.001Z')}&after=${iso(positions[0])}`)
  await journal.append([{ op: 'I', imported: false, message: { ...message('d', 'rain'), created_at: '2026-01-02T12:00:01.000Z' } }])
  assert.deepEqual(await none.gist(1), ['message d'], 'written before since: is not sent, kept after it or not')
})

test('a reader who was sent nothing yet can go on as well: the first id is where it began', async (t) => {
  const { port, journal } = await streaming(t)
  await journal.append([insert('before')])
  const reader = await listen(port, 'q=rain')
  reader.close()
  await journal.append([insert('a', 'rain')])
  const again = await listen(port, 'q=rain', { 'last-event-id': reader.begun })
  assert.deepEqual(await again.gist(1), ['message a'])
})

test('only the fields that are asked for; what is told of the end of a message is always whole', async (t) => {
  const { port, journal } = await streaming(t)
  const reader = await listen(port, 'channel=all&only=text,%20id_str')
  await journal.append([insert('a', 'hello'), remove('a')])
  assert.equal((await reader.next()).data, '{"text":"hello","id_str":"a"}')
  const { data = '' } = await reader.next()
  assert.deepEqual(Object.keys(JSON.parse(data)), ['$T', 'id_str', 'reason'])
})

test('ndjson: an object a line', async (t) => {
  const { port, journal } = await streaming(t)
  const response = await fetched(port, '/api/stream.json?channel=all&format=ndjson&only=text')
  assert.equal(response.headers['content-type'], 'application/x-ndjson; charset=utf-8')
  const [position] = await journal.append([insert('a', 'hello')])
  let read = ''
  for await (const chunk of response.setEncoding('utf8')) {
    read += String(chunk)
    if (read.includes('hello')) break
  }
  assert.equal(read, `{"id":"${ids.print(0)}","event":"info","data":{"reason":"subscribed"}}\n{"id":"${ids.print(position ?? 0)}","event":"message","data":{"text":"hello"}}\n`)
})

test('doubts about the query are told', async (t) => {
  const { port } = await streaming(t)
  const reader = await listen(port, 'q=from:')
  const { event, data = '' } = await reader.next()
  assert.equal(event, 'info')
  assert.equal(JSON.parse(data).reason, 'the query is doubtful')
  assert.ok(JSON.parse(data).warnings.length > 0)
})

test('a stream that has nothing to say shows that it is there, and moves the id on', async (t) => {
  const { port, journal, told } = await streaming(t, { streams: { heartbeat: 5 } })
  const reader = await listen(port, 'q=rain')
  const lines = await fetched(port, '/api/stream.json?q=rain&format=ndjson')
  const [position] = await journal.append([insert('a', 'sun')])
  await told()
  for (;;) {
    const { id, data } = await reader.block()
    assert.equal(data, undefined)
    if (id === ids.print(position ?? 0)) break
  }
  let read = ''
  for await (const chunk of lines.setEncoding('utf8')) {
    read += String(chunk)
    if (read.includes(`"${ids.print(position ?? 0)}"`) && read.endsWith('\n')) break
  }
  assert.equal(read.trimEnd().split('\n').at(-1), `{"id":"${ids.print(position ?? 0)}","event":"info","data":{"reason":"heartbeat"}}`)
})

test('an id of another journal is no place in this one: the stream says so and begins now', async (t) => {
  const { port, journal } = await streaming(t)
  const [position = 0] = await journal.append([insert('a')])
  const reader = await listen(port, 'channel=all', { 'last-event-id': `fedcba9876543210-${position - 1}` })
  await journal.append([insert('b')])
  assert.deepEqual(await reader.gist(2), ['info of another journal', 'message b'])
})

test('the place before all that is kept is an id as well, and goes on', async (t) => {
  const { port, journal } = await streaming(t)
  await journal.append([insert('a')])
  const reader = await listen(port, 'channel=all&after=1970-01-02')
  const again = await listen(port, 'channel=all', { 'last-event-id': reader.begun })
  assert.deepEqual((await again.gist(2)).at(-1), 'message a')
})

test('an address has only so many conditions in its standing queries, and a reader who leaves makes room', async (t) => {
  const { port, hub } = await streaming(t, { streams: { perAddress: 4 } })
  const negations = (of: string): string => encodeURIComponent(Array.from({ length: 30 }, (_, i) => `-${of}${i}*`).join(' '))
  const reader = await listen(port, `q=${negations('rain')}`)
  for (let i = 0; i < 2; i++) await listen(port, `q=${negations('snow')}`)
  const refused = await fetched(port, `/api/stream.json?q=${negations('wind')}`)
  const { error } = JSON.parse(await text(refused))
  assert.deepEqual([refused.statusCode, error.code, refused.headers['retry-after']], [503, 'OVERLOADED', '5'])
  assert.match(error.detail, /queries of this address would have more than 1024 conditions/)
  reader.close()
  while (hub.counts().subscribers > 2) await turn()
  await listen(port, `q=${negations('wind')}`)
})

test('there are so many streams for an address and in all, and a place is free again when its reader has gone', async (t) => {
  const { port, socket, hub } = await streaming(t, { streams: { perAddress: 2, total: 4 }, proxies: ['127.0.0.1'], requestRate: 0 })
  const from = (address: string) => listen(port, 'channel=all', { 'x-forwarded-for': address })
  const refused = async (address: string) => {
    const answer = await fetched(port, '/api/stream.json?channel=all', { headers: { 'x-forwarded-for': address } })
    const body = JSON.parse(await text(answer))
    return [answer.statusCode, body.error.code, answer.headers['retry-after']]
  }
  const readers = [await from('203.0.113.1'), await from('203.0.113.1')]
  assert.deepEqual(await refused('203.0.113.1'), [503, 'OVERLOADED', '5'])
  readers.push(await from('2001:db8::1'), await from('2001:db8::2'))
  assert.deepEqual(await refused('198.51.100.1'), [503, 'OVERLOADED', '5'], 'all places are taken')
  readers[2]?.close()
  while (hub.counts().subscribers === 4) await new Promise((resolve) => setImmediate(resolve))
  const owner = await fetched(0, '/api/stream.json?channel=all', { host: undefined, port: undefined, socketPath: socket })
  assert.equal(owner.statusCode, 200)
  const status = JSON.parse(await text(await fetched(port, '/api/status.json')))
  assert.deepEqual([status.stream.connections, status.stream.refused], [4, 2])
  const metrics = await text(await fetched(port, '/metrics'))
  assert.match(metrics, /^loklak_stream_connections 4$/m)
  assert.match(metrics, /^loklak_stream_refused_total 2$/m)
  assert.doesNotMatch(metrics, /route="\/api\/stream\.json",method="GET",status="2xx"/, 'how long somebody listens is no response time')
})

test('when the server stops, streams end at once', async (t) => {
  const { port, close } = await streaming(t)
  const readers = await Promise.all([listen(port, 'channel=all'), listen(port, 'q=rain&after=0')])
  await close(60_000)
  for (const { ended } of readers) await ended
})
