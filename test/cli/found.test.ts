// The command `export` with a query.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { exportMessages } from '../../src/cli/export.ts'
import type { Surroundings } from '../../src/cli/run.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { ago } from '../http/naive-index.ts'
import { named, readXml } from '../http/render/xml.ts'
import { insert } from '../index/made.ts'
import { run as runCommand, type Ran } from './fixtures.ts'
import { served } from './served.ts'

const many = (count: number) => Array.from({ length: count }, (_, at) => ({ id_str: `m${String(at).padStart(5, '0')}`, created_at: ago(at % 5000), text: 'rain', screen_name: 'ann' }))
const run = (path: string, argv: readonly string[], given: Partial<Surroundings> = {}): Promise<Ran> => runCommand(['export', ...argv, `--data.path=${path}`], [exportMessages], given)
const ids = (out: string): string[] => out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line).id_str)

/** Takes one piece and asks for no more. */
const stopping = (stop: AbortController, take: (chunk: string) => void): Writable =>
  new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      take(String(chunk))
      stop.abort(new LoklakError('STOPPED', ''))
      done()
    },
  })

describe('export QUERY', () => {
  test('has everything that is found, each once, in any format', async (t) => {
    const { path } = await served(t, [...many(2500), { id_str: 'sun', text: 'sun', location_point: [1, 2] as [number, number] }])
    const { code, out, err } = await run(path, ['rain'])
    assert.equal(code, 0)
    assert.equal(new Set(ids(out)).size, 2500)
    assert.equal(ids(out).length, 2500)
    assert.match(err, /export: 2,500 messages in /)
    assert.equal(JSON.parse((await run(path, ['rain', '--format=json'])).out).length, 2500)
    const csv = (await run(path, ['rain', '--format=csv'])).out.split('\r\n')
    assert.deepEqual([csv.length, csv.filter((line) => line.startsWith('id_str,')).length], [2502, 1])
    assert.deepEqual(JSON.parse((await run(path, ['sun', '--format=geojson'])).out).features.map(({ id }: { id: string }) => id), ['sun'])
    const [channel] = named(readXml((await run(path, ['sun', '--format=rss'])).out), 'channel')
    assert.deepEqual([named(channel, 'link')[0]?.text, named(channel, 'item').map((item) => named(item, 'guid')[0]?.text)], ['http://localhost:9000/search?q=sun', ['sun']])
    assert.equal(named(named(readXml((await run(path, ['nothing', '--format=rss'])).out), 'channel')[0], 'item').length, 0)
    assert.equal((await run(path, ['nothing', '--format=json'])).out, '[]\n')
  })

  test('goes on where it was stopped, with what its query meant when it began', async (t) => {
    const { path, add } = await served(t, many(2500))
    const note = join(path, 'note.json')
    const stop = new AbortController()
    let text = ''
    const out = stopping(stop, (chunk) => (text += chunk))
    const argv = ['rain', 'since:2026-01-01', '--format=csv', `--resume=${note}`]
    const { code, err } = await run(path, argv, { out, signal: stop.signal })
    assert.equal(code, 1)
    assert.match(err, /error: Stopped by request\. 1000 messages were exported\.\nhint: Run the same command again: it goes on where it stopped\.\n$/)
    add(insert({ id_str: 'new', text: 'rain', created_at: ago(0) }))
    assert.deepEqual(JSON.parse(await readFile(note, 'utf8')).q, '(rain OR from:rain) since:2026-01-01T00:00:00Z')

    const rest = await run(path, argv)
    assert.equal(rest.code, 0)
    text += rest.out
    const rows = text.trimEnd().split('\r\n')
    assert.deepEqual([rows.length, new Set(rows).size, rows.includes('new'), rows.filter((row) => row.startsWith('id_str,')).length], [2501, 2501, false, 1])
    const again = await run(path, argv)
    assert.deepEqual([again.code, again.out], [0, ''])
    assert.match(again.err, /all 2500 messages were exported; remove .+note\.json to begin again/)
  })

  for (const format of ['json', 'geojson', 'rss', 'ndjson', 'txt']) {
    test(`in parts is the same ${format} as in one`, async (t) => {
      // Every third has a place, and the first page has none of them.
      const { path } = await served(t, many(2500).map((post, at) => (at > 1200 && at % 3 === 0 ? { ...post, location_point: [1, 2] as [number, number] } : post)))
      const note = join(path, 'note.json')
      const argv = ['rain', `--format=${format}`]
      let text = ''
      for (let runs = 0; runs < 3; runs++) {
        const stop = new AbortController()
        const out = stopping(stop, (chunk) => (text += chunk))
        const { code } = await run(path, [...argv, `--resume=${note}`], { out, signal: stop.signal })
        assert.equal(code, runs === 2 ? 0 : 1)
      }
      assert.equal(text, (await run(path, argv)).out)
      if (format === 'rss') assert.equal(readXml(text).name, 'rss')
      if (format.endsWith('json') && format !== 'ndjson') assert.doesNotThrow(() => JSON.parse(text))
    })
  }

  test('says of a feed of generated messages that nobody wrote them', async (t) => {
    const { path } = await served(t, [{ id_str: 'sample:1', network: 'sample', text: 'rain' }, { id_str: 'real', text: 'sun' }])
    const title = async (query: string) => named(named(readXml((await run(path, [query, '--format=rss'])).out), 'channel')[0], 'title')[0]?.text
    assert.deepEqual([await title('rain'), await title('sun'), await title('nothing')], ['loklak demo with generated messages search for rain', 'loklak search for sun', 'loklak search for nothing'])
  })

  test('a note belongs to one export', async (t) => {
    const { path } = await served(t, many(3))
    const note = join(path, 'note.json')
    await run(path, ['rain', '--format=txt', `--resume=${note}`])
    assert.match((await run(path, ['sun', '--format=txt', `--resume=${note}`])).err, /belongs to the export of "rain" as txt/)
    assert.match((await run(path, ['rain', '--format=csv', `--resume=${note}`])).err, /belongs to the export of "rain" as txt/)
    await writeFile(note, '{"q":1}')
    assert.match((await run(path, ['rain', '--format=txt', `--resume=${note}`])).err, /is not the note of an export/)
  })

  test('ends where the server cannot give all, says so, and goes on from there later', async (t) => {
    const { path, held, add } = await served(t, many(3))
    const argv = ['rain', `--resume=${join(path, 'note.json')}`]
    held.partial = { reason: 'deadline' }
    const part = await run(path, argv)
    assert.deepEqual([part.code, ids(part.out).length], [1, 3])
    assert.match(part.err, /warning: this is not all: deadline; run it again to go on\n$/)
    held.partial = undefined
    add(insert({ id_str: 'again', text: 'rain', created_at: ago(9000) }))
    assert.deepEqual(ids((await run(path, argv)).out), ['again'])
  })

  test('stops before a part of the index that is being made again, so that a later run has what was missing in it', async (t) => {
    const { path, held, add } = await served(t, many(2500).filter((_, at) => at < 1200 || at > 1300))
    const argv = ['rain', `--resume=${join(path, 'note.json')}`]
    let asked = 0
    held.until = () => {
      if (++asked === 2) held.partial = { reason: 'rebuilding' }
      return Promise.resolve()
    }
    const before = await run(path, argv)
    assert.deepEqual([before.code, ids(before.out).length], [1, 1000])
    assert.match(before.err, /warning: this is not all: a part of the index is being made from the dumps; `loklak index stats` shows the parts; run it again to go on\n$/)
    const meanwhile = await run(path, argv)
    assert.deepEqual([meanwhile.code, meanwhile.out], [1, ''])
    held.partial = undefined
    add(...many(1301).slice(1200).map(insert))
    const after = await run(path, argv)
    assert.equal(after.code, 0)
    assert.deepEqual([...ids(before.out), ...ids(after.out)].sort(), many(2500).map(({ id_str }) => id_str))
  })

  test('in one piece has what there is of it, and says that this is not all', async (t) => {
    const { path, held } = await served(t, many(3))
    held.partial = { reason: 'rebuilding' }
    const { code, out, err } = await run(path, ['rain'])
    assert.deepEqual([code, ids(out).length], [1, 3])
    assert.match(err, /warning: this is not all: rebuilding\n$/)
  })

  test('says what was doubtful, once', async (t) => {
    const { path } = await served(t, many(1200))
    const { err } = await run(path, ['rain', 'OR', 'lang:german'])
    assert.equal(err.match(/warning: column/g)?.length, 1)
  })

  test('has no place for what belongs into the query, nor an export of all for what belongs to a query', async (t) => {
    const { path } = await served(t, [])
    assert.match((await run(path, ['rain', '--since=2026-01-01'])).err, /write since:, until: and source: into it/)
    assert.match((await run(path, ['--resume=x'])).err, /belong to an export with a query/)
  })

  test('needs a server', async () => {
    const { code, err } = await run('/nowhere', ['rain'])
    assert.equal(code, 1)
    assert.match(err, /^error: No loklak answers there/)
  })
})
