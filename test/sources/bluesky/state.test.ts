import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { State } from '../../../src/sources/bluesky/state.ts'
import { ManualClock } from '../../support/waiting.ts'
import { fakeLog } from './fakes.ts'
import { second } from './frames.ts'

const lookback = 36 * 3_600_000
let folder: string
let path: string
let clock: ManualClock
let log: ReturnType<typeof fakeLog>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-bluesky-'))
  path = join(folder, 'sources', 'bluesky.json')
  clock = new ManualClock(second(0) / 1000)
  log = fakeLog()
})
afterEach(() => rm(folder, { recursive: true }))
const open = (): Promise<State> => State.open(path, lookback, { now: clock.now, timer: clock.timer, log })
const gap = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-21T00:00:00.000Z', reason: 'away' }
const mark = { time: second(-10), server: 'ws://a/subscribe', seq: 7 }

describe('what is remembered', () => {
  test('is nothing at first', async () => {
    const state = await open()
    assert.deepEqual([state.cursor, state.gaps], [null, []])
    await state.close()
    assert.deepEqual(await readdir(folder), [], 'and nothing is written for it')
  })

  test('is there again after a restart', async () => {
    const state = await open()
    state.landed(mark)
    state.addGap(gap)
    await state.close()
    const again = await open()
    assert.deepEqual([again.cursor, again.gaps], [mark, [gap]])
  })

  test('can be read by a person', async () => {
    const state = await open()
    state.landed({ ...mark, seq: undefined })
    await state.close()
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { cursor: { time: second(-10), server: 'ws://a/subscribe' }, gaps: [] })
  })

  test('are the newest hundred gaps; one seen again is not another one', async () => {
    const state = await open()
    for (let i = 0; i < 150; i++) state.addGap({ ...gap, from: `${i}` })
    state.addGap({ ...gap, from: '149', to: 'later' })
    assert.equal(state.gaps.length, 100)
    assert.deepEqual([state.gaps[0]?.from, state.gaps.at(-1)?.to], ['50', 'later'])
    await state.close()
  })
})

describe('saving', () => {
  test('happens once a second, however much changes, but for the first cursor: without one a death would cost what follows it', async () => {
    const state = await open()
    for (let i = 100; i > 0; i--) state.landed({ ...mark, time: second(-i) })
    assert.deepEqual(clock.set, [0])
    clock.pass(0)
    state.landed({ ...mark, time: second(0) })
    assert.deepEqual(clock.set, [], 'and not while it is being written')
    await clock.armed(1000)
    assert.equal((await open()).cursor?.time, second(-1))
    await state.close()
    const again = await open()
    assert.equal(again.cursor?.time, second(0))
    again.landed({ ...mark, time: second(1) })
    assert.deepEqual(clock.set, [1000])
    await again.close()
  })

  test('leaves no timer behind when closed', async () => {
    const state = await open()
    state.landed(mark)
    await state.close()
    state.landed({ ...mark, time: second(-1) })
    assert.deepEqual(clock.set, [])
  })

  test('that fails says so once and is tried again', async () => {
    const state = await open()
    await mkdir(`${path}.new`, { recursive: true })
    for (let i = 5; i > 0; i--) {
      state.landed({ ...mark, time: second(-i) })
      clock.pass(1000)
      if (i > 1) {
        state.landed({ ...mark, time: second(-i) })
        await clock.armed(1000)
      }
    }
    await rm(`${path}.new`, { recursive: true })
    state.landed({ ...mark, time: second(0) })
    await state.close()
    assert.equal(log.said.length, 1)
    assert.equal((await open()).cursor?.time, second(0))
  })
})

describe('a damaged file', () => {
  const contents = ['', 'x', '[]', '{"cursor":{"time":5,"server":"a"},"gaps":[]}', '{"cursor":{"time":"soon","server":"a"},"gaps":[]}', '{"cursor":{}}', `{"cursor":{"time":${second(0)},"server":"a"}`]
  for (const content of contents) {
    test(`«${content}» is set aside loudly, and all that servers have is read again`, async () => {
      await mkdir(join(folder, 'sources'))
      await writeFile(path, content)
      const state = await open()
      assert.equal(state.cursor?.time, second(-36 * 3600))
      assert.deepEqual(await readdir(join(folder, 'sources')), ['bluesky.json.damaged'])
      assert.match(log.said.join(), /damaged/)
    })
  }
})
