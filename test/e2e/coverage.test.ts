// What the sources missed is told by searches, in the server as it is put together.
import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { startServer } from '../../src/server.ts'
import { loadSettings } from '../../src/settings/load.ts'
import type { Gap, Source } from '../../src/sources/source.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { ask, at } from './program.ts'

const gap: Gap = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T06:00:00.000Z', reason: 'the network no longer had it' }

/** A source that follows a network and was away for a while. */
const source: Source = {
  run: (_intake, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  state: () => ({ name: 'test', network: 'test', state: 'live', reason: null, address: null, rate: 0, lag_ms: null, last_message_at: null, received: 0, dropped: {}, reconnects: 0, gaps: [gap] }),
}

test('a search over a time in which a source was away says so, and no other', async (t) => {
  const { settings } = loadSettings({ argv: [`--data.path=${await temporaryFolder()}`, '--port.http=0', '--disk.floor=1B', '--log.level=error'], env: {}, cwd: '/' })
  const err = new Writable({ write: (_chunk, _encoding, done) => done() })
  const serving = await startServer(settings, { version: '0', env: {}, err, now: Date.now }, new AbortController().signal, { sources: [source], told: 'a test' })
  t.after(() => serving.stop())
  const url = /listening on (\S+)$/.exec(serving.banner.at(-1) ?? '')?.[1] ?? ''
  const coverage = async (q: string): Promise<unknown> => at(await ask(`${url}/api/search.json?q=${q}`), 'search_metadata', 'coverage')
  assert.deepEqual(await coverage('rain'), [{ source: 'test', ...gap }])
  assert.deepEqual(await coverage('since:2026-01-01T05:00:00Z'), [{ source: 'test', ...gap }])
  assert.deepEqual(await coverage('since:2026-01-01T06:00:00Z'), [])
  assert.deepEqual(await coverage('until:2026-01-01T00:00:00Z'), [])
})
