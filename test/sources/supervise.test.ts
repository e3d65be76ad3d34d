import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { FakeIntake } from './bluesky/fakes.ts'
import type { Source, SourceState } from '../../src/sources/source.ts'
import { superviseSources } from '../../src/sources/supervise.ts'
import { ManualClock } from '../support/waiting.ts'
import { until } from './bluesky/following.ts'
import { createHealth, type Health } from '../../src/watch/health.ts'

const quiet: SourceState = { name: 'test', network: 'test', state: 'live', reason: null, address: null, rate: 0, lag_ms: null, last_message_at: null, received: 0, dropped: {}, reconnects: 0, gaps: [] }

let clock: ManualClock
let health: Health
let errors: string[]
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  clock = new ManualClock()
  health = createHealth(clock.now)
  errors = []
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await running
})

const untilStopped = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

/** A source that fares as it is told, and runs until it is stopped unless it is told what else. */
function source(state: () => Partial<SourceState>, run: Source['run'] = (_intake, signal) => untilStopped(signal)): Source {
  return { run, state: () => ({ ...quiet, ...state() }) }
}

function supervise(...sources: Source[]): void {
  running = superviseSources(sources, new FakeIntake(), { health, log: { error: (_detail, message) => void errors.push(message) }, timer: clock.timer }, stop.signal)
}

/** What health says after the next look. */
async function told(): Promise<string[]> {
  await clock.armed(1000)
  clock.pass(1000)
  await clock.armed(1000)
  return health.view().degraded.map(({ name, reason, lag_ms }) => `${name}: ${reason}${lag_ms === null ? '' : ` (${lag_ms})`}`)
}

test('health is told how each source fares, and that it is well again', async () => {
  let state: Partial<SourceState> = {}
  supervise(source(() => state))
  const cases: [Partial<SourceState>, string[]][] = [
    [{}, []],
    [{ state: 'connecting', reason: 'connecting to ws://a' }, []],
    [{ state: 'waiting', reason: 'connect ECONNREFUSED; trying again' }, ['source test: connect ECONNREFUSED; trying again']],
    [{ state: 'catching-up', lag_ms: 5000 }, ['source test: it is catching up with its network (5000)']],
    [{ lag_ms: 59_000 }, []],
    [{ lag_ms: 61_000 }, ['source test: it is behind its network (61000)']],
    [{ state: 'stopped' }, ['source test: stopped']],
    [{ state: 'disabled' }, []],
  ]
  for (const [next, expected] of cases) {
    state = next
    assert.deepEqual(await told(), expected)
  }
})

test('and how the service fares that tells it names', async () => {
  let names: SourceState['names'] = { waiting: 3, failing_since: null, reason: null }
  supervise(source(() => ({ names })))
  assert.deepEqual(await told(), [])
  names = { waiting: 30, failing_since: '2026-11-22T18:00:00.000Z', reason: 'HTTP 503' }
  assert.deepEqual(await told(), ['test names: HTTP 503; 30 accounts wait'])
  names = null
  assert.deepEqual(await told(), [])
})

test('an inbox that waits for files is well', async () => {
  supervise(source(() => ({ network: 'dump', state: 'waiting', reason: 'nothing to import' })))
  assert.deepEqual(await told(), [])
})

test('one that fails is started again after a while, and the others run on', async () => {
  const starts: string[] = []
  const good = source(() => ({ name: 'good' }), (_intake, signal) => (starts.push('good'), untilStopped(signal)))
  const bad = source(() => ({ name: 'bad' }), async () => {
    starts.push('bad')
    throw new Error('a defect')
  })
  supervise(good, bad)
  await clock.armed(5000)
  assert.deepEqual([starts, errors], [['good', 'bad'], ['the source bad failed and is started again']])
  clock.pass(5000)
  await until(() => starts.length === 3)
  assert.deepEqual(starts, ['good', 'bad', 'bad'])
})

test('a stop waits for every source, and what one says while it stops is no failure', async () => {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  let ended = false
  supervise(source(() => ({}), async (_intake, signal) => {
    await untilStopped(signal)
    await over
    throw new Error('stopped')
  }))
  void running.then(() => (ended = true))
  stop.abort()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ended, false)
  resolve()
  await running
  assert.deepEqual(errors, [])
})
