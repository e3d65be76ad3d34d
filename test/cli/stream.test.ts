import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { stream } from '../../src/cli/stream.ts'
import { author, edit, insert, remove } from '../journal/fixtures.ts'
import { streaming, turn, type Streaming } from '../http/streaming.ts'
import { paper, run } from './fixtures.ts'
import { runCli } from '../../src/cli/run.ts'
import { ids } from '../stream/listening.ts'

/** Runs the command until what it printed is enough, then Ctrl-C. */
async function listen(house: Streaming, argv: readonly string[], until: (out: string, err: string) => boolean): Promise<{ code: number; out: string; err: string }> {
  const stop = new AbortController()
  const [out, err] = [paper(), paper()]
  const running = runCli({ argv: ['stream', ...argv, `--url=${house.url}`], commands: [stream], env: {}, cwd: '/nowhere', out: out.out, err: err.out, now: () => 0, signal: stop.signal, version: '1.2.3' })
  while (!until(out.text(), err.text())) await turn()
  stop.abort()
  return { code: await running, out: out.text(), err: err.text() }
}

async function stored(t: TestContext): Promise<Streaming & { readonly last: number }> {
  const house = await streaming(t)
  const positions = await house.journal.append([insert('a', 'rain\u001B[2J\ntoday'), insert('b', 'sun', 'bob'), edit('a', 'rain again'), author('key:ann', 'Ann', 'hidden'), remove('a')])
  await house.told()
  return { ...house, last: positions.at(-1) ?? 0 }
}

test('prints what happens, fit for a terminal, and where to go on', async (t) => {
  const house = await stored(t)
  const { code, out, err } = await listen(house, ['--after=0'], (out) => out.includes('gone'))
  assert.equal(out, [
    '2026-01-02T03:04:05.000Z ann: rain [2J today',
    '2026-01-02T03:04:05.000Z bob: sun',
    '2026-01-02T03:04:05.000Z ann (edited): rain again',
    'author hidden: key:ann.test',
    'gone: a (deleted)',
    '',
  ].join('\n'))
  assert.deepEqual([code, err], [0, `to go on from here: --after=${ids.print(house.last)}\n`])
})

test('asks for a query or channels, or everything, and for what was', async (t) => {
  const house = await stored(t)
  const told = (argv: readonly string[], last: string) => listen(house, [...argv, '--format=ndjson'], (out) => out.includes(last)).then(({ out }) => out.trim().split('\n').map((line) => JSON.parse(line).data.id_str))
  assert.deepEqual(await told(['--after=0', 'sun', 'OR', 'shine'], '"b"'), ['b'])
  assert.deepEqual(await told(['--after=0', '--channel=test/user/bob,any/hashtag/x'], '"b"'), ['b'])
  assert.deepEqual(await told([`--after=${house.last - 4}`], 'delete'), ['b', 'a', undefined, 'a'])
})

test('json is one list, ended with the stream', async (t) => {
  const house = await stored(t)
  const { out } = await listen(house, ['--after=0', '--format=json', 'sun'], (out) => out.includes('"b"'))
  const rows: { event: string; data: { id_str: string } }[] = JSON.parse(out)
  assert.deepEqual(rows.map(({ event, data }) => [event, data.id_str]), [['message', 'b']])
})

test('what the stream says of itself is told beside it', async (t) => {
  const house = await stored(t)
  const { out, err } = await listen(house, ['--after=2020-01-01', 'sun'], (out) => out !== '')
  assert.match(out, /^\S+ bob: sun\n$/)
  assert.match(err, /^note: \{"reason":"not kept any more, or not yet","missing":\{"from":"2020-01-01T00:00:00\.000Z","to":"2026-01-02/)
})

test('what the server refuses, and that none is there, is an error', async (t) => {
  const house = await streaming(t)
  const refused = await run(['stream', 'rain', 'until:now', `--url=${house.url}`], [stream])
  assert.equal(refused.code, 1)
  assert.match(refused.err, /until: has no meaning in a stream/)
  const folder = join(t.name, 'nowhere')
  const absent = await run(['stream', `--data.path=${folder}`], [stream])
  assert.equal(absent.code, 1)
  assert.match(absent.err, /No loklak answers there\. .*loklak\.sock: /)
})
