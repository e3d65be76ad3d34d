import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clock, showProgress, type Progress } from '../../src/cli/progress.ts'
import { paper } from './fixtures.ts'

interface Shown {
  readonly progress: Progress
  readonly at: (milliseconds: number) => void
  readonly text: () => string
}

function show({ terminal, total }: { readonly terminal?: { readonly columns: number }; readonly total?: number }): Shown {
  let time = 1_000_000
  const { out, text } = paper(terminal)
  const size = total === undefined ? {} : { total }
  const progress = showProgress({ label: 'import', noun: 'messages', err: out, isTerminal: terminal !== undefined, now: () => time, ...size })
  return { progress, at: (milliseconds) => { time = 1_000_000 + milliseconds }, text }
}

describe('progress on a terminal', () => {
  test('is one line with bar, count, rate, time left and errors, drawn over itself', () => {
    const { progress, at, text } = show({ terminal: { columns: 100 }, total: 1000 })
    at(1000)
    progress.step({ items: 100 })
    assert.equal(text(), '\rimport [##------------------] 10%  100 messages  100/s  0:09 left\u001B[K')
    at(2000)
    progress.step({ items: 150, errors: 2 })
    assert.equal(text().split('\r')[2], 'import [#####---------------] 25%  2 errors  250 messages  125/s  0:06 left\u001B[K')
    assert.doesNotMatch(text(), /\n/)
  })

  test('is not drawn more often than ten times a second', () => {
    const { progress, at, text } = show({ terminal: { columns: 100 }, total: 1000 })
    for (let i = 1; i <= 1000; i++) {
      at(i)
      progress.step({ items: 1 })
    }
    assert.equal(text().split('\r').length - 1, 10)
  })

  test('fits into the line', () => {
    const { progress, at, text } = show({ terminal: { columns: 20 }, total: 1000 })
    at(1000)
    progress.step({ items: 1 })
    assert.equal(text(), '\rimport [-----------\u001B[K')
  })

  test('shows errors where the line is too short for all', () => {
    const { progress, at, text } = show({ terminal: { columns: 50 }, total: 1000 })
    at(1000)
    progress.step({ items: 100, errors: 3 })
    assert.match(text(), /10%  3 errors /)
  })

  test('goes out of the way of another line', () => {
    const { progress, text } = show({ terminal: { columns: 50 } })
    progress.clear()
    assert.equal(text(), '\r\u001B[K')
    const elsewhere = show({})
    elsewhere.progress.clear()
    assert.equal(elsewhere.text(), '')
  })

  test('ends with the sum', () => {
    const { progress, at, text } = show({ terminal: { columns: 100 }, total: 10 })
    progress.step({ items: 10, errors: 1 })
    at(5000)
    progress.finish()
    assert.equal(text(), '\rimport: 10 messages in 0:05, 2/s, 1 error\u001B[K\n')
  })
})

describe('progress elsewhere', () => {
  test('is a plain line every ten seconds and one at the end', () => {
    const { progress, at, text } = show({ total: 100_000 })
    for (let second = 1; second <= 25; second++) {
      at(second * 1000)
      progress.step({ items: 1000 })
    }
    progress.finish()
    assert.equal(text(), [
      'import: 10%, 10,000 messages, 1,000/s, 1:30 left',
      'import: 20%, 20,000 messages, 1,000/s, 1:20 left',
      'import: 25,000 messages in 0:25, 1,000/s',
      '',
    ].join('\n'))
  })

  test('has no percentage and no time left where the end is not known', () => {
    const { progress, at, text } = show({})
    at(10_000)
    progress.step({ items: 5 })
    assert.equal(text(), 'import: 5 messages, 1/s\n')
  })
})

describe('progress', () => {
  test('may count work in something else than items', () => {
    const { progress, at, text } = show({ total: 2_000_000 })
    at(10_000)
    progress.step({ items: 300, work: 1_000_000 })
    assert.equal(text(), 'import: 50%, 300 messages, 30/s, 0:10 left\n')
  })

  test('tells the rate of the last seconds, not of the whole', () => {
    const { progress, at, text } = show({ terminal: { columns: 100 }, total: 1_000_000 })
    at(10_000)
    progress.step({ items: 10_000 })
    for (let second = 11; second <= 30; second++) {
      at(second * 1000)
      progress.step({ items: 10 })
    }
    assert.match(text().split('\r').at(-1) ?? '', / 10\/s /)
  })

  test('says when it stands still, and survives an empty or exceeded total', () => {
    const still = show({ total: 10 })
    still.at(10_000)
    still.progress.step({ items: 0 })
    assert.equal(still.text(), 'import: 0%, 0 messages, 0/s, stalled\n')
    const finished = show({ total: 10 })
    finished.progress.step({ items: 100, work: 10 })
    for (const second of [6, 12, 18]) {
      finished.at(second * 1000)
      finished.progress.step({ items: 600, work: 0 })
    }
    assert.doesNotMatch(finished.text(), /stalled/, 'items still come')
    const exceeded = show({ total: 10 })
    exceeded.at(10_000)
    exceeded.progress.step({ items: 20 })
    assert.equal(exceeded.text(), 'import: 100%, 20 messages, 2/s, 0:00 left\n')
    const empty = show({ total: 0 })
    empty.at(10_000)
    empty.progress.step({ items: 1 })
    assert.match(empty.text(), /^import: 100%, /)
  })

  test('a clock of minutes or hours', () => assert.deepEqual([0, 59_400, 65_000, 7_205_000].map(clock), ['0:00', '0:59', '1:05', '2:00:05']))
})
