import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFeed, type Feed } from '../../src/index/feed.ts'
import type { Index } from '../../src/index/port.ts'
import type { Batch } from '../../src/journal/port.ts'
import { linePosition } from '../../src/message/line.ts'
import { authorIs, insert, Lines } from './made.ts'

/** A journal in memory that can be written to while it is followed. */
class Followed {
  readonly lines = new Lines()
  #wake = new Set<() => void>()

  append(count: number): void {
    for (let i = 0; i < count; i++) this.lines.append([insert({ id_str: `m${this.lines.all.length}` })])
    for (const wake of this.#wake) wake()
  }

  /** Lines of authors that lie before all others, which nobody else follows. */
  left: string[] = []
  async *leftAuthors(after: number): AsyncGenerator<readonly string[]> {
    const lines = this.left.filter((line) => (linePosition(line) ?? 0) > after)
    if (lines.length > 0) yield lines
  }

  last = (): number => this.lines.all.at(-1)?.position ?? 0

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<Batch> {
    for (let at = after; !signal.aborted; ) {
      const lines = this.lines.after(at).slice(0, 300)
      if (lines.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake.add(resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        continue
      }
      at = linePosition(lines.at(-1) ?? '') ?? at
      yield { last: at, lines, read: lines.length, records: () => [] }
    }
  }
}

/** An index that only remembers; `waitFor` resolves when it has so many lines. */
class Remembering implements Pick<Index, 'apply' | 'cursor' | 'clear'> {
  taken: string[] = []
  portions: number[] = []
  failures: Error[] = []
  running = 0
  #at = 0
  #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  async apply(lines: readonly string[], after = 0): Promise<void> {
    assert.equal(++this.running, 1, 'one after the other')
    await Promise.resolve()
    this.running -= 1
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    if (this.#at < after) throw new Error('begun anew')
    this.taken.push(...lines)
    this.portions.push(lines.length)
    this.#at = linePosition(lines.at(-1) ?? '') ?? 0
    for (const { count, resolve } of this.#waiting) if (this.taken.length >= count) resolve()
  }
  cursor = (): number => this.#at
  clear(): Promise<void> {
    assert.equal(this.running, 0)
    this.taken = []
    this.#at = 0
    return Promise.resolve()
  }
  waitFor(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}

async function feeding(test: (journal: Followed, index: Remembering, feed: Feed, failures: string[]) => Promise<void>, index = new Remembering()): Promise<void> {
  const journal = new Followed()
  const stop = new AbortController()
  const failures: string[] = []
  journal.append(5)
  const feed = createFeed({ index, journal, log: { error: (message) => failures.push(message) }, gather: 5, retryAfter: 1 })
  const running = feed.run(stop.signal)
  await test(journal, index, feed, failures)
  stop.abort()
  await running
}

describe('the feed of an index', () => {
  it('applies the journal from the cursor on, in order, and what is written later', async () => {
    await feeding(async (journal, index) => {
      await index.waitFor(5)
      journal.append(7)
      await index.waitFor(12)
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('gives what is there already in full portions, however it is read, and the rest as soon as there is no more', async () => {
    await feeding(async (journal, index) => {
      await index.waitFor(5)
      const before = index.portions.length
      journal.append(4_500)
      await index.waitFor(4_505)
      assert.deepEqual(index.portions.slice(before), [2_000, 2_000, 500])
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('gives again what the index did not take, from where the index stands', async () => {
    await feeding(async (journal, index, _, failures) => {
      await index.waitFor(5)
      index.failures.push(new Error('full'), new Error('still full'))
      journal.append(3)
      await index.waitFor(8)
      assert.deepEqual(failures, ['the index does not get on: full', 'the index does not get on: still full'])
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('gives everything again to an index that was begun anew, before what is written then', async () => {
    await feeding(async (journal, index) => {
      await index.waitFor(5)
      void index.clear()
      journal.append(3)
      await index.waitFor(8)
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('gives everything again to an index that was begun anew while nothing is written', async () => {
    await feeding(async (journal, index) => {
      await index.waitFor(5)
      void index.clear()
      await index.waitFor(5)
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('begins at the beginning after a rebuild', async () => {
    await feeding(async (journal, index, feed) => {
      await index.waitFor(5)
      const again = index.waitFor(5)
      await feed.rebuild()
      await again
      assert.deepEqual(index.taken, journal.lines.after(0))
    })
  })
  it('tells an index that begins of authors whose records are gone, before all else, and one that stands further on of none', async () => {
    const gone = new Lines(1_000)
    const left = gone.append([authorIs({ key: 'ann', state: 'hidden' }), authorIs({ key: 'bob', handle: 'bob.test' })])
    await feeding(async (journal, index, feed) => {
      await index.waitFor(5)
      journal.left = left
      const again = index.waitFor(7)
      await feed.rebuild()
      await again
      const all = [...left, ...journal.lines.after(0)]
      assert.deepEqual(index.taken, all)
      index.failures.push(new Error('full'))
      journal.append(1)
      await index.waitFor(8)
      assert.deepEqual(index.taken, [...left, ...journal.lines.after(0)])
    })
  })
  it('makes an index again that knows more than the dumps, some of which are gone', async () => {
    const lost = new Followed()
    lost.append(9)
    const index = new Remembering()
    await index.apply(lost.lines.after(0))
    await feeding(async (journal, _index, _feed, failures) => {
      await index.waitFor(5)
      assert.deepEqual(index.taken, journal.lines.after(0))
      assert.deepEqual(failures, ['the index knows more than the dumps, some of which are gone; it is made again from those that are there'])
    }, index)
  })
})
