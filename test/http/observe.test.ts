import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createObserver } from '../../src/http/observe.ts'
import type { IndexStats } from '../../src/index/port.ts'
import { realDisk } from '../../src/journal/disk.ts'
import { Model } from '../index/model.ts'
import { naiveIndex } from './naive-index.ts'
import { noon } from './parts.ts'

test('the sizes of the index are asked for now and then, and told from memory', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked: PromiseWithResolvers<IndexStats>[] = []
  let open = false
  let heard = Promise.withResolvers<void>()
  const index = {
    ...naiveIndex(new Model()).index,
    stats: () => {
      const answer = Promise.withResolvers<IndexStats>()
      asked.push(answer)
      heard.resolve()
      heard = Promise.withResolvers<void>()
      return answer.promise
    },
  }
  const stats: IndexStats = { messages: 7, authors: 3, bytes: 100, refused: {}, parts: [] }
  const observer = createObserver({ archive: () => null, sources: [], projections: () => [], stream: () => undefined, mqtt: () => null, index: () => (open ? index : null), floor: () => 0, disk: realDisk, path: '/', streaming: false, now: () => noon })
  const stop = new AbortController()
  const watching = observer.watchIndex(stop.signal)
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await settled()
  assert.deepEqual([observer.status().index, observer.status().counts.messages], [undefined, 0])

  open = true
  const first = heard.promise
  t.mock.timers.tick(500)
  await first
  asked[0]?.resolve(stats)
  await settled()
  const { index: told, counts } = observer.status()
  assert.deepEqual([told, counts.messages, counts.users], [stats, 7, 3])

  const second = heard.promise
  t.mock.timers.tick(5000)
  await second
  asked[1]?.reject(new Error('busy'))
  await settled()
  assert.deepEqual(observer.status().index, stats, 'the last that is known')
  stop.abort()
  await watching
})

test('the days that the disk lasts count what the index takes as well', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = noon
  let bytes = 0
  const stats = (): Promise<IndexStats> => Promise.resolve({ messages: 1, authors: 1, bytes: (bytes += 3_600_000), refused: {}, parts: [] })
  const disk = { ...realDisk, space: () => Promise.resolve({ free: 86_400_000_000, total: 100_000_000_000 }) }
  const observer = createObserver({ archive: () => null, sources: [], projections: () => [], stream: () => undefined, mqtt: () => null, index: () => ({ ...naiveIndex(new Model()).index, stats }), floor: () => 0, disk, path: '/', streaming: false, now: () => now })
  const stop = new AbortController()
  const watching = [observer.watchDisk(stop.signal), observer.watchIndex(stop.signal)]
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await settled()
  assert.equal(observer.status().disk.days_left, null, 'nothing is known yet')
  now += 3_600_000
  t.mock.timers.tick(5000)
  await settled()
  // 3.6 MB in an hour are a thousand bytes a second.
  assert.equal(observer.status().disk.days_left, 1000)
  stop.abort()
  t.mock.timers.tick(5000)
  await Promise.all(watching)
})
