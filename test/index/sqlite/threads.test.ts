import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Readers, type ReadersOptions } from '../../../src/index/sqlite/threads/readers.ts'
import { everything } from '../../../src/query/tree.ts'
import { insert, Lines } from '../made.ts'
import { madeFolder, openIn } from './folders.ts'

const stub = pathToFileURL(join(import.meta.dirname, 'stub-reader.ts'))
const options: ReadersOptions = { folder: '', columnBytes: 0, threads: 2, open: 3, grace: 0, onDamage: () => Promise.resolve(), script: stub }
/** The stub answers `echo:…`, throws for `fail`, dies for `die`, and is stuck for ever for `stick`. */
const asked = (id: string, timeout = 60_000) => ({ kind: 'message' as const, timeout, id })

describe('reading threads', () => {
  it('one that does not come back is replaced; its questions fail, the next are answered', async () => {
    const readers = new Readers({ ...options, threads: 1 })
    await assert.rejects(readers.ask(asked('stick', 1)), { code: 'OVERLOADED' })
    assert.equal(await readers.ask(asked('echo')), 'echo')
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
