import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { command } from '../../src/http/commander.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { ask, open, refusedWith, temporaryFolder } from './open.ts'
import type { Furnishing } from './parts.ts'

const folder = temporaryFolder()
/** The server is given a minute to stop; what needs it hangs on something. */
const prompt = { timeout: 20_000 }

test('a command gets its answer line by line', async (t) => {
  const socket = join(folder, 'd.sock')
  await open(t, { options: { socket }, parts: { control: { count: async function* (body) { for (const n of [1, 2, 3]) yield { n, body } } } } })
  const said = await Array.fromAsync(command(socket, 'count', { from: 'x' }, AbortSignal.timeout(5000)))
  assert.deepEqual(said, [1, 2, 3].map((n) => ({ n, body: { from: 'x' } })))
})

test('a command that fails says why, after what it had said', async (t) => {
  const socket = join(folder, 'e.sock')
  const { logged } = await open(t, {
    options: { socket },
    parts: {
      control: {
        bad: async function* () {
          yield { n: 1 }
          throw new LoklakError('BAD_IMPORT', 'x.txt: line 3')
        },
        // oxlint-disable-next-line require-yield
        broken: async function* () { throw new Error('S1') },
      },
    },
  })
  const heard: object[] = []
  const run = async (name: string): Promise<void> => {
    for await (const line of command(socket, name, {}, AbortSignal.timeout(5000))) heard.push(line)
  }
  await assert.rejects(run('bad'), refusedWith('BAD_IMPORT', 'x.txt: line 3'))
  assert.deepEqual(heard, [{ n: 1 }])
  await assert.rejects(run('broken'), (error) => error instanceof LoklakError && error.code === 'INTERNAL' && !error.message.includes('S1'))
  assert.match(logged.join(''), /S1/)
  await assert.rejects(run('unknown'), refusedWith('NOT_FOUND', '"unknown"'))
  await assert.rejects(run('toString'), refusedWith('NOT_FOUND', '"toString"'))
})

test('commands are not there for anyone who comes by TCP', async (t) => {
  const { port } = await open(t, { parts: { control: { stop: async function* () { yield {} } } } })
  const answer = await ask(port, '/control/stop', { method: 'POST', headers: { 'x-forwarded-for': '127.0.0.1', 'host': 'localhost' } })
  assert.equal(answer.statusCode, 404)
})

test('no server, no answer: the command says so', async () => {
  const nobody = join(folder, 'nobody.sock')
  await assert.rejects(Array.fromAsync(command(nobody, 'x', {}, AbortSignal.timeout(5000))), refusedWith('SERVER_UNREACHABLE', nobody))
})

/** A command that goes on until it is told to stop. */
function endless(): { readonly control: Furnishing['parts']; readonly stopped: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const control = {
    control: {
      endless: async function* (_body: unknown, signal: AbortSignal) {
        yield { begun: true }
        await new Promise((aborted) => signal.addEventListener('abort', aborted, { once: true }))
        resolve()
        yield { stopped: true }
      },
    },
  }
  return { control, stopped: promise }
}

test('a command whose caller goes away is told', async (t) => {
  const socket = join(folder, 'f.sock')
  const { control = {}, stopped } = endless()
  await open(t, { options: { socket }, parts: control })
  const caller = new AbortController()
  const answer = command(socket, 'endless', {}, caller.signal)
  assert.deepEqual((await answer.next()).value, { begun: true })
  caller.abort()
  await stopped
  await assert.rejects(answer.next(), refusedWith('STOPPED', ''))
})

test('a command that runs while the server stops is told, and may say its last word', prompt, async (t) => {
  const socket = join(folder, 'g.sock')
  const { control = {} } = endless()
  const { close } = await open(t, { options: { socket }, parts: control })
  const answer = command(socket, 'endless', {}, AbortSignal.timeout(5000))
  await answer.next()
  const closing = close(60_000)
  assert.deepEqual(await Array.fromAsync(answer), [{ stopped: true }])
  await closing
})
