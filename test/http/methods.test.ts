import assert from 'node:assert/strict'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { isObject } from '../../src/support/json.ts'
import { ask, open } from './open.ts'

test('a method that HTTP has and no address takes is answered 405', async (t) => {
  const { port } = await open(t)
  for (const method of ['PROPFIND', 'MKCOL', 'SEARCH', 'DELETE']) {
    const answer = await ask(port, '/api/settings.json', { method })
    assert.deepEqual([answer.statusCode, answer.headers.allow?.startsWith('GET, HEAD, ')], [405, true], method)
    const body = await json(answer)
    assert.ok(isObject(body) && isObject(body['error']) && body['error']['code'] === 'METHOD_NOT_ALLOWED')
  }
  assert.equal((await ask(port, '/nowhere', { method: 'DELETE' })).statusCode, 404)
})
