import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settings } from '../../src/cli/settings.ts'
import { options } from '../../src/settings/options.ts'
import { run } from './fixtures.ts'

describe('loklak settings', () => {
  test('prints key, value and, where it is not the default, origin', async () => {
    const { code, out } = await run(['settings', '--port.http=0'], [settings], { env: { LOKLAK_LOG_LEVEL: 'warn' } })
    assert.equal(code, 0)
    const lines = out.split('\n')
    assert.ok(lines.includes('port.http = 0   (command line)'))
    assert.ok(lines.includes('log.level = warn   (environment LOKLAK_LOG_LEVEL)'))
    assert.ok(lines.includes('data.path = data'))
  })

  test('in every other format has all columns', async () => {
    const keys = Object.keys(options).filter((key) => !key.endsWith('.*'))
    const json: unknown = JSON.parse((await run(['settings', '--format=json'], [settings])).out)
    assert.ok(Array.isArray(json))
    assert.deepEqual(json.map((row: { key: string }) => row.key), keys)
    assert.deepEqual(json[0], { key: 'port.http', value: '9000', origin: 'default', help: options['port.http'].help })
    assert.equal((await run(['settings', '--format=ndjson'], [settings])).out.trimEnd().split('\n').length, keys.length)
    assert.match((await run(['settings', '--format=csv'], [settings])).out, /^key,value,origin,help\r\nport\.http,9000,default,/)
  })

  test('prints what there is where something is wrong, and what that is', async () => {
    const { code, out, err } = await run(['settings', '--port.http=x', '--log.level=warn', '--config=absent.properties'], [settings])
    assert.equal(code, 1)
    assert.ok(out.split('\n').includes('port.http = 9000'))
    assert.ok(out.split('\n').includes('log.level = warn   (command line)'))
    assert.equal(err, 'wrong: The configuration file absent.properties cannot be read (ENOENT).\nwrong: port.http (command line): "x" is not a port from 0 to 65535 (0 = any free one).\n')
  })

  test('shows no secret in any format', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'txt']) {
      const { out } = await run(['settings', `--format=${format}`, '--stream.mqtt.password=geheim'], [settings])
      assert.doesNotMatch(out, /geheim/)
      assert.match(out, /\(hidden\)/)
    }
  })
})
