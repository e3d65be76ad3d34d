import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { serve } from '../../src/cli/serve.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { startServer } from '../../src/server.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { paper, run } from './fixtures.ts'
import { post, store, temporaryFolder } from './folders.ts'

describe('serve', () => {
  test('stopped while it opens ends at once, well, and without a trace', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [{ kind: 'message', message: post('ann', 'whole') }])
    const stop = new AbortController()
    const start = serve((settings, signal) => {
      const starting = startServer(settings, { version: '0', env: {}, err: paper().out, now: Date.now }, signal)
      stop.abort(new LoklakError('STOPPED', ''))
      return starting
    })
    const { code, out, err } = await run(['serve', '--port.http=0', '--source.bluesky.enabled=false', `--data.path=${path}`], [start], { signal: stop.signal })
    assert.deepEqual({ code, out, err }, { code: 0, out: '', err: '' })
    // The folder was given back.
    openDataFolder(path).close()
  })

  test('that cannot start fails, also while it is stopped', async () => {
    const stop = new AbortController()
    const start = serve(() => {
      stop.abort(new LoklakError('STOPPED', ''))
      return Promise.reject(new LoklakError('PORT_IN_USE', '127.0.0.1:9000'))
    })
    const { code, err } = await run(['serve'], [start], { signal: stop.signal })
    assert.equal(code, 1)
    assert.match(err, /^error: The port is taken/)
  })
})
