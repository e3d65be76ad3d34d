import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { isReaderGone, put } from '../../src/cli/output.ts'
import { broken, paper } from './fixtures.ts'

const never = new AbortController().signal

describe('putting', () => {
  test('resolves once the reader has taken it, and leaves no listener behind', async () => {
    let take: () => void = () => assert.fail('nothing was written')
    const out = new Writable({ write: (_chunk, _encoding, done) => { take = done } })
    const putting = put(out, 'x', never)
    assert.equal(await Promise.race([putting, Promise.resolve('waiting')]), 'waiting')
    take()
    assert.equal(await putting, undefined)
    assert.equal(getEventListeners(never, 'abort').length, 0)
  })

  test('does not wait for the reader after an abort', async () => {
    const stop = new AbortController()
    const out = new Writable({ write: () => {} })
    const putting = put(out, 'x', stop.signal)
    stop.abort(new Error('enough'))
    await assert.rejects(putting, { message: 'enough' })
    const { out: open, text } = paper()
    await assert.rejects(put(open, 'y', stop.signal), { message: 'enough' })
    assert.equal(text(), '')
  })

  test('tells a reader who has gone from an output that failed', async () => {
    for (const [code, gone] of [['EPIPE', true], ['ENOSPC', false]] as const) {
      const out = broken(code)
      out.on('error', () => {})
      await assert.rejects(put(out, 'x', never), (error: Error) => {
        assert.equal(isReaderGone(error), gone)
        return error.message === `The output cannot be written. ${code}.`
      })
    }
  })
})
