// The program is started and stopped: what it says, how healthy it is, how it ends, with what exit code.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../journal/fixtures.ts'
import { ask, at, get, isObject, run, serve, until, type Ended, type Server } from './program.ts'

test('a server says where it listens, what it collects and keeps, and that nothing is stored where nothing is', async (t) => {
  const folder = await temporaryFolder()
  const server = await serve(t, folder)
  assert.match(server.out(), /^loklak \d+\.\d+\.\d+\n/)
  assert.match(server.out(), /collects +nothing but what is imported/)
  assert.ok(server.out().includes(join(folder, 'dump', 'own')), server.out())
  assert.match(server.out(), /\n {2}listening on http:\/\/127\.0\.0\.1:\d+\n$/)

  assert.deepEqual(await get(`${server.url}/api/health/live`).then(({ status }) => status), 200)
  assert.deepEqual(await get(`${server.url}/api/health/ready`).then(({ status }) => status), 200)
  const status = await ask(`${server.url}/api/status.json`)
  const collecting = at(status, 'collecting')
  assert.ok(isObject(collecting))
  assert.deepEqual({ storing: collecting['storing'], last_stored_at: collecting['last_stored_at'] }, { storing: false, last_stored_at: null })
  assert.equal(typeof collecting['reason'], 'string')
  assert.equal(at(status, 'journal', 'position'), 0)

  server.signal('SIGINT')
  // Whoever asked can see for a while that it ends.
  await until('readiness to end', async () => ((await get(`${server.url}/api/health/ready`)).status === 503 ? true : undefined), server)
  const { code, signal, err } = await server.ended
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, err)
})

/** A data folder with a dump so large that its download does not fit into what the system buffers. */
async function withLargeDump(): Promise<{ readonly folder: string; readonly name: string; readonly bytes: Buffer }> {
  const folder = await temporaryFolder()
  const name = 'messages_20260102_00000000.txt'
  const own = join(folder, 'dump', 'own')
  mkdirSync(own, { recursive: true })
  // It is also sealed and indexed meanwhile, which is quick for what repeats itself.
  const line = (n: number): string => `{"$T":${1_767_312_000_000_000 + n},"$P":"D","id_str":"test:${n}","noise":"${`line ${n}, `.repeat(100_000)}"}\n`
  writeFileSync(join(own, name), Array.from({ length: 30 }, (_, n) => line(n)).join(''))
  return { folder, name, bytes: readFileSync(join(own, name)) }
}

/** Begins a download and reads nothing of it. */
async function download(t: TestContext, url: string): Promise<IncomingMessage> {
  const asked = request(url, { agent: false })
  t.after(() => asked.destroy())
  asked.end()
  const [response]: IncomingMessage[] = await once(asked, 'response')
  assert.ok(response !== undefined)
  return response
}

/** Resolves when a server takes no more connections. */
const refusing = (server: Server): Promise<true> => until('no more connections', () => get(`${server.url}/api/health/live`).then(() => undefined, () => true as const))

test('on SIGTERM what is under way is finished, and the server ends by itself within ten seconds', async (t) => {
  const { folder, name, bytes } = await withLargeDump()
  const server = await serve(t, folder)
  const response = await download(t, `${server.url}/dump/${name}`)
  const late = setTimeout(() => server.signal('SIGKILL'), 10_000)
  server.signal()
  await refusing(server)
  assert.ok((await buffer(response)).equals(bytes), 'the dump arrived whole')
  assert.deepEqual(await server.ended.then(({ code, signal }) => ({ code, signal })), { code: 0, signal: null })
  clearTimeout(late)
})

test('a second signal ends it at once, whatever is under way', async (t) => {
  const { folder, name } = await withLargeDump()
  const server = await serve(t, folder)
  await download(t, `${server.url}/dump/${name}`)
  server.signal()
  await refusing(server)
  server.signal()
  // The first signal alone ends with 0.
  assert.deepEqual(await server.ended.then(({ code, signal }) => ({ code, signal })), { code: 1, signal: null })
})

test('exit codes: 0 for done, 1 for failed, 2 for not understood; what is wrong is said on stderr', async (t) => {
  const absent = join(await temporaryFolder(), 'absent')
  const short = ({ code, out, err }: Ended) => ({ code, out, err })
  const [help, ofCommand, misspelt, nonsense, failed] = await Promise.all([
    run(t, '--help'),
    run(t, 'import', '--help'),
    run(t, '--port.htp=1'),
    run(t, 'dump', 'nonsense'),
    run(t, 'dump', 'list', `--data.path=${absent}`),
  ])
  assert.deepEqual({ ...short(help), out: '' }, { code: 0, out: '', err: '' })
  assert.match(help.out, /Usage: loklak \[COMMAND\]/)
  for (const name of ['serve', 'import', 'dump', 'settings']) assert.match(help.out, new RegExp(`\\n {2}${name} {2,}\\S`))
  assert.deepEqual({ ...short(ofCommand), out: '' }, { code: 0, out: '', err: '' })
  assert.match(ofCommand.out, /loklak import FILE\|DIR…/)
  assert.deepEqual({ ...short(misspelt), err: '' }, { code: 2, out: '', err: '' })
  assert.match(misspelt.err, /^error: .*port\.htp.*port\.http/)
  assert.deepEqual({ ...short(nonsense), err: '' }, { code: 2, out: '', err: '' })
  assert.match(nonsense.err, /list, verify, repair or compact/)
  assert.deepEqual({ ...short(failed), err: '' }, { code: 1, out: '', err: '' })
  assert.ok(failed.err.includes(absent), failed.err)
})
