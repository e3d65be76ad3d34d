import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { house } from './parts.ts'

test('the API page and its script come from this server, and may talk to no other', async () => {
  const { app } = house()
  const page = await app.inject('/api/')
  assert.equal(page.statusCode, 200)
  assert.doesNotMatch(page.body, /https?:|\/\/[a-z]/)
  const sources = [...page.body.matchAll(/src="([^"]+)"/g)].map(([, source]) => source)
  assert.deepEqual(sources, ['/api/page.js'])

  const policy = String(page.headers['content-security-policy'])
  const allowed = policy.split('; ').flatMap((rule) => rule.split(' ').slice(1))
  const [, inline = ''] = /<script>(.*)<\/script>/.exec(page.body) ?? []
  const hash = `'sha256-${createHash('sha256').update(inline).digest('base64')}'`
  assert.deepEqual([...new Set(allowed)].toSorted(), ["'none'", "'self'", "'unsafe-inline'", 'data:', hash].toSorted())
  assert.match(policy, /connect-src 'self'/)
  assert.match(policy, /^default-src 'none'/)

  const script = await app.inject('/api/page.js')
  assert.deepEqual([script.statusCode, script.headers['content-encoding']], [200, 'gzip'])
  assert.match(gunzipSync(script.rawPayload).toString(), /createApiReference/)
})

test('/api leads to /api/', async () => {
  const { statusCode, headers } = await house().app.inject('/api')
  assert.deepEqual([statusCode, headers.location], [301, '/api/'])
})
