// Dumps go in and are looked after: by command through the socket of a running server, by command alone, by dropping files.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readDumps } from '../crash/dumps.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { ask, at, isObject, run, serve, until } from './program.ts'

/** A line as the original server wrote it. */
const line = (id: string, text: string): string =>
  `${JSON.stringify({ created_at: '2017-04-11T17:09:27.000Z', screen_name: 'ann', text, id_str: id, source_type: 'TWITTER', user: { screen_name: 'ann', user_id: '12' } })}\n`
const removal = (id: string): string => `${JSON.stringify({ $P: 'D', id_str: id })}\n`
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, n) => line(String(from + n), `message ${from + n}`)).join('')

/** Runs a command that prints rows on a data folder; its rows and its exit code. */
async function command(t: TestContext, data: string, ...words: readonly string[]): Promise<{ readonly code: number | null; readonly rows: readonly unknown[]; readonly err: string }> {
  const { code, out, err } = await run(t, ...words, `--data.path=${data}`, '--disk.floor=0', '--journal.segment.size=5kB', '--format', 'json')
  const rows: unknown = JSON.parse(out === '' ? '[]' : out)
  assert.ok(Array.isArray(rows), out)
  return { code, rows, err }
}

const countsOf = (row: unknown): unknown => {
  const counts = at(row, 'counts')
  return isObject(counts) ? Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)) : counts
}

const ids = (data: string): string[] => readDumps(data, 'recovery').map(({ id }) => id)

test('dumps are imported through a running server, by dropping them, and by a command alone; nothing twice', async (t) => {
  const data = await temporaryFolder()
  const outside = await temporaryFolder()
  const server = await serve(t, data, { 'import.poll': '50ms' })

  const first = join(outside, 'first.txt')
  writeFileSync(first, `${lines(0, 3)}{"no message\n`)
  const told = await command(t, data, 'import', first)
  assert.equal(told.code, 0, told.err)
  assert.deepEqual(told.rows.map(countsOf), [{ lines: 4, new: 3, invalid: 1 }])
  assert.deepEqual(ids(data), ['0', '1', '2'])
  assert.equal(at(await ask(`${server.url}/api/status.json`), 'journal', 'records', 'I'), 3)

  // A file that is being copied is not taken before it is whole: so it is moved there when it is.
  writeFileSync(join(outside, 'dropped.txt.gz'), gzipSync(lines(2, 6)))
  renameSync(join(outside, 'dropped.txt.gz'), join(data, 'dump', 'import', 'dropped.txt.gz'))
  const receipt = join(data, 'dump', 'imported', 'dropped.txt.gz.receipt.json')
  await until('the dropped file to be imported', () => (existsSync(join(data, 'dump', 'imported', 'dropped.txt.gz')) ? true : undefined), server)
  const { new: fresh, known }: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(receipt, 'utf8'))
  assert.deepEqual({ fresh, known }, { fresh: 3, known: 1 })
  assert.deepEqual(readdirSync(join(data, 'dump', 'import')), [])

  server.signal()
  assert.equal((await server.ended).code, 0)
  const second = join(outside, 'second.txt')
  writeFileSync(second, lines(4, 8))
  const alone = await command(t, data, 'import', second)
  assert.equal(alone.code, 0, alone.err)
  assert.deepEqual(alone.rows.map(countsOf), [{ lines: 4, new: 2, known: 2 }])
  assert.deepEqual(ids(data), ['0', '1', '2', '3', '4', '5', '6', '7'])

  const missing = await command(t, data, 'import', join(outside, 'nowhere.txt'))
  assert.equal(missing.code, 1)
  assert.match(missing.err, /nowhere\.txt/)
})

test('a server that waits for the disk with a dropped file stops when it is told to, and takes it at the next start', async (t) => {
  const data = await temporaryFolder()
  const waiting = await serve(t, data, { 'import.poll': '50ms', 'disk.floor': '100%' })
  writeFileSync(join(data, 'dump', 'import', 'a.txt'), lines(0, 3))
  await until('the import to wait', () => (waiting.err().includes('must stay free') ? true : undefined), waiting)
  waiting.signal()
  assert.equal((await waiting.ended).code, 0)
  assert.deepEqual(ids(data), [])
  const server = await serve(t, data, { 'import.poll': '50ms' })
  await until('the file to be imported', () => (existsSync(join(data, 'dump', 'imported', 'a.txt')) ? true : undefined), server)
  assert.deepEqual(ids(data), ['0', '1', '2'])
})

/** Puts a line that is no record between the lines of a sealed dump. */
function damage(path: string): void {
  const [first = '', ...rest] = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  writeFileSync(path, gzipSync([first, 'this is no record', ...rest].join('\n')))
}

test('dumps are listed, verified, repaired and compacted by command', async (t) => {
  const data = await temporaryFolder()
  const outside = await temporaryFolder()
  const file = join(outside, 'many.txt')
  writeFileSync(file, `${lines(0, 1200)}${removal('7')}`)
  assert.equal((await command(t, data, 'import', file)).code, 0)
  // What was closed when the import ended is sealed by the next that opens the dumps; there is nothing to repair yet.
  assert.deepEqual((await command(t, data, 'dump', 'repair')).rows, [{ repaired: 0, broken: 0, resealed: 0, failed: 0, kept: '' }])

  const listed = await command(t, data, 'dump', 'list')
  const sealed = listed.rows.flatMap((row) => (at(row, 'sealed') === true ? [join(data, 'dump', 'own', String(at(row, 'name')))] : []))
  assert.ok(sealed.length >= 2, JSON.stringify(listed.rows))
  const whole = await command(t, data, 'dump', 'verify')
  assert.equal(whole.code, 0, whole.err)
  assert.deepEqual(new Set(whole.rows.map((row) => at(row, 'checksum'))), new Set(['ok', 'open']))

  const [oldest = ''] = sealed
  damage(oldest)
  const found = await command(t, data, 'dump', 'verify')
  assert.equal(found.code, 1)
  const [bad] = found.rows
  assert.deepEqual([at(bad, 'checksum'), at(bad, 'damages')], ['wrong', 1])
  assert.match(JSON.stringify(at(bad, 'damaged')), /"line":2,"reason":"json/)
  assert.deepEqual((await command(t, data, 'dump', 'repair')).rows, [{ repaired: 1, broken: 0, resealed: 0, failed: 0, kept: join(data, 'state', 'quarantine') }])
  assert.equal((await command(t, data, 'dump', 'verify')).code, 0)

  assert.ok(readDumps(data, 'recovery').some(({ text }) => text === 'message 7'))
  const [compacted] = (await command(t, data, 'dump', 'compact')).rows
  assert.equal(at(compacted, 'lines'), 1)
  assert.deepEqual(readDumps(data, 'recovery').filter(({ id }) => id === '7').map(({ op }) => op), ['D'])
  assert.equal((await command(t, data, 'dump', 'verify')).code, 0)
})
