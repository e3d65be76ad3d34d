import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadSettings, type LoadedSettings } from '../../src/settings/load.ts'
import { environmentName } from '../../src/settings/layers.ts'
import { knownKeys } from '../../src/settings/names.ts'
import { options } from '../../src/settings/options.ts'
import { LoklakError } from '../../src/watch/errors.ts'

const root = mkdtempSync(join(tmpdir(), 'loklak-settings-'))
after(() => rmSync(root, { recursive: true }))

let folders = 0
/** A folder with the given files. */
const folder = (files: Readonly<Record<string, string>> = {}): string => {
  const cwd = join(root, String(++folders))
  mkdirSync(cwd)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), content)
  }
  return cwd
}

interface Given {
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}
const load = ({ argv = [], env = {}, files = {} }: Given = {}): LoadedSettings => loadSettings({ argv, env, cwd: folder(files) })

/** The detail of the error that loading ends with. */
const refusal = (given: Given): string => {
  try {
    load(given)
  } catch (error) {
    if (error instanceof LoklakError && error.code === 'BAD_SETTING') return error.detail
    throw error
  }
  return assert.fail('it was taken')
}

const customized = 'data/settings/customized_config.properties'

describe('settings', () => {
  test('without anything given are the defaults', () => {
    const { settings, origins, warnings, rest } = load()
    assert.equal(settings['port.http'], 9000)
    assert.deepEqual(settings.host, ['127.0.0.1', '::1'])
    assert.deepEqual(settings['disk.floor'], { percent: 5, bytes: 2_000_000_000 })
    assert.deepEqual(settings.backend, [])
    assert.deepEqual(settings['client.*'], {})
    assert.deepEqual(origins.get('port.http'), { text: '9000', from: 'default' })
    assert.deepEqual(Object.keys(settings), Object.keys(options))
    assert.ok(Object.isFrozen(settings))
    assert.deepEqual([warnings, rest], [[], []])
  })

  test('later wins: defaults, --config, data folder, environment, command line', () => {
    const files = { 'my.properties': 'port.http=1', [customized]: 'port.http=2' }
    const layers: readonly (readonly [Given, number, string])[] = [
      [{}, 9000, 'default'],
      [{ argv: ['--config=my.properties'], files: { 'my.properties': 'port.http=1' } }, 1, 'my.properties:1'],
      [{ argv: ['--config', 'my.properties'], files }, 2, `${customized}:1`],
      [{ argv: ['--config=my.properties'], files, env: { port_http: '3' } }, 3, 'environment port_http'],
      [{ files, env: { port_http: '3', PORT: '4' } }, 4, 'environment PORT'],
      [{ files, env: { port_http: '3', PORT: '4', LOKLAK_PORT_HTTP: '5' } }, 5, 'environment LOKLAK_PORT_HTTP'],
      [{ files, env: { LOKLAK_PORT_HTTP: '5' }, argv: ['--port.http', '6'] }, 6, 'command line'],
      [{ argv: ['--port.http=6', '--port.http=7'] }, 7, 'command line'],
    ]
    for (const [given, port, from] of layers) {
      const { settings, origins } = load(given)
      assert.equal(settings['port.http'], port)
      assert.equal(origins.get('port.http')?.from, from)
    }
  })

  test('PORTSSL is the port of HTTPS', () => assert.equal(load({ env: { PORTSSL: '443' } }).settings['port.https'], 443))

  test('the data folder may be named in any layer but its own', () => {
    const elsewhere = { 'my.properties': 'data.path=else', 'else/settings/customized_config.properties': 'port.http=2' }
    assert.equal(load({ argv: ['--config=my.properties'], files: elsewhere }).settings['port.http'], 2)
    assert.equal(load({ argv: ['--data.path', 'else'], files: elsewhere }).settings['port.http'], 2)
    assert.equal(load({ env: { LOKLAK_DATA_PATH: 'else' }, files: elsewhere }).settings['port.http'], 2)
    assert.match(refusal({ files: { [customized]: 'data.path=else' } }), /^data\.path \(data\/settings\/customized_config\.properties:1\): this file is found by data\.path/)
  })

  test('arguments are left over', () => assert.deepEqual(load({ argv: ['--port.http=1', 'a', '--stream.enabled', 'b', '--', '--c'] }).rest, ['a', 'b', '--c']))

  test('a boolean alone is true', () => {
    assert.equal(load({ argv: ['--stream.enabled'] }).settings['stream.enabled'], true)
    assert.equal(load({ argv: ['--server.cors', 'false'] }).settings['server.cors'], false)
  })

  test('an empty environment variable counts as not set', () => assert.equal(load({ env: { PORT: '', LOKLAK_PORT_HTTP: '' } }).settings['port.http'], 9000))

  test('any client. name is kept, from files and command line', () => {
    const { settings, origins } = load({ files: { [customized]: 'client.title=Köln' }, argv: ['--client.__proto__=x'] })
    assert.equal(settings['client.*']['title'], 'Köln')
    assert.deepEqual(Object.entries(settings['client.*']), [['title', 'Köln'], ['__proto__', 'x']])
    assert.equal(origins.get('client.title')?.from, `${customized}:1`)
  })

  test('every key has its own name in the environment', () => {
    const names = knownKeys.flatMap((key) => [key, `${key}.file`]).map(environmentName)
    assert.equal(new Set(names).size, names.length)
  })
})

