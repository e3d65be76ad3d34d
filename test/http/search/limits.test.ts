import assert from 'node:assert/strict'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createGate } from '../../../src/http/gate.ts'
import { listen } from '../../../src/http/listen.ts'
import { LoklakError } from '../../../src/watch/errors.ts'
import { temporaryFolder } from '../open.ts'
import { library, type Library } from '../naive-index.ts'
import { house } from '../parts.ts'

const overloaded = (error: unknown): boolean => error instanceof LoklakError && error.code === 'OVERLOADED'

describe('the gate', () => {
  test('lets so many in at a time, and the next when one left', () => {
    const gate = createGate({ atOnce: 2, atOnceEach: 2, what: 'things' })
    const first = gate.enter(null)
    gate.enter('a')
    assert.throws(() => gate.enter(null), overloaded)
    first.leave()
    first.leave()
    gate.enter('b')
    assert.throws(() => gate.enter(null), overloaded)
  })

  test('lets no one take all places, but for those it does not count', () => {
    const gate = createGate({ atOnce: 10, atOnceEach: 2, what: 'things' })
    const places = [gate.enter('a'), gate.enter('a')]
    assert.throws(() => gate.enter('a'), overloaded)
    gate.enter('b')
    for (let n = 0; n < 3; n++) gate.enter(null)
    for (const place of places) place.leave()
    gate.enter('a')
  })

  test('tells when more than half of the places are taken', () => {
    const gate = createGate({ atOnce: 4, atOnceEach: 4, what: 'things' })
    assert.deepEqual([1, 2, 3, 4].map(() => gate.enter(null).crowded), [false, false, true, true])
  })
})

/** Makes the index wait; `begun` resolves when so many questions have come. */
function holding({ held }: Library, many: number): { readonly begun: Promise<void>; readonly go: () => void; readonly signals: (AbortSignal | undefined)[] } {
  const begun = Promise.withResolvers<void>()
  const free = Promise.withResolvers<void>()
  const signals: (AbortSignal | undefined)[] = []
  held.until = async (signal) => {
    signals.push(signal)
    if (signals.length === many) begun.resolve()
    await free.promise
    signal?.throwIfAborted()
  }
  return { begun: begun.promise, go: free.resolve, signals }
}

const posts = Array.from({ length: 9 }, (_, at) => ({ id_str: `m${at}` }))

test('too many searches at a time are answered 503, and later ones again', async () => {
  const house = library(posts, { limits: { atOnce: 3, atOnceEach: 3 } })
  const { begun, go } = holding(house, 3)
  const running = [1, 2, 3].map(() => house.app.inject('/api/search.json'))
  await begun
  for (const url of ['/api/search.csv', '/api/suggest.json', '/api/user.json?screen_name=a', '/x?id=m1']) {
    const { statusCode, headers, body } = await house.app.inject(url)
    assert.deepEqual([statusCode, headers['retry-after'], JSON.parse(body).error.code], [503, '5', 'OVERLOADED'], url)
  }
  assert.equal((await house.app.inject('/api/status.json')).statusCode, 200)
  go()
  for (const { statusCode } of await Promise.all(running)) assert.equal(statusCode, 200)
  assert.equal((await house.app.inject('/api/search.json')).statusCode, 200)
})

test('one address has only some of the places', async () => {
  const house = library(posts, { limits: { atOnce: 8, atOnceEach: 2 } })
  const { begun, go } = holding(house, 3)
  const ask = (remoteAddress: string) => house.app.inject({ url: '/api/search.json', remoteAddress })
  const running = [ask('203.0.113.1'), ask('203.0.113.1'), ask('203.0.113.2')]
  await begun
  assert.equal((await ask('203.0.113.1')).statusCode, 503)
  go()
  for (const { statusCode } of await Promise.all(running)) assert.equal(statusCode, 200)
})

test('in a crowd pages are shorter, and the answer says so', async () => {
  const house = library(posts, { limits: { atOnce: 4, atOnceEach: 4 } })
  const { begun, go } = holding(house, 3)
  const running = [1, 2, 3].map(() => house.app.inject('/api/search.json'))
  await begun
  go()
  const pages = (await Promise.all(running)).map((answer) => answer.json()).map(({ search_metadata, statuses }) => `${statuses.length} ${search_metadata.servicereduction}`)
  assert.deepEqual(pages, ['9 false', '9 false', '2 true'])
})

