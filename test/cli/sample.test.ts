import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { exportMessages } from '../../src/cli/export.ts'
import { importDumps } from '../../src/cli/import.ts'
import { sample } from '../../src/cli/sample.ts'
import { isObject } from '../../src/support/json.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { run as runCommand, type Ran } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'

const now = (): number => Date.UTC(2026, 5, 2)
const run = (argv: readonly string[], given: Parameters<typeof runCommand>[2] = {}): Promise<Ran> => runCommand(argv, [sample, importDumps, exportMessages], { now, ...given })
const messagesIn = (text: string): number => text.split('\n').filter((line) => line.startsWith('{"$P":"I"')).length

describe('sample', () => {
  test('prints a dump of so many messages, the same for the same seed', async () => {
    const first = await run(['sample', '200', '--seed=4'])
    assert.deepEqual([first.code, first.err], [0, ''])
    assert.equal(messagesIn(first.out), 200)
    assert.equal((await run(['sample', '200', '--seed=4'])).out, first.out)
    assert.notEqual((await run(['sample', '200', '--seed=5'])).out, first.out)
  })

  test('ends when it is told to', async () => {
    const { out } = await run(['sample', '300', '--until', '2026-05-01', '--days=2'])
    const times = Array.from(out.matchAll(/"\$P":"I","timestamp":"([^"]+)"/g), ([, time]) => time ?? '')
    assert.equal(times.length, 300)
    for (const time of times) assert.ok(time >= '2026-04-29' && time <= '2026-05-01')
  })

  test('writes a file, packed where its name says so, and shows how far it is', async (t) => {
    const folder = await temporaryFolder(t)
    const { out } = await run(['sample', '500'])
    for (const name of ['a.txt', 'a.txt.gz']) {
      const written = await run(['sample', '500', '--out', name], { cwd: folder })
      assert.deepEqual([written.code, written.out], [0, ''])
      assert.match(written.err, /^sample: 500 messages in /)
      const bytes = await readFile(join(folder, name))
      assert.equal((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), out)
    }
  })

  test('can be imported without a reject and exported again', async (t) => {
    const folder = await temporaryFolder(t)
    const file = join(folder, 'sample.txt.gz')
    await run(['sample', '2000', '--out', file])
    const imported = await run(['import', file, '--format=json', `--data.path=${join(folder, 'data')}`])
    assert.equal(imported.code, 0)
    const result: unknown = JSON.parse(imported.out)
    assert.ok(Array.isArray(result) && isObject(result[0]) && isObject(result[0]['counts']))
    assert.deepEqual({ ...result[0]['counts'], lines: 0, edited: 0, deleted: 0, authors: 0 }, { lines: 0, new: 2000, known: 0, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 0 })
    const deleted = gunzipSync(await readFile(file)).toString('utf8').split('\n').filter((line) => line.startsWith('{"$P":"D"')).length
    const { out } = await run(['export', `--data.path=${join(folder, 'data')}`])
    const exported = out.trimEnd().split('\n').length
    assert.ok(deleted > 0)
    assert.ok(exported <= 2000 - deleted && exported > 2000 - deleted - 200)
  })

  test('is not begun where it cannot be meant', async () => {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['sample', 'many'], /N: "many" is not a whole number from 1/],
      [['sample', '0'], /N: "0"/],
      [['sample', '10', '--until=2030-01-01'], /--until: lies in the future/],
      [['sample', '10', '--until=2006-01-05'], /would begin before 2006-01-01/],
      [['sample', '10', '--days=0'], /--days: "0"/],
      [['sample', '10', '20'], /There is no place for "20"/],
    ]
    for (const [argv, message] of cases) {
      const { code, out, err } = await run(argv)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, message)
    }
  })

  test('leaves a file that is there as it is', async (t) => {
    const file = join(await temporaryFolder(t), 'a.txt')
    await writeFile(file, 'mine')
    const { code, err } = await run(['sample', '10', '--out', file])
    assert.equal(code, 2)
    assert.match(err, /--out: .+a\.txt is there already and is left as it is; give another name, or remove it\./)
    assert.equal(await readFile(file, 'utf8'), 'mine')
  })

  test('gives the file its name when it is whole', async (t) => {
    const folder = await temporaryFolder(t)
    const seen: string[] = []
    const err = new Writable({ write: (_chunk, _encoding, done) => { seen.push(...readdirSync(folder)); done() } })
    let time = now()
    assert.equal((await run(['sample', '1000', '--out', join(folder, 'a.txt')], { err, now: () => (time += 20_000) })).code, 0)
    assert.ok(seen.length > 0 && seen[0] !== 'a.txt', seen.join())
    assert.deepEqual(await readdir(folder), ['a.txt'])
  })

  test('writes into what is no file, as a device', async () => assert.equal((await run(['sample', '10', '--out', '/dev/null'])).code, 0))

  test('says where it cannot write', async (t) => {
    const folder = await temporaryFolder(t)
    const { code, err } = await run(['sample', '10', '--out', join(folder, 'no', 'such.txt')])
    assert.equal(code, 1)
    assert.match(err, /error: The output cannot be written\. .+such\.txt: ENOENT\./)
  })

  test('stopped by Ctrl-C leaves no file behind', async (t) => {
    const folder = await temporaryFolder(t)
    const stop = new AbortController()
    // The first thing that is shown is the sign to stop.
    let shown = ''
    const err = new Writable({ write: (chunk, _encoding, done) => { shown += String(chunk); stop.abort(new LoklakError('STOPPED', '')); done() } })
    let time = now()
    const { code } = await run(['sample', '1000000', '--out', join(folder, 'a.txt.gz')], { err, signal: stop.signal, now: () => (time += 20_000) })
    assert.equal(code, 1)
    assert.match(shown, /error: Stopped by request\. .+a\.txt\.gz was not finished and is removed\.\nhint: .+begins anew/)
    assert.deepEqual(await readdir(folder), [])
  })

  test('ends when its reader has enough', async () => {
    const out = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })) })
    assert.equal((await run(['sample', '1000000'], { out })).code, 0)
  })
})
