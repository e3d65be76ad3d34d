import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { fetchOperator } from '../../src/support/fetch.ts'
import { listenLocally } from './listening.ts'

const signal = new AbortController().signal
const options = { signal, timeout: 5000, mostBytes: 1000 }
const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/hello': (request, response) => response.setHeader('x-test', 'yes').end(`hello ${request.headers['user-agent']}`),
  '/who': (request, response) => response.end(request.headers.authorization),
  '/missing': (_request, response) => response.writeHead(404).end('no'),
  '/big': (_request, response) => response.end('x'.repeat(1001)),
  '/bomb': (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000))),
  '/moved': (_request, response) => response.writeHead(302, { location: '/hello' }).end(),
  '/away': (_request, response) => response.writeHead(302, { location: 'http://localhost.example:1/' }).end(),
  '/round': (_request, response) => response.writeHead(301, { location: '/round' }).end(),
  '/never': () => undefined,
}
const server = createServer((request, response) => routes[request.url ?? '']?.(request, response))
let base: string
before(async () => {
  base = `http://127.0.0.1:${await listenLocally(server)}`
})
after(() => {
  server.close()
  server.closeAllConnections()
})

test('an answer has status, headers and body, whatever the status', async () => {
  const hello = await fetchOperator(`${base}/hello`, { ...options, headers: { 'user-agent': 'loklak-test' } })
  assert.deepEqual([hello.status, hello.headers.get('x-test'), hello.body.toString()], [200, 'yes', 'hello loklak-test'])
  const missing = await fetchOperator(`${base}/missing`, options)
  assert.deepEqual([missing.status, missing.body.toString()], [404, 'no'])
})

test('credentials of an address are sent as such', async () => {
  const { body } = await fetchOperator(`${base.replace('//', '//me:s%20cret@')}/who`, options)
  assert.equal(body.toString(), `Basic ${Buffer.from('me:s cret').toString('base64')}`)
})

test('a redirect is followed on the same host, not to another one and not for ever', async () => {
  assert.match((await fetchOperator(`${base}/moved`, options)).body.toString(), /^hello/)
  await assert.rejects(fetchOperator(`${base}/away`, options), /redirects to http:\/\/localhost\.example:1, which is another host/)
  await assert.rejects(fetchOperator(`${base}/round`, options), /redirects without end/)
})

test('a body over the limit is refused, also one that only becomes so by decompression', async () => {
  await assert.rejects(fetchOperator(`${base}/big`, options), /larger than 1000 bytes/)
  await assert.rejects(fetchOperator(`${base}/bomb`, options), /larger than 1000 bytes/)
})

test('an answer that does not come is an error that names address and time', async () => {
  await assert.rejects(fetchOperator(`${base}/never?secret=1`, { ...options, timeout: 20 }), { message: `${base}/never: no answer within 20 ms` })
})

test('nobody there is an error that names the cause', async () => {
  await assert.rejects(fetchOperator('http://127.0.0.1:1/x', options), /^Error: http:\/\/127\.0\.0\.1:1\/x: .+/)
})

test('an abort is an abort', async () => {
  const stop = new AbortController()
  const asked = fetchOperator(`${base}/never`, { ...options, signal: stop.signal })
  stop.abort()
  await assert.rejects(asked, { name: 'AbortError' })
})
