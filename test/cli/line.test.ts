import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { command } from '../../src/cli/command.ts'
import { divide } from '../../src/cli/line.ts'
import { boolean, text } from '../../src/settings/kind.ts'
import { option } from '../../src/settings/option.ts'

const flags = {
  since: option(text, '', 'From when.'),
  quick: option(boolean, 'false', 'Whether to hurry.'),
  'log.level': option(text, '', 'Its own, though there is a setting of that name.'),
}
const fetch = command({ name: 'fetch', summary: 'Fetches.', usage: ['fetch'], flags, run: () => Promise.resolve(0) })
const keep = command({ name: 'keep', summary: 'Keeps.', usage: ['keep'], flags: {}, run: () => Promise.resolve(0) })

const divided = (...argv: string[]) => {
  const line = divide(argv, [keep, fetch])
  return { command: line.command?.name, asks: line.asks, flags: Object.fromEntries(line.flags), argv: line.argv }
}
const refusal = (...argv: string[]): string => {
  let detail = ''
  assert.throws(() => divided(...argv), (error: Error & { code?: string; detail?: string }) => {
    detail = error.detail ?? ''
    return error.code === 'BAD_USAGE'
  })
  return detail
}

describe('a command line', () => {
  test('has a command, its own flags, settings and arguments, in any order', () => {
    assert.deepEqual(divided('--port.http=1', 'fetch', '--since', '-36h', 'a', '--data.path', 'd', '--quick', 'b'), {
      command: 'fetch', asks: undefined, flags: { since: '-36h', quick: 'true' }, argv: ['--port.http=1', '--data.path=d', '--', 'a', 'b'],
    })
  })

  test('may name no command', () => {
    assert.deepEqual(divided('--port.http=0', '--data.path=d'), { command: undefined, asks: undefined, flags: {}, argv: ['--port.http=0', '--data.path=d', '--'] })
  })

  test('own flags win over settings of the same name, only after the command and only where it has them', () => {
    assert.deepEqual(divided('--log.level=warn', 'fetch', '--log.level=x'), { command: 'fetch', asks: undefined, flags: { 'log.level': 'x' }, argv: ['--log.level=warn', '--'] })
    assert.deepEqual(divided('keep', '--log.level=warn').argv, ['--log.level=warn', '--'])
  })

  test('boolean settings and flags take no argument away', () => {
    assert.deepEqual(divided('--stream.enabled', 'fetch', '--quick', 'a', '--server.cors', 'false', '--quick=off'), {
      command: 'fetch', asks: undefined, flags: { quick: 'off' }, argv: ['--stream.enabled=true', '--server.cors=false', '--', 'a'],
    })
  })

  test('asks for help or the version, with or without a command', () => {
    assert.equal(divided('--help').asks, 'help')
    assert.equal(divided('-h').asks, 'help')
    assert.equal(divided('fetch', '--help').command, 'fetch')
    assert.equal(divided('--version').asks, 'version')
    assert.equal(divided('-v').asks, 'version')
    assert.deepEqual([divided('help').asks, divided('help').command], ['help', undefined])
    assert.deepEqual([divided('help', 'fetch').asks, divided('help', 'fetch').command], ['help', 'fetch'])
    assert.deepEqual(divided('fetch', 'help').argv, ['--', 'help'])
    assert.deepEqual(divided('fetch', '--', '-h', '--help'), { command: 'fetch', asks: undefined, flags: {}, argv: ['--', '-h', '--help'] })
  })

  test('keys of files, of the original and of client. are settings', () => {
    assert.deepEqual(divided('--port.http.file=p', '--autodeletion=true', '--client.x', 'y', '--config', 'c').argv, ['--port.http.file=p', '--autodeletion=true', '--client.x=y', '--config=c', '--'])
  })

  test('with an unknown command is refused, naming the nearest', () => {
    assert.equal(refusal('fecth'), 'There is no command "fecth"; did you mean fetch?')
    assert.equal(refusal('dance'), 'There is no command "dance".')
  })

  test('with an unknown flag is refused, naming the nearest', () => {
    assert.equal(refusal('fetch', '--sinse=x'), '--sinse is no setting and no flag of fetch; did you mean --since?')
    assert.equal(refusal('--prot.http=1'), '--prot.http is no setting; did you mean --port.http?')
    assert.equal(refusal('--since=x', 'fetch'), '--since stands after the command: loklak fetch --since.')
    const seek = command({ name: 'seek', summary: 'Seeks.', usage: ['seek'], flags: { since: flags.since }, run: () => Promise.resolve(0) })
    assert.throws(() => divide(['--since', 'x', 'seek'], [keep, fetch, seek]), /--since stands after the command: loklak seek --since\./)
    assert.equal(refusal('--colour=x'), '--colour is no setting.')
    assert.equal(refusal('--hepl'), '--hepl is no setting; did you mean --help?')
  })

  test('with a value missing is refused', () => {
    assert.equal(refusal('fetch', '--since'), '--since needs a value: --since=VALUE.')
    assert.equal(refusal('--port.http', '--data.path=d'), '--port.http needs a value: --port.http=VALUE.')
    assert.equal(refusal('--config'), '--config needs a value: --config=VALUE.')
  })
})
