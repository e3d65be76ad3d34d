import assert from 'node:assert/strict'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { command } from '../../src/http/commander.ts'
import { listen } from '../../src/http/listen.ts'
import { ask, open, refusedWith, temporaryFolder } from './open.ts'
import { house } from './parts.ts'

const folder = temporaryFolder()
const withIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1') ?? false)

/** A port that is taken. */
async function occupy(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

async function raw(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(sent)
  return text(socket)
}

test('with port 0 all hosts share the port that was free', { skip: withIPv6 ? false : 'no IPv6 here' }, async (t) => {
  const { urls, port, app } = await open(t, { options: { hosts: ['127.0.0.1', '::1'] } })
  assert.deepEqual(urls, [`http://127.0.0.1:${port}`, `http://[::1]:${port}`])
  assert.ok(port > 0)
  for (const host of ['127.0.0.1', '::1']) assert.equal((await ask(port, '/api/health/live', { host })).statusCode, 200)
  const status: unknown = JSON.parse(await text(await ask(port, '/api/status.json')))
  assert.match(JSON.stringify(status), new RegExp(`"server_uri":"http://127.0.0.1:${port}"`))
  assert.equal(app.doors.refused, 0)
})

test('a port that is taken is named, and nothing stays open', async () => {
  const { server, port } = await occupy()
  try {
    const { app, options } = house({ options: { hosts: ['127.0.0.2', '127.0.0.1'], port } })
    await assert.rejects(listen(app, options), refusedWith('PORT_IN_USE', `127.0.0.1:${port}`))
    await assert.rejects(ask(port, '/', { host: '127.0.0.2' }), { code: 'ECONNREFUSED' })
  } finally {
    server.close()
  }
})

test('a host that is not of this machine is named', async () => {
  const { app, options } = house({ options: { hosts: ['192.0.2.1'], port: 0 } })
  await assert.rejects(listen(app, options), refusedWith('BAD_SETTING', 'host: "192.0.2.1"'))
})

test('the socket serves the same to its owner alone', async (t) => {
  const socket = join(folder, 'a.sock')
  writeFileSync(socket, 'of a process that is gone')
  const mask = process.umask(0)
  const { port } = await open(t, { options: { socket } })
  assert.equal(process.umask(mask), 0, 'the mask is put back')
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  const status = JSON.parse(await text(await ask(port, '/api/status.json', { host: undefined, port: undefined, socketPath: socket })))
  assert.deepEqual(status.client_info.IsLocalhost, 'true')
})

test('the socket is removed at the end', async (t) => {
  const socket = join(folder, 'b.sock')
  const { close } = await open(t, { options: { socket } })
  assert.ok(existsSync(socket))
  await close()
  assert.ok(!existsSync(socket))
})

test('a data folder may have a longer name than the kernel takes for a socket', { skip: process.platform === 'linux' ? false : 'only on Linux' }, async (t) => {
  const deep = join(folder, ...Array.from({ length: 4 }, () => 'x'.repeat(50)))
  mkdirSync(deep, { recursive: true })
  const socket = join(deep, 'loklak.sock')
  await open(t, { options: { socket }, parts: { control: { echo: async function* (body) { yield { body } } } } })
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  assert.deepEqual(await Array.fromAsync(command(socket, 'echo', 1, AbortSignal.timeout(5000))), [{ body: 1 }])
})

test('a socket that cannot be made stops the start, and nothing stays open', async () => {
  const { server, port } = await occupy()
  server.close()
  const { app, options } = house({ options: { hosts: ['127.0.0.1'], port, socket: join(folder, 'nowhere', 'c.sock') } })
  await assert.rejects(listen(app, options))
  await assert.rejects(ask(port, '/'), { code: 'ECONNREFUSED' })
})

test('what is no HTTP is refused in the shape of all errors', async (t) => {
  const { port } = await open(t)
  const cases = [
    ['hello\r\n\r\n', '400 Bad Request', 'BAD_REQUEST'],
    // Without a host Node answers by itself, with no body.
    ['GET / HTTP/1.1\r\n\r\n', '400 Bad Request', ''],
    [`GET /?q=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, '414 URI Too Long', 'URI_TOO_LONG'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
  ] as const
  for (const [sent, status, code] of cases) {
    const answer = await raw(port, sent)
    assert.ok(answer.startsWith(`HTTP/1.1 ${status}\r\n`), answer)
    if (code !== '') assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).error.code, code)
  }
})

test('dots in a path lead nowhere', async (t) => {
  const { port } = await open(t)
  for (const path of ['/dump/../package.json', '/dump/..', '/../../etc/passwd', '//etc/passwd', '/dump/%2e%2e/x']) {
    const answer = await raw(port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    assert.ok(answer.startsWith('HTTP/1.1 404'), path)
  }
})
