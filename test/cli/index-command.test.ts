import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { indexCommand } from '../../src/cli/index-command.ts'
import { indexTasks, type Indexing } from '../../src/cli/index-tasks.ts'
import type { IndexStats } from '../../src/index/port.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { naiveIndex } from '../http/naive-index.ts'
import { Model } from '../index/model.ts'
import { run as runCommand, type Ran } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'
import { served } from './served.ts'

const stats: IndexStats = { messages: 1234, authors: 56, bytes: 7890, refused: { json: 2 }, parts: [{ name: 'a.db', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', messages: 1234, bytes: 7890, state: 'ok' }] }

/** A server whose index says what a test tells it to. */
async function having(t: TestContext, more: Partial<Indexing['index']> = {}, given: Partial<Indexing> = {}, signal = new AbortController().signal): Promise<(...argv: string[]) => Promise<Ran>> {
  const { index } = naiveIndex(new Model())
  const indexing: Indexing = { index: { ...index, stats: () => Promise.resolve(stats), check: () => Promise.resolve([]), ...more }, rebuild: () => Promise.resolve(), extent: () => ({ first: 1e6, last: 61e6 }), ...given }
  const control = Object.fromEntries(Object.entries(indexTasks).map(([name, task]) => [name, (body: unknown, signal: AbortSignal) => task(indexing, body, signal)]))
  const { path } = await served(t, [], { control })
  return (...argv) => runCommand(['index', ...argv, `--data.path=${path}`], [indexCommand], { signal })
}

describe('index', () => {
  test('stats tells how large it is, part by part', async (t) => {
    const run = await having(t)
    const { code, out, err } = await run('stats')
    assert.deepEqual([code, err], [0, '1,234 messages of 56 authors in 7,890 bytes, 2 refused (json)\n'])
    assert.match(out, /^name +from +to +messages +bytes +state\na\.db +2026-01-01\S+ +2026-02-01\S+ +1234 +7890 +ok\n$/)
    assert.deepEqual(JSON.parse((await run('stats', '--format=json')).out), stats.parts)
  })

  test('check names what is damaged', async (t) => {
    assert.deepEqual(await (await having(t))('check', '--format=ndjson'), { code: 0, out: '', err: 'check: 0 bytes in 0:00, 0/s\nthe index is whole\n' })
    const check: Indexing['index']['check'] = (_signal, onPart) => {
      onPart?.('a.db', true)
      return Promise.resolve(['a.db'])
    }
    const { code, out, err } = await (await having(t, { check }))('check', '--format=ndjson')
    assert.deepEqual([code, out], [1, '{"damaged":"a.db"}\n'])
    assert.match(err, /^check: 7,890 bytes in 0:00, [\d,]+\/s, 1 error\n1 damaged parts are made again from the dumps\n$/)
  })

  test('rebuild makes it anew and shows how far it is', async (t) => {
    const done: string[] = []
    let cursor = 61e6
    const run = await having(t, { cursor: () => (cursor += 30e6) }, {
      rebuild: () => {
        done.push('rebuilt')
        cursor = 0
        return Promise.resolve()
      },
    })
    const { code, err } = await run('rebuild')
    assert.deepEqual([code, done], [0, ['rebuilt']])
    assert.match(err, /^rebuild: 60 seconds of the dumps in /m)
  })

  test('rebuild that is left goes on in the server, and says so', async (t) => {
    const stop = new AbortController()
    const rebuild = (): Promise<void> => {
      stop.abort(new LoklakError('STOPPED', ''))
      return Promise.resolve()
    }
    const { code, err } = await (await having(t, { cursor: () => 30e6 }, { rebuild }, stop.signal))('rebuild')
    assert.equal(code, 1)
    assert.match(err, /^error: Stopped waiting by request; the server goes on with the work, also after a restart\.\nhint: /)
  })

  test('needs a server, and to be told what', async (t) => {
    const path = await temporaryFolder(t)
    assert.match((await runCommand(['index', 'stats', `--data.path=${path}`], [indexCommand])).err, /^error: No loklak answers there/)
    assert.match((await runCommand(['index', 'burn'], [indexCommand])).err, /index burn: stats, check or rebuild was expected/)
  })
})
