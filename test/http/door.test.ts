import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { createAccess } from '../../src/http/access.ts'
import { createDoor, type DoorOptions } from '../../src/http/door.ts'
import type { Doors } from '../../src/http/room.ts'

const impatient = { headersTimeout: 30, requestTimeout: 60, keepAliveTimeout: 1000, connectionsCheckingInterval: 10 }

async function open(t: TestContext, options: Partial<DoorOptions> = {}, listener: RequestListener = (_request, response) => void response.end('ok')): Promise<{ port: number; doors: Doors; door: ReturnType<typeof createDoor> }> {
  const doors: Doors = { access: createAccess([]), urls: [], open: 0, refused: 0, probed: false, stop: new AbortController() }
  const door = createDoor({ request: listener, handshake: (_request, socket) => void socket.destroy() }, doors, { connections: 10, silence: 0, greet: () => undefined, ...options })
  await door.open({ host: '127.0.0.1', port: 0 })
  t.after(() => door.force())
  t.after(() => door.close())
  const address = door.server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, doors, door }
}

async function connected(port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject)
  return promise
}

test('a head that comes too slowly is answered 408 and cut', async (t) => {
  const { port } = await open(t, { timing: impatient })
  const socket = await connected(port)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n')
  const answer = await text(socket)
  assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/)
  assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).error.code, 'REQUEST_TIMEOUT')
})

test('so is a body', async (t) => {
  const { port } = await open(t, { timing: impatient }, () => undefined)
  const socket = await connected(port)
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc')
  assert.match(await text(socket), /^HTTP\/1\.1 408 Request Timeout\r\n/)
})

test('who says nothing at all is cut', async (t) => {
  const { port } = await open(t, { silence: 30 })
  const socket = await connected(port)
  assert.equal(await text(socket), '')
})

test('more connections than it takes are refused and counted', async (t) => {
  const { port, doors, door } = await open(t, { connections: 1 })
  const first = await connected(port)
  const dropped = new Promise((resolve) => door.server.once('drop', resolve))
  const second = connect(port, '127.0.0.1').on('error', () => undefined)
  await dropped
  assert.equal(doors.refused, 1)
  assert.equal(doors.open, 1)
  second.destroy()
  const gone = new Promise((resolve) => first.once('close', resolve))
  first.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  first.resume()
  await gone
  assert.equal(doors.open, 0)
})
