// The examples of docs/stream.md, run as they stand there against a server that goes away in between. The one for browsers runs
// in a browser: test/real/stream-page.real.ts.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { insert, temporaryFolder } from '../journal/fixtures.ts'
import { streaming, turn, type Streaming } from '../http/streaming.ts'
import { example } from '../stream/example.ts'
import { lineTo, type Line } from '../support/line.ts'

const missing = (command: string): string | false => (spawnSync(command, ['--version']).status === 0 ? false : `${command} is not here`)

/** Starts an example; what it prints, line by line. */
function start(t: TestContext, command: string, args: readonly string[]): { lines(count: number): Promise<string[]> } {
  // In a group of its own, so that what it starts ends with it.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  t.after(() => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  return {
    async lines(count) {
      while (out.split('\n').length <= count) await turn()
      return out.split('\n').slice(0, -1)
    },
  }
}

async function file(name: string, code: string): Promise<string> {
  const path = join(await temporaryFolder(), name)
  writeFileSync(path, code)
  return path
}

/** Lets an example hear something, breaks its connection, and lets it hear the rest. */
async function interrupted(house: Streaming, line: Line, lines: (count: number) => Promise<string[]>): Promise<string[]> {
  while (house.hub.counts().subscribers === 0) await turn()
  await house.journal.append([insert('a', 'rain 1'), insert('b', 'sun'), insert('c', 'rain 2')])
  await lines(2)
  line.cut()
  await house.journal.append([insert('d', 'rain 3')])
  await lines(3)
  await house.journal.append([insert('e', 'rain 4')])
  return lines(4)
}

test('Node', async (t) => {
  const house = await streaming(t)
  const line = await lineTo(t, house.port)
  const { lines } = start(t, process.execPath, [await file('example.mjs', example('js', 'fetch', `127.0.0.1:${line.port}`))])
  assert.deepEqual(await interrupted(house, line, lines), ['rain 1', 'rain 2', 'rain 3', 'rain 4'])
})

test('Python', { skip: missing('python3') }, async (t) => {
  const house = await streaming(t)
  const line = await lineTo(t, house.port)
  const { lines } = start(t, 'python3', [await file('example.py', example('python', 'urllib', `127.0.0.1:${line.port}`))])
  assert.deepEqual(await interrupted(house, line, lines), ['rain 1', 'rain 2', 'rain 3', 'rain 4'])
})

test('the command line of loklak', { skip: missing('npm') }, async (t) => {
  const house = await streaming(t)
  await house.journal.append([insert('a', 'rain 1'), insert('b', 'sun')])
  const line = await lineTo(t, house.port)
  const { lines } = start(t, 'sh', ['-c', `exec ${example('sh', 'npm start', '').replace('https://loklak.example.org', `http://127.0.0.1:${line.port}`)}`])
  const messages = async (count: number): Promise<string[]> => {
    // npm says first what it runs.
    for (let wanted = count; ; wanted++) {
      const found = (await lines(wanted)).filter((text) => text.startsWith('20'))
      if (found.length >= count) return found
    }
  }
  await messages(1)
  line.cut()
  await house.journal.append([insert('c', 'rain 2')])
  assert.deepEqual(await messages(2), ['2026-01-02T03:04:05.000Z ann: rain 1', '2026-01-02T03:04:05.000Z ann: rain 2'])
})

test('curl', { skip: missing('curl') }, async (t) => {
  const house = await streaming(t)
  const { lines } = start(t, 'sh', ['-c', `exec ${example('sh', 'curl', `127.0.0.1:${house.port}`)}`])
  while (house.hub.counts().subscribers === 0) await turn()
  await house.journal.append([insert('a', 'rain 1')])
  const [, line = ''] = await lines(2)
  assert.deepEqual(JSON.parse(line).data, { created_at: '2026-01-02T03:04:05.000Z', screen_name: 'ann', text: 'rain 1' })
})

test('WebSocket', async (t) => {
  const house = await streaming(t)
  const { lines } = start(t, process.execPath, [await file('example.mjs', example('js', 'WebSocket', `127.0.0.1:${house.port}`))])
  while (house.hub.counts().subscribers < 2) await turn()
  const [first] = [insert('a', 'sun')]
  assert.ok(first?.op === 'I')
  await house.journal.append([first, { ...first, message: { ...first.message, id_str: 'b', text: 'ULM', hashtags: ['ULM'] } }])
  assert.deepEqual(await lines(2), ['weather sun', 'ulm ULM'])
})
