import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { demo } from '../../src/cli/demo.ts'
import type { Collected, Serving } from '../../src/cli/serve.ts'
import { startServer } from '../../src/server.ts'
import type { Settings } from '../../src/settings/options.ts'
import { isObject, parseJson } from '../../src/support/json.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { paper, run } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'

interface Seen {
  readonly settings: Settings
  readonly instead: Collected
}

/** Runs a demo on a real server; `watch` looks at it, and then it is stopped. */
async function show(argv: readonly string[], watch: (seen: Seen, serving: Serving) => Promise<void>): Promise<{ code: number; out: string; err: string; seen: Seen | undefined }> {
  const stop = new AbortController()
  let seen: Seen | undefined
  const start = async (settings: Settings, signal: AbortSignal, instead: Collected): Promise<Serving> => {
    const serving = await startServer(settings, { version: '0', env: {}, err: paper().out, now: Date.now }, signal, instead)
    seen = { settings, instead }
    await watch(seen, serving).finally(() => stop.abort(new LoklakError('STOPPED', '')))
    return serving
  }
  return { ...(await run(['demo', '--port.http=0', ...argv], [demo(start)], { now: Date.now, signal: stop.signal })), seen }
}

describe('demo', () => {
  test('serves generated messages, says so, and removes its folder', async () => {
    const { code, out, err, seen } = await show(['--messages=300', '--rate=50'], async ({ settings, instead }, { banner }) => {
      assert.ok(existsSync(settings['data.path']))
      assert.equal(settings['source.bluesky.enabled'], false)
      assert.deepEqual(instead.sources.map((source) => source.state().network), ['sample'])
      const url = /listening on (\S+)$/.exec(banner.at(-1) ?? '')?.[1] ?? ''
      // oxlint-disable-next-line no-restricted-globals -- a client of the server under test
      const page = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text()
      const status = async (): Promise<unknown> => parseJson(await page('/api/status.json'))
      const size = (answer: unknown): number => {
        const index = isObject(answer) && isObject(answer['index']) ? answer['index']['messages'] : undefined
        return isObject(index) && typeof index['size'] === 'number' ? index['size'] : 0
      }
      const before = size(await status())
      assert.ok(before >= 300)
      while (size(await status()) < before + 10);
      for (const path of ['/', '/search', '/api/search.rss']) assert.match(await page(path), /Its messages are generated: nobody wrote them/, path)
    })
    assert.equal(code, 0)
    assert.match(out, /^ {2}collects {3}generated messages that nobody wrote, from no network: 300 to begin with, 50 a second from now on$/m)
    assert.match(err, /^sample: 300 messages in /m)
    assert.ok(seen !== undefined && !existsSync(seen.settings['data.path']))
    assert.ok(existsSync(dirname(seen.settings['data.path'])))
  })

  test('removes its folder where the server cannot start', async () => {
    let path = ''
    const start = (settings: Settings): Promise<Serving> => {
      path = settings['data.path']
      return Promise.reject(new LoklakError('PORT_IN_USE', '127.0.0.1:9000'))
    }
    const { code, err } = await run(['demo', '--messages=10'], [demo(start)], { now: Date.now })
    assert.equal(code, 1)
    assert.match(err, /error: The port is taken\. 127\.0\.0\.1:9000/)
    assert.ok(path !== '' && !existsSync(path))
  })

  test('stopped before it runs leaves no folder behind', async (t) => {
    const folder = await temporaryFolder(t)
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    t.after(() => {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    })
    const stop = new AbortController()
    let shown = ''
    const err = new Writable({
      write(chunk, _encoding, done) {
        shown += String(chunk)
        if (shown.includes('importing')) stop.abort(new LoklakError('STOPPED', ''))
        done()
      },
    })
    const { code } = await run(['demo', '--messages=5000'], [demo(() => Promise.reject(new Error('started')))], { now: Date.now, err, signal: stop.signal })
    assert.equal(code, 1)
    assert.match(shown, /error: Stopped by request\.\nhint: .+begins anew/)
    assert.deepEqual(await readdir(folder), [])
  })

  test('takes no folder of somebody', async () => {
    const { code, err } = await run(['demo', '--data.path=/tmp/mine'], [demo(() => Promise.reject(new Error('started')))], { now: Date.now })
    assert.equal(code, 2)
    assert.match(err, /a demo has a folder of its own/)
  })
})
