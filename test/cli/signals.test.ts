import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { interruption, watchParent } from '../../src/cli/signals.ts'
import { LoklakError } from '../../src/watch/errors.ts'

describe('Ctrl-C', () => {
  for (const name of ['SIGINT', 'SIGTERM']) {
    test(`${name}: the first asks to end, the second ends at once`, () => {
      const source = new EventEmitter()
      const exits: number[] = []
      const { signal } = interruption(source, (code) => exits.push(code))
      assert.equal(signal.aborted, false)
      source.emit(name)
      assert.ok(signal.reason instanceof LoklakError && signal.reason.code === 'STOPPED')
      assert.deepEqual(exits, [])
      source.emit('SIGTERM')
      assert.deepEqual(exits, [1])
    })
  }
})

describe('what else asks a run to end', () => {
  test('is no second signal, and the one after it is', () => {
    const source = new EventEmitter()
    const exits: number[] = []
    const { signal, stop } = interruption(source, (code) => exits.push(code))
    stop()
    stop()
    assert.deepEqual([signal.aborted, exits], [true, []])
    source.emit('SIGINT')
    assert.deepEqual(exits, [1])
  })

  test('is the end of the parent', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const child = { ppid: process.pid }
    let gone = 0
    watchParent(child, () => gone++)
    t.mock.timers.tick(5_000)
    assert.equal(gone, 0)
    child.ppid = 1
    t.mock.timers.tick(5_000)
    assert.equal(gone, 1)
  })

  test('is that there is no process of its number any more, where it keeps the number', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { pid } = spawnSync(process.execPath, ['--version'])
    let gone = 0
    watchParent({ ppid: pid }, () => gone++)
    t.mock.timers.tick(1_000)
    assert.equal(gone, 1)
  })
})
