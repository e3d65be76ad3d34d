import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { interruption } from '../../src/cli/signals.ts'
import { LoklakError } from '../../src/watch/errors.ts'

describe('Ctrl-C', () => {
  for (const name of ['SIGINT', 'SIGTERM']) {
    test(`${name}: the first asks to end, the second ends at once`, () => {
      const source = new EventEmitter()
      const exits: number[] = []
      const signal = interruption(source, (code) => exits.push(code))
      assert.equal(signal.aborted, false)
      source.emit(name)
      assert.ok(signal.reason instanceof LoklakError && signal.reason.code === 'INTERRUPTED')
      assert.deepEqual(exits, [])
      source.emit('SIGTERM')
      assert.deepEqual(exits, [1])
    })
  }
})
