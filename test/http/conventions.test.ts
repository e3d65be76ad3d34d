import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ErrorAnswer } from '../../src/http/errors.ts'
import { errorTable } from '../../src/watch/errors.ts'
import { house } from './parts.ts'

const settings = { 'host.url': 'http://localhost:9000' }
const isError = Compile<TSchema>(ErrorAnswer)

test('JSON is indented by two and ends with a line break, unless it is minified', async () => {
  const { app } = house()
  const url = '/api/settings.json'
  assert.equal((await app.inject(url)).body, `${JSON.stringify(settings, null, 2)}\n`)
  assert.equal((await app.inject(`${url}?minified=true`)).body, `${JSON.stringify(settings)}\n`)
  assert.equal((await app.inject(`${url}?minified=1`)).body, `${JSON.stringify(settings)}\n`)
  assert.equal((await app.inject(`${url}?minified=yes`)).body, `${JSON.stringify(settings, null, 2)}\n`)
  assert.equal((await app.inject(url)).headers['content-type'], 'application/json; charset=utf-8')
})

test('a callback gets the answer as its argument, if it is a name', async () => {
  const { app } = house()
  const called = await app.inject('/api/settings.json?minified=true&callback=a.b[0].$_c')
  assert.equal(called.body, `/**/a.b[0].$_c(${JSON.stringify(settings)});\n`)
  assert.equal(called.headers['content-type'], 'application/javascript; charset=utf-8')
  assert.equal(called.headers['x-content-type-options'], 'nosniff')
  assert.equal((await app.inject('/api/settings.json?callback=')).headers['content-type'], 'application/json; charset=utf-8')
  for (const bad of ['a(b', 'alert(1)//', 'a b', '<x>', 'a'.repeat(129), 'ä']) {
    const { statusCode, body } = await app.inject({ url: '/api/settings.json', query: { callback: bad } })
    assert.equal(statusCode, 400, bad)
    assert.equal(JSON.parse(body).error.code, 'BAD_CALLBACK', bad)
  }
})

test('GET, form and JSON are one, and the query string wins', async () => {
  const { app } = house()
  const compact = `${JSON.stringify(settings)}\n`
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } } as const
  assert.equal((await app.inject({ ...form, url: '/api/settings.json', body: 'minified=true' })).body, compact)
  assert.equal((await app.inject({ method: 'POST', url: '/api/settings.json', body: { minified: true } })).body, compact)
  for (const nothing of [{}, { ...form.headers }, { ...form.headers, 'content-encoding': 'identity' }]) assert.equal((await app.inject({ method: 'POST', url: '/api/settings.json?minified=true', headers: nothing })).body, compact)
  assert.notEqual((await app.inject({ ...form, url: '/api/settings.json?minified=false', body: 'minified=true' })).body, compact)
})

test('HEAD is GET without a body', async () => {
  const { app } = house()
  for (const url of ['/api/settings.json', '/', '/metrics', '/dump/', '/api/openapi.json', '/nothing']) {
    const [get, head] = [await app.inject(url), await app.inject({ method: 'HEAD', url })]
    assert.equal(head.statusCode, get.statusCode, url)
    assert.equal(head.body, '', url)
    assert.equal(head.headers['content-type'], get.headers['content-type'], url)
  }
})

test('every failure has the one shape', async () => {
  const { app } = house({ options: { bodyLimit: 100 } })
  const post = { method: 'POST', url: '/api/settings.json' } as const
  const examples = [
    [{ url: '/nothing' }, 'NOT_FOUND'],
    [{ method: 'POST', url: '/nothing', headers: { 'content-type': 'image/png' }, body: 'x' }, 'NOT_FOUND'],
    [{ url: '/%zz' }, 'BAD_PARAMETER'],
    [{ url: '/rss/%' }, 'BAD_PARAMETER'],
    [{ url: '/dump/..%2f..%2fetc%2fpasswd' }, 'NOT_FOUND'],
    [{ method: 'DELETE', url: '/api/settings.json' }, 'METHOD_NOT_ALLOWED'],
    [{ method: 'PUT', url: '/dump/', headers: { 'content-type': 'image/png' }, body: 'x' }, 'METHOD_NOT_ALLOWED'],
    [{ ...post, body: { text: 'x'.repeat(200) } }, 'BODY_TOO_LARGE'],
    [{ url: `/api/settings.json?x=${'x'.repeat(8192)}` }, 'URI_TOO_LONG'],
    [{ ...post, headers: { 'content-type': 'image/png' }, body: 'x' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ ...post, headers: { 'content-type': 'text/plain' }, body: 'minified=true' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ ...post, body: 'minified=true' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ ...post, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }, body: 'x' }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: '{"a":' }, 'BAD_BODY'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: '"minified=true"' }, 'BAD_BODY'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: '[1]' }, 'BAD_BODY'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: 'null' }, 'BAD_BODY'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: '' }, 'BAD_BODY'],
    [{ ...post, headers: { 'content-type': 'application/json' }, body: '{"__proto__":{}}' }, 'BAD_BODY'],
    [{ ...post, body: { callback: {} } }, 'BAD_PARAMETER'],
    [{ ...post, url: '/control/stop' }, 'NOT_FOUND'],
  ] as const
  for (const [request, code] of examples) {
    const { statusCode, body, headers } = await app.inject(request)
    const about = JSON.stringify(request).slice(0, 100)
    assert.ok(isError.Check(JSON.parse(body)), about)
    assert.equal(JSON.parse(body).error.code, code, about)
    assert.equal(statusCode, errorTable[code].status, about)
    assert.equal(headers['access-control-allow-origin'], '*', about)
    assert.equal(headers['cache-control'], 'no-store', about)
  }
})