test('a search whose caller has gone is given up', async (t) => {
  const house = library(posts, { options: { hosts: ['127.0.0.1'], port: 0 }, limits: { atOnce: 1 } })
  const { port, close } = await listen(house.app, house.options)
  t.after(() => close(0))
  const { begun, signals } = holding(house, 1)
  const asked = request({ port, host: '127.0.0.1', path: '/api/search.json', agent: false }).once('error', () => undefined)
  asked.end()
  await begun
  const [signal] = signals
  const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
  asked.destroy()
  await aborted
})

describe('hits and aggregations, which are asked side by side', () => {
  /** Lets the first question, which is for the hits, and the others each have an end of their own. */
  function answering(hits: (signal: AbortSignal | undefined) => Promise<void>, others: (signal: AbortSignal | undefined) => Promise<void>) {
    const house = library(posts)
    let asked = 0
    house.held.until = (signal) => (++asked === 1 ? hits(signal) : others(signal))
    return house.app.inject('/api/search.json?fields=screen_name,created_at&minified=true')
  }
  const refuse = (): Promise<void> => Promise.reject(new LoklakError('OVERLOADED', 'Too many searches wait for their turn.'))
  const aborted = (signal: AbortSignal | undefined): Promise<never> => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))

  test('are answered as far as there was a place for them', async () => {
    const { statusCode, headers, body } = await answering(() => Promise.resolve(), refuse)
    const { search_metadata: { partial, partial_reason, hits }, statuses, aggregations } = JSON.parse(body)
    assert.deepEqual([statusCode, partial, partial_reason, hits, statuses.length, aggregations], [200, true, 'overloaded', 9, 9, {}])
    assert.equal(headers['loklak-partial'], 'overloaded')
  })

  test('are refused where there is no place for the hits, and the others given up at once', async () => {
    const given: (AbortSignal | undefined)[] = []
    const { statusCode, body } = await answering(refuse, (signal) => {
      given.push(signal)
      return aborted(signal)
    })
    assert.deepEqual([statusCode, JSON.parse(body).error.code, given.map((signal) => signal?.aborted)], [503, 'OVERLOADED', [true, true]])
  })

  test('fail where an aggregation fails otherwise', async () => {
    assert.equal((await answering(() => Promise.resolve(), () => Promise.reject(new Error('broken')))).statusCode, 500)
  })
})

test('an index that does not keep its time is given up, with 503', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const house = library(posts)
  const { promise, resolve } = Promise.withResolvers<void>()
  house.held.until = (signal) => {
    resolve()
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
  }
  const answer = house.app.inject('/api/search.json?timeout=1000')
  await promise
  t.mock.timers.tick(3000)
  const { statusCode, body } = await answer
  assert.deepEqual([statusCode, JSON.parse(body).error.code], [503, 'OVERLOADED'])
  assert.match(body, /within 1000 ms/)
})

test('the owner may have a thousand, also in a crowd', async (t) => {
  const folder = temporaryFolder()
  const socket = join(folder, 's.sock')
  const house = library(Array.from({ length: 1200 }, (_, at) => ({ id_str: `m${at}` })), { options: { hosts: ['127.0.0.1'], port: 0, socket }, limits: { atOnce: 1 } })
  const { close } = await listen(house.app, house.options)
  t.after(() => close(0))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request({ socketPath: socket, path: '/api/search.json?count=5000', agent: false }, (response) => void Array.fromAsync<Buffer>(response).then((parts) => resolve(Buffer.concat(parts).toString()))).once('error', reject).end()
  const { search_metadata, statuses } = JSON.parse(await promise)
  assert.deepEqual([search_metadata.maximumRecords, statuses.length, search_metadata.servicereduction], [1000, 1000, 'false'])
})

test('while the index is being opened, the answer is to come again', async () => {
  const { statusCode, headers, body } = await house().app.inject('/api/search.json')
  assert.deepEqual([statusCode, JSON.parse(body).error.code, headers['retry-after']], [503, 'NOT_READY', '5'])
})