describe('a value from a file', () => {
  const files = { secret: 'geheim\n', [customized]: 'stream.mqtt.password.file=secret' }

  test('is its content without the last line break, in any layer', () => {
    assert.equal(load({ files }).settings['stream.mqtt.password'], 'geheim')
    assert.equal(load({ files: { secret: ' a \n\n' }, argv: ['--stream.mqtt.password.file=secret'] }).settings['stream.mqtt.password'], ' a \n')
    assert.equal(load({ files: { secret: '8080\r\n' }, env: { LOKLAK_PORT_HTTP_FILE: 'secret' } }).settings['port.http'], 8080)
    assert.equal(load({ files }).origins.get('stream.mqtt.password')?.from, `${customized}:1, secret`)
  })

  test('that is not there is an error', () => assert.match(refusal({ argv: ['--port.http.file=none'] }), /^port\.http\.file \(command line\): the file none cannot be read \(ENOENT\)\.$/))
})

describe('what is wrong stops the start and is named', () => {
  test('an unknown key, with its place and the nearest', () => {
    assert.equal(refusal({ argv: ['--prot.http=1'] }), 'prot.http (command line): there is no such setting; did you mean port.http?')
    assert.equal(refusal({ files: { [customized]: '\ncolour=red' } }), `colour (${customized}:2): there is no such setting.`)
    assert.equal(refusal({ argv: ['--port.htp.file=x'] }), 'port.htp.file (command line): there is no such setting; did you mean port.http.file?')
  })

  test('a value that does not fit, wherever it stands, even where a later one wins', () => {
    assert.equal(refusal({ argv: ['--port.http=80a'] }), 'port.http (command line): "80a" is not a port from 0 to 65535 (0 = any free one).')
    assert.match(refusal({ env: { PORT: 'x' }, argv: ['--port.http=1'] }), /^port\.http \(environment PORT\)/)
    assert.match(refusal({ files: { 'a.properties': 'host=\n' }, argv: ['--config=a.properties'] }), /^host \(a\.properties:1\): "" is not at least 1 of/)
    assert.match(refusal({ argv: ['--port.http'] }), /needs a value: --port\.http=VALUE/)
    assert.match(refusal({ files: { [customized]: String.raw`data.path=C:\users` } }), /has a \\u without four/)
  })

  test('HTTPS, which arrives later', () => {
    for (const mode of ['on', 'redirect', 'only']) assert.match(refusal({ argv: [`--https.mode=${mode}`] }), /arrives with a later version/)
  })

  test('all at once', () => {
    const detail = refusal({ argv: ['--port.http=x', '--nothing.such=1'], env: { LOKLAK_LOG_LEVEL: 'loud' } })
    assert.equal(detail.split('\n').filter((line) => /port\.http|nothing\.such|log\.level/.test(line)).length, 3)
  })

  test('a file that is asked for and cannot be read', () => {
    assert.match(refusal({ argv: ['--config=none.properties'] }), /none\.properties cannot be read \(ENOENT\)/)
    assert.throws(() => load({ argv: ['--config'] }), { code: 'BAD_USAGE' })
  })

  test('without the credentials of an address', () => assert.doesNotMatch(refusal({ argv: ['--source.bluesky.url=http://user:geheim@host'] }), /geheim/))
})

describe('what is warned about', () => {
  test('unknown LOKLAK_ variables, and no others', () => {
    const { warnings } = load({ env: { LOKLAK_SERVICE_HOST: '10.0.0.1', LOKLAK_PORT_HTPP: '1', PATH: '/bin', prot_http: '1' } })
    assert.deepEqual(warnings, ['The environment has variables that are no settings: LOKLAK_SERVICE_HOST, LOKLAK_PORT_HTPP (did you mean LOKLAK_PORT_HTTP?).'])
  })

  test('settings without effect yet, when they are set to something', () => {
    const { settings, warnings } = load({ argv: ['--backend=https://peer.example', '--peername=anonymous'] })
    assert.deepEqual(settings.backend, ['https://peer.example'])
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /^backend \(command line\) has no effect yet/)
  })
})
