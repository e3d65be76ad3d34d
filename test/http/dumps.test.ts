import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { Segment } from '../../src/journal/port.ts'
import { house } from './parts.ts'

const folder = mkdtempSync(join(tmpdir(), 'loklak-dumps-'))
after(() => rmSync(folder, { recursive: true }))
const modified = Date.UTC(2026, 10, 2, 3, 4, 5)

function dump(name: string, content: string | Buffer, { sealed = true, bytes = content.length }: Partial<Segment> = {}): Segment {
  const path = join(folder, name)
  writeFileSync(path, content)
  utimesSync(path, modified / 1000, modified / 1000)
  return { name, path, sealed, from: 0, bytes, modified }
}

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
const older = dump('messages_20261101_00000000.txt.gz', content)
const newer = dump('messages_20261102_11045000.txt', 'line\nline\nhalf a li', { sealed: false, bytes: 10 })
const segments = [older, newer]
const file = `/dump/${older.name}`

test('the list has the form of the original', async () => {
  const big = { ...newer, name: 'b.txt', bytes: 5 * 1024 * 1024 + 1, modified: Date.UTC(2026, 10, 22, 23, 59, 59) }
  const { app } = house({ segments: [big, older, { ...newer, bytes: 2047 }] })
  const { statusCode, headers, body } = await app.inject('/dump/')
  assert.equal(statusCode, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(headers['cache-control'], 'public, max-age=60')
  assert.match(body, /<title>Index of \/dump<\/title>/)
  assert.match(body, /<h1>Index of \/dump<\/h1>/)
  assert.match(body, /import/)
  const lines = body.slice(body.indexOf('<pre>') + 6, body.indexOf('</pre>')).split('\n')
  assert.deepEqual(lines, [
    '[txt] <a href="b.txt">b.txt</a>                               Sun Nov 22 23:59:59 UTC 2026     5M',
    '[gz ] <a href="messages_20261101_00000000.txt.gz">messages_20261101_00000000.txt.gz</a>   Mon Nov 02 03:04:05 UTC 2026   1000',
    '[txt] <a href="messages_20261102_11045000.txt">messages_20261102_11045000.txt</a>      Mon Nov 02 03:04:05 UTC 2026     1K',
    '',
  ])
})

test('only the newest are offered, where the operator says so', async () => {
  const { app } = house({ segments, options: { dumps: { offered: true, limit: 1, message: 'More <on> request' } } })
  const { body } = await app.inject('/dump/')
  assert.ok(body.includes(newer.name) && !body.includes(older.name))
  assert.ok(body.includes('<p>More &lt;on&gt; request</p>'))
  assert.equal((await app.inject(file)).statusCode, 404)
  assert.equal((await app.inject(`/dump/${newer.name}`)).statusCode, 200)
})

test('none are offered at a limit of 0, and 403 says that they are not offered at all', async () => {
  const none = house({ segments, options: { dumps: { offered: true, limit: 0, message: '' } } }).app
  assert.equal((await none.inject('/dump/')).statusCode, 200)
  assert.equal((await none.inject(file)).statusCode, 404)
  const closed = house({ segments, options: { dumps: { offered: false, limit: 9, message: '' } } }).app
  for (const url of ['/dump/', file]) {
    const answer = await closed.inject(url)
    assert.deepEqual([answer.statusCode, answer.json().error.code], [403, 'DUMPS_DISABLED'])
  }
})

test('a dump is given whole, byte by byte, uncompressed', async () => {
  const { app } = house({ segments })
  const { statusCode, headers, rawPayload } = await app.inject({ url: file, headers: { 'accept-encoding': 'gzip' } })
  assert.equal(statusCode, 200)
  assert.deepEqual(rawPayload, content)
  assert.equal(headers['content-type'], 'application/octet-stream')
  assert.equal(headers['content-length'], '1000')
  assert.equal(headers['content-encoding'], undefined)
  assert.equal(headers['accept-ranges'], 'bytes')
  assert.equal(headers['last-modified'], 'Mon, 02 Nov 2026 03:04:05 GMT')
  assert.equal(headers['cache-control'], 'public, max-age=600')
})

test('HEAD tells all of that without the bytes', async () => {
  const { app } = house({ segments })
  const [get, head] = [await app.inject(file), await app.inject({ method: 'HEAD', url: file, headers: { range: 'bytes=0-9' } })]
  assert.equal(head.statusCode, 200)
  assert.equal(head.body, '')
  for (const name of ['content-length', 'content-type', 'etag', 'last-modified', 'accept-ranges']) assert.equal(head.headers[name], get.headers[name], name)
})

test('the file being written is offered as far as it is synced', async () => {
  const { app } = house({ segments })
  const { body, headers } = await app.inject(`/dump/${newer.name}`)
  assert.equal(body, 'line\nline\n')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal((await app.inject({ url: `/dump/${newer.name}`, headers: { range: 'bytes=10-' } })).statusCode, 416)
})

test('any range is that part of the file', async () => {
  const { app } = house({ segments })
  await fc.assert(fc.asyncProperty(fc.nat(1100), fc.nat(1100), async (first, last) => {
    const { statusCode, headers, rawPayload } = await app.inject({ url: file, headers: { range: `bytes=${first}-${last}` } })
    if (last < first) assert.deepEqual([statusCode, rawPayload.length], [200, 1000])
    else if (first >= 1000) assert.deepEqual([statusCode, headers['content-range']], [416, 'bytes */1000'])
    else {
      const end = Math.min(last, 999)
      assert.deepEqual([statusCode, headers['content-range'], headers['content-length']], [206, `bytes ${first}-${end}/1000`, String(end - first + 1)])
      assert.deepEqual(rawPayload, content.subarray(first, end + 1))
    }
  }), { numRuns: 50 })
})

test('a download that broke off goes on only where the file is the same', async () => {
  const { app } = house({ segments })
  const { etag, 'last-modified': date } = (await app.inject(file)).headers
  for (const same of [etag, date]) {
    const { statusCode, rawPayload } = await app.inject({ url: file, headers: { 'range': 'bytes=900-', 'if-range': String(same) } })
    assert.deepEqual([statusCode, rawPayload.length], [206, 100])
  }
  assert.equal((await app.inject({ url: file, headers: { 'range': 'bytes=900-', 'if-range': '"other"' } })).statusCode, 200)
  for (const condition of [{ 'if-none-match': String(etag) }, { 'if-modified-since': String(date) }]) {
    const { statusCode, body, headers } = await app.inject({ url: file, headers: condition })
    assert.deepEqual([statusCode, body, headers.etag], [304, '', etag])
  }
})

test('a file that grew has another tag', async () => {
  const growing = dump('growing.txt', 'one\n', { sealed: false })
  const list = [growing]
  const { app } = house({ parts: { segments: () => list } })
  const before = (await app.inject('/dump/growing.txt')).headers.etag
  appendFileSync(growing.path, 'two\n')
  list[0] = { ...growing, bytes: 8 }
  const { headers, body } = await app.inject({ url: '/dump/growing.txt', headers: { 'if-none-match': String(before) } })
  assert.notEqual(headers.etag, before)
  assert.equal(body, 'one\ntwo\n')
})

test('only names of the list are known', async () => {
  const { app } = house({ segments })
  writeFileSync(join(folder, 'secret.txt'), 'S1')
  for (const name of ['secret.txt', '%2e%2e%2fsecret.txt', `..%2f${older.name}`, `${older.name}%00`, `${older.name}/`, older.name.toUpperCase()]) {
    const { statusCode, body } = await app.inject(`/dump/${name}`)
    assert.equal(statusCode, 404, name)
    assert.doesNotMatch(body, /S1/)
  }
})

test('an empty dump is an empty answer', async () => {
  const { app } = house({ segments: [dump('empty.txt', '', { sealed: false })] })
  const { statusCode, headers, body } = await app.inject('/dump/empty.txt')
  assert.deepEqual([statusCode, headers['content-length'], body], [200, '0', ''])
  assert.equal((await app.inject({ url: '/dump/empty.txt', headers: { range: 'bytes=0-' } })).statusCode, 416)
})

test('a dump that went away since it was listed is 404, not a failure', async () => {
  const gone = dump('gone.txt', 'x')
  unlinkSync(gone.path)
  const { app, logged } = house({ segments: [gone] })
  assert.equal((await app.inject('/dump/gone.txt')).statusCode, 404)
  assert.deepEqual(logged, [])
})

test('/dump leads to /dump/', async () => {
  const { statusCode, headers } = await house({ segments }).app.inject('/dump')
  assert.deepEqual([statusCode, headers.location], [301, '/dump/'])
})
