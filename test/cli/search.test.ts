import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { search } from '../../src/cli/search.ts'
import { ago } from '../http/naive-index.ts'
import { run as runCommand, type Ran } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'
import { served } from './served.ts'

const posts = [
  { id_str: '1', created_at: ago(1), text: 'heavy rain\u001B[2J\nin Ulm', screen_name: 'ann' },
  { id_str: '2', created_at: ago(2), text: 'rain', screen_name: 'bob', location_point: [9.99, 48.4] as [number, number], favourites_count: 5 },
  { id_str: '3', created_at: ago(3), text: 'sun', screen_name: 'bob' },
]
const run = (path: string, ...argv: string[]): Promise<Ran> => runCommand(['search', ...argv, `--data.path=${path}`], [search])

describe('search', () => {
  test('prints what a running server finds, fit for a terminal, and how much there is', async (t) => {
    const { path } = await served(t, posts)
    assert.deepEqual(await run(path, 'rain'), {
      code: 0,
      out: `${ago(1)} ann: heavy rain [2J in Ulm\n${ago(2)} bob: rain\n`,
      err: 'warning: bluesky may have missed messages from 2026-11-21T00:00:00.000Z to 2026-11-21T01:00:00.000Z: the server no longer had it\n2 of 2 messages, searched as: rain OR from:rain\n',
    })
  })

  test('takes several words, a count, an order and a format', async (t) => {
    const { path } = await served(t, posts)
    assert.match((await run(path, 'heavy', 'rain')).out, /^\S+ ann: heavy rain [^\n]+\n$/)
    assert.match((await run(path, '-rain')).out, /bob: sun\n$/)
    const { out, err } = await run(path, 'rain', '--order=favourites_count', '--count=1', '--format=ndjson')
    assert.equal(JSON.parse(out).id_str, '2')
    assert.match(err, /1 of 2 messages/)
    assert.deepEqual(JSON.parse((await run(path, 'rain', '--format=json')).out).map(({ id_str }: { id_str: string }) => id_str), ['1', '2'])
    assert.match((await run(path, 'rain', '--format=csv')).out, /^id_str,created_at,/)
    assert.deepEqual(JSON.parse((await run(path, 'rain', '--format=geojson')).out).features.map(({ id }: { id: string }) => id), ['2'])
  })

  test('asks another server', async (t) => {
    const { url } = await served(t, posts)
    assert.match((await run('/nowhere', 'sun', `--url=${url}/`)).out, /bob: sun/)
  })

  test('tells what was doubtful, and what the server says is wrong', async (t) => {
    const { path } = await served(t, posts)
    assert.match((await run(path, 'rain', 'lang:german')).err, /^warning: column 6: .+\n/)
    const { code, err } = await run(path, 'rain', 'since:never')
    assert.equal(code, 1)
    assert.match(err, /^error: The query cannot be meant as it stands\. Column 12: /)
  })

  test('says when not all was searched', async (t) => {
    const { path, held } = await served(t, posts)
    held.partial = { reason: 'rebuilding' }
    const { code, err } = await run(path, 'rain')
    assert.equal(code, 1)
    assert.match(err, /warning: this is not all: rebuilding\n/)
  })

  test('says when no server runs, or what answers is none', async (t) => {
    const path = await temporaryFolder(t)
    assert.match((await run(path, 'rain')).err, /^error: No loklak answers there\. .+\/state\/loklak\.sock\nhint: Start one/)
    const { url } = await served(t, posts)
    assert.match((await run(path, 'rain', `--url=${url}/nothing`)).err, /^error: There is nothing at this address/)
    assert.equal((await run(path)).code, 2)
    assert.equal((await run(path, 'rain', '--count=1001')).code, 2)
  })
})
