import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { command, type Context } from '../../src/cli/command.ts'
import { put } from '../../src/cli/output.ts'
import { integer } from '../../src/settings/quantity.ts'
import { option } from '../../src/settings/option.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { broken, idle, paper, run } from './fixtures.ts'

/** A command that tells what it got, or does what the test says. */
const echo = (act: (context: Context) => Promise<number> | number = () => 0) =>
  command({
    name: 'echo',
    summary: 'Says what it got.',
    usage: ['echo [WORD…]'],
    arguments: { min: 0, max: 2 },
    flags: { times: option(integer({ max: 9 }), '1', 'How often.') },
    run: async (context, { times }) => {
      context.out.write(`${context.settings['port.http']} ${context.args.join('+')} ${times}\n`)
      return act(context)
    },
  })
const failing = (error: unknown) => echo(() => { throw error })

describe('a run', () => {
  test('gives the command its settings, arguments and flags, parsed', async () => {
    assert.deepEqual(await run(['echo', 'a', '--port.http', '0', '--times=3', 'b'], [idle, echo()]), { code: 0, out: '0 a+b 3\n', err: '' })
  })

  test('without a command runs the first one', async () => {
    assert.equal((await run(['--port.http=7'], [echo(), idle])).out, '7  1\n')
  })

  test('ends with the exit code of the command', async () => assert.equal((await run(['echo'], [echo(() => 1)])).code, 1))

  test('tells the warnings of the settings first', async () => {
    assert.match((await run(['echo', '--Xmx=1g'], [echo()])).err, /^warning: Xmx \(command line\) is retired: .+\n$/)
  })

  test('knows whether a person is watching', async () => {
    const seen: boolean[] = []
    const watched = echo(({ isTerminal }) => { seen.push(isTerminal); return 0 })
    await run([], [watched])
    await run([], [watched], { err: paper({ columns: 80 }).out })
    assert.deepEqual(seen, [false, true])
  })
})

describe('help', () => {
  test('lists commands and says where settings are explained', async () => {
    const { code, out } = await run(['--help'], [idle, echo()])
    assert.equal(code, 0)
    assert.match(out, /^loklak 1\.2\.3 /)
    assert.match(out, /^ {2}idle +Does nothing\.$/m)
    assert.match(out, /^ {2}echo +Says what it got\.$/m)
    assert.match(out, /docs\/settings\.md/)
  })

  test('of a command has its usage and flags, and needs no settings', async () => {
    const { code, out } = await run(['echo', '--help', '--port.http=x'], [idle, echo()])
    assert.equal(code, 0)
    assert.match(out, /^Says what it got\.$/m)
    assert.match(out, /^ {2}loklak echo \[WORD…\]$/m)
    assert.match(out, /^ {2}--times NUMBER +How often\. Default: 1\.$/m)
  })

  test('the version', async () => assert.deepEqual(await run(['--version'], [idle]), { code: 0, out: '1.2.3\n', err: '' }))
})

describe('errors', () => {
  test('of the command line and the settings end with 2, the message and a hint', async () => {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['dance'], /There is no command "dance"/],
      [['--port.http=x'], /port\.http \(command line\): "x" is not a port/],
      [['echo', '--times=10'], /--times: "10" is not a whole number from 0 to 9/],
      [['echo', 'a', 'b', 'c'], /There is no place for "c": loklak echo \[WORD…\]/],
      [['idle', 'a'], /There is no place for "a"/],
    ]
    for (const [argv, message] of cases) {
      const { code, out, err } = await run(argv, [idle, echo()])
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /^error: .+\nhint: .+\n$/s)
      assert.match(err, message)
    }
  })

  test('an argument that is missing', async () => {
    const needy = command({ name: 'needy', summary: 'Needs.', usage: ['needy FILE'], arguments: { min: 1, max: 1 }, flags: {}, run: () => Promise.resolve(0) })
    assert.match((await run(['needy'], [needy])).err, /An argument is missing: loklak needy FILE/)
    assert.equal((await run(['needy', 'a'], [needy])).code, 0)
  })

  test('of a command end with 1, without a stack', async () => {
    const { code, err } = await run([], [failing(new LoklakError('DATA_FOLDER_IN_USE', 'It is x.'))])
    assert.equal(code, 1)
    assert.equal(err, 'error: Another loklak process holds this data folder. It is x.\nhint: Stop it, or give this one a folder of its own with --data.path=DIR.\n')
  })

  test('that are defects show their stack only when asked', async () => {
    const { code, err } = await run([], [failing(new TypeError('x is not y'))])
    assert.equal(code, 1)
    assert.match(err, /^error: Something failed inside loklak\. x is not y\nhint: .+\n$/)
    assert.match((await run(['--log.level=debug'], [failing(new TypeError('x is not y'))])).err, /\n {4}at /)
    assert.match((await run(['--log.level', 'trace'], [failing('thrown text')])).err, /thrown text\n/)
  })
})

describe('the end', () => {
  test('by Ctrl-C is told, and what the same command would do', async () => {
    const stop = new AbortController()
    const waiting = echo(async ({ out, signal }) => {
      stop.abort(new LoklakError('STOPPED', ''))
      await put(out, 'more', signal)
      return 0
    })
    const { code, err } = await run([], [waiting], { signal: stop.signal })
    assert.equal(code, 1)
    assert.match(err, /^error: Stopped by request\.\nhint: Run the same command again: it begins anew\./)
  })

  test('by a reader who has enough is no failure', async () => {
    const { code, err } = await run([], [echo(async ({ out, signal }) => { await put(out, 'more', signal); return 0 })], { out: broken('EPIPE') })
    assert.deepEqual([code, err], [0, ''])
    assert.equal((await run(['--help'], [idle], { out: broken('EPIPE') })).code, 0)
  })

  test('by an output that fails late, too', async () => {
    assert.equal((await run(['echo'], [echo()], { out: broken('ENOSPC') })).code, 1)
    assert.deepEqual(await run(['echo'], [echo()], { out: broken('EPIPE') }), { code: 0, out: '', err: '' })
  })

  test('by a stop that the command takes well is none', async () => {
    const stop = new AbortController()
    assert.equal((await run([], [echo(() => { stop.abort(new LoklakError('STOPPED', '')); return 0 })], { signal: stop.signal })).code, 0)
  })

  test('by an output that cannot be written is one', async () => {
    const { code, err } = await run(['--help'], [idle], { out: broken('ENOSPC') })
    assert.equal(code, 1)
    assert.match(err, /^error: The output cannot be written\. ENOSPC\.\n/)
  })
})
