import { createPressure } from '../../../src/index/sqlite/threads/pressure.ts'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Readers, usualReaders, type ReadersOptions } from '../../../src/index/sqlite/threads/readers.ts'
import { everything } from '../../../src/query/tree.ts'
import { insert, Lines } from '../made.ts'
import { madeFolder, openIn } from './folders.ts'

const stub = pathToFileURL(join(import.meta.dirname, 'stub-reader.ts'))
const options: ReadersOptions = { folder: '', columnBytes: 0, pressure: createPressure(), threads: 2, atOnce: 10, open: 3, grace: 0, script: stub }
/** The stub tells facets and `thread` its number, answers `echo`, throws for `fail`, dies for `die`, and is stuck for ever for `stick`. */
const asked = (id: string, timeout = 60_000) => ({ kind: 'message' as const, timeout, id })

/** A clock that stands still until it is moved. */
function stillClock(): { readonly now: () => number; move(by: number): void } {
  let at = 0
  return { now: () => at, move: (by) => void (at += by) }
}

describe('reading threads', () => {
  it('one that does not come back is replaced; its questions fail, the next are answered', async () => {
    const readers = new Readers({ ...options, threads: 1 })
    await assert.rejects(readers.ask(asked('stick', 1)), { code: 'OVERLOADED' })
    assert.equal(await readers.ask(asked('echo')), 'echo')
    await readers.close()
  })
  it('one of them counts, so that columns are held once; what needs none goes past it, and where it is lost another counts', async () => {
    const readers = new Readers({ ...options, atOnce: 2, open: 20 })
    const count = async (): Promise<string | undefined> => {
      const { fields } = await readers.ask({ kind: 'facets', timeout: 60_000, query: everything, asked: { fields: ['hashtags'], limit: 1, timeout: 60_000 } })
      return fields.hashtags?.[0]?.value
    }
    const [first, second, page, third, other] = await Promise.all([count(), count(), readers.ask(asked('thread')), count(), readers.ask(asked('thread'))])
    assert.deepEqual([second, third, other], [first, first, page])
    assert.notEqual(first, page)
    // With nothing else to do the first thread that is asked is the one that counts, and dies.
    const dying = [readers.ask(asked('die')), readers.ask(asked('die'))]
    await Promise.all(dying.map((died) => assert.rejects(died)))
    const anew = await count()
    assert.notEqual(anew, first)
    assert.equal(await count(), anew)
    await readers.close()
  })
  it('one that dies fails what it was asked; the next are answered', async () => {
    const readers = new Readers({ ...options, threads: 1 })
    await assert.rejects(readers.ask(asked('die')))
    assert.equal(await readers.ask(asked('echo')), 'echo')
    await readers.close()
  })
  it('a second one answers while the first is busy', async () => {
    const readers = new Readers(options)
    const stuck = assert.rejects(readers.ask(asked('stick')))
    assert.equal(await readers.ask(asked('echo')), 'echo')
    await readers.close()
    await stuck
  })
  it('no more is taken on than can be open', async () => {
    const readers = new Readers(options)
    const open = [1, 2, 3].map(() => assert.rejects(readers.ask(asked('wait'))))
    await assert.rejects(readers.ask(asked('echo')), { code: 'OVERLOADED' })
    await readers.close()
    await Promise.all(open)
  })
  it('who no longer waits is told so at once, and so is the thread', async () => {
    const readers = new Readers({ ...options, threads: 1 })
    const abort = new AbortController()
    const waiting = readers.ask(asked('wait'), abort.signal)
    abort.abort(new Error('gone'))
    await assert.rejects(waiting, { message: 'gone' })
    assert.equal(await readers.ask(asked('abandoned')), '1')
    await assert.rejects(readers.ask(asked('echo'), AbortSignal.abort(new Error('before'))), { message: 'before' })
    await readers.close()
  })
  it('one that is stuck is replaced, as an index has them, although all who asked have left', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const clock = stillClock()
    const readers = new Readers({ ...options, ...usualReaders, now: clock.now })
    const gone = new AbortController()
    const stuck = Array.from({ length: usualReaders.threads }, () => readers.ask(asked('stick', 100), gone.signal))
    gone.abort(new Error('gone'))
    for (const one of stuck) await assert.rejects(one, { message: 'gone' })
    assert.ok(readers.canAnswer, 'there is still time')
    clock.move(100 + usualReaders.grace / 2)
    assert.ok(!readers.canAnswer, 'all threads are stuck')
    t.mock.timers.tick(100 + usualReaders.grace)
    assert.ok(readers.canAnswer)
    assert.equal(await readers.ask(asked('echo')), 'echo')
    await readers.close()
  })
  it('one that is stuck with what nobody waits for any more is asked nothing else', async () => {
    const readers = new Readers({ ...options, open: 100, atOnce: 3 })
    const gone = new AbortController()
    const stuck = readers.ask(asked('stick'), gone.signal)
    gone.abort(new Error('gone'))
    await assert.rejects(stuck, { message: 'gone' })
    for (let i = 0; i < 5; i++) assert.equal(await readers.ask(asked('echo')), 'echo')
    await readers.close()
  })
  it('few questions are under way at a time; the others wait, first come first served', async () => {
    const readers = new Readers({ ...options, threads: 1, atOnce: 3, open: 100 })
    const answered: number[] = []
    const answers = await Promise.all(Array.from({ length: 30 }, async (_, i) => {
      const most = await readers.ask(asked('busy'))
      answered.push(i)
      return Number(most)
    }))
    assert.equal(Math.max(...answers), 3)
    assert.deepEqual(answered, Array.from({ length: 30 }, (_, i) => i))
    await readers.close()
  })
  it('who would wait longer than he can is told so at once', async () => {
    const clock = stillClock()
    const readers = new Readers({ ...options, threads: 1, atOnce: 1, open: 100, now: clock.now })
    const slow = readers.ask(asked('busy'))
    clock.move(10_000)
    await slow
    const open = [assert.rejects(readers.ask(asked('wait'))), assert.rejects(readers.ask(asked('wait')))]
    await assert.rejects(readers.ask(asked('echo', 1000)), { code: 'OVERLOADED', detail: /wait for their turn/ })
    open.push(assert.rejects(readers.ask(asked('wait', 60_000))))
    await readers.close()
    await Promise.all(open)
  })
  it('who has waited half of his time is told that it was too long, and makes room', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const readers = new Readers({ ...options, threads: 1, atOnce: 1, open: 2 })
    const gone = new AbortController()
    const first = readers.ask(asked('wait'), gone.signal)
    const second = assert.rejects(readers.ask(asked('echo', 1000)), { code: 'OVERLOADED' })
    t.mock.timers.tick(500)
    await second
    const third = assert.rejects(readers.ask(asked('echo', 1000)), { code: 'NOT_READY' })
    gone.abort(new Error('gone'))
    await assert.rejects(first, { message: 'gone' })
    await readers.close()
    await third
  })
  it('a defect crosses with its message', async () => {
    const readers = new Readers({ ...options, threads: 1 })
    await assert.rejects(readers.ask(asked('fail')), { message: 'a defect' })
    await readers.close()
  })
})

describe('an index that is closed', () => {
  it('answers nothing and takes nothing', async () => {
    const lines = new Lines()
    const index = await openIn(madeFolder(), lines)
    await index.close()
    await assert.rejects(index.search(everything, { order: 'created_at', limit: 1, count: 'none', timeout: 1000 }), { code: 'NOT_READY' })
    await assert.rejects(index.apply(lines.append([insert({ id_str: '1' })])))
    await index.close()
  })
  it('refuses what is no page', async () => {
    const index = await openIn(madeFolder(), new Lines())
    for (const bad of [{ limit: -1 }, { limit: 1001 }, { limit: 0.5 }, { offset: 10_001 }, { offset: -1 }]) {
      await assert.rejects(index.search(everything, { order: 'created_at', limit: 1, count: 'none', timeout: 1000, ...bad }), { code: 'BAD_PARAMETER' }, JSON.stringify(bad))
    }
    await index.close()
  })
})