test('405 names the methods', async () => {
  const { app } = house()
  assert.equal((await app.inject({ method: 'DELETE', url: '/api/settings.json' })).headers.allow, 'GET, HEAD, POST, OPTIONS')
  assert.equal((await app.inject({ method: 'POST', url: '/dump/x' })).headers.allow, 'GET, HEAD, OPTIONS')
})

test('a defect of ours is logged with everything and shown with nothing', async () => {
  const { app, logged } = house({ parts: { publicSettings: () => { throw new Error('at /home/me: S1') } } })
  const { statusCode, body } = await app.inject('/api/settings.json')
  assert.equal(statusCode, 500)
  assert.equal(JSON.parse(body).error.code, 'INTERNAL')
  assert.doesNotMatch(body, /S1|home/)
  assert.match(logged.join(''), /S1/)
  assert.match(logged.join(''), /conventions\.test\.ts/)
})

test('a mistake of the caller is not logged', async () => {
  const { app, logged } = house()
  await app.inject('/nothing')
  await app.inject('/api/settings.json?callback=(')
  assert.deepEqual(logged, [])
})

test('pages of any origin may read everything, unless the operator says no', async () => {
  const { app } = house()
  for (const url of ['/api/status.json', '/api/health/ready', '/dump/', '/metrics', '/api/openapi.json']) {
    assert.equal((await app.inject(url)).headers['access-control-allow-origin'], '*', url)
  }
  const asked = await app.inject({ method: 'OPTIONS', url: '/api/settings.json', headers: { 'origin': 'https://x.example', 'access-control-request-method': 'POST' } })
  assert.equal(asked.statusCode, 204)
  assert.equal(asked.body, '')
  assert.equal(asked.headers['access-control-allow-methods'], 'GET, HEAD, POST, OPTIONS')
  assert.match(String(asked.headers['access-control-allow-headers']), /Content-Type/)
  assert.equal((await app.inject({ method: 'OPTIONS', url: '/nothing' })).statusCode, 404)

  const closed = house({ options: { cors: false } }).app
  for (const method of ['GET', 'OPTIONS'] as const) {
    const { headers } = await closed.inject({ method, url: '/api/settings.json?callback=f' })
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('access-control')), [])
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', 'so that no page of another origin can use the callback either')
  }
})

test('safe headers everywhere, and no search engine in the API', async () => {
  const { app } = house()
  for (const url of ['/', '/api/status.json', '/dump/', '/nothing']) {
    const { headers } = await app.inject(url)
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.equal(headers['x-frame-options'], 'DENY', url)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; .*frame-ancestors 'none'/, url)
    assert.equal(headers['x-robots-tag'] !== undefined, url.startsWith('/api/'), url)
  }
})

test('large text is compressed as the client likes it', async () => {
  const { app } = house()
  const url = '/api/openapi.json'
  const plain = await app.inject(url)
  const gzip = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
  const brotli = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.deepEqual([gzip.headers['content-encoding'], brotli.headers['content-encoding']], ['gzip', 'br'])
  assert.equal(gunzipSync(gzip.rawPayload).toString(), plain.body)
  assert.equal(brotliDecompressSync(brotli.rawPayload).toString(), plain.body)
  assert.match(String(gzip.headers.vary), /accept-encoding/i)
})

test('a callback that begins as compressed data could is compressed like all others', async () => {
  const { app } = house()
  const { rawPayload } = await app.inject({ url: '/api/status.json?callback=hb', headers: { 'accept-encoding': 'gzip' } })
  assert.match(gunzipSync(rawPayload).toString(), /^\/\*\*\/hb\(\{/)
})

test('who asks too much waits, and nobody else does', async () => {
  const clock = { now: 0 }
  const { app } = house({ options: { requestRate: 1, now: () => clock.now, proxies: ['10.0.0.1'] } })
  const ask = async (remoteAddress: string, url = '/api/settings.json', headers = {}) => (await app.inject({ url, remoteAddress, headers })).statusCode
  for (let n = 0; n < 10; n++) assert.equal(await ask('203.0.113.9'), 200)
  const refused = await app.inject({ url: '/nothing', remoteAddress: '203.0.113.9' })
  assert.deepEqual([refused.statusCode, refused.headers['retry-after'], refused.json().error.code], [429, '1', 'TOO_MANY_REQUESTS'])
  assert.equal(await ask('203.0.113.10'), 200, 'another address')
  assert.equal(await ask('203.0.113.9', '/api/health/ready'), 200, 'a probe')
  assert.equal(await ask('10.0.0.1', '/api/settings.json', { 'x-forwarded-for': '203.0.113.9' }), 429, 'the same one, through the proxy')
  assert.equal(await ask('203.0.113.9', '/api/settings.json', { 'x-forwarded-for': '1.1.1.1' }), 429, 'a lie')
  clock.now += 1000
  assert.equal(await ask('203.0.113.9'), 200)
  for (let n = 0; n < 30; n++) assert.equal(await ask('127.0.0.1'), 200, 'on this machine')
})

test('while it drains it asks clients to close the connection', async () => {
  const { app, health } = house()
  assert.equal((await app.inject('/api/settings.json')).headers.connection, 'keep-alive')
  health.draining()
  const { statusCode, headers } = await app.inject('/api/settings.json')
  assert.deepEqual([statusCode, headers.connection], [200, 'close'])
})
