import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { describeSettings, publicSettings, settingsPage } from '../../src/settings/describe.ts'
import { loadSettings } from '../../src/settings/load.ts'
import { options, subjects } from '../../src/settings/options.ts'

const load = (...argv: string[]) => loadSettings({ argv, env: {}, cwd: '/nowhere' })

describe('the table of settings', () => {
  test('is told under its titles once, in whole', () => {
    assert.deepEqual(subjects.flatMap((subject) => Object.keys(subject.options)), Object.keys(options))
  })

  test('explains every option in sentences', () => {
    for (const [key, { help }] of Object.entries(options)) assert.match(help, /^\S.{10,}\.$/, key)
  })
})

describe('described settings', () => {
  test('have key, value as written, origin and help, in the order of the table', () => {
    const rows = describeSettings(load('--retention.age=7d', '--client.b=2', '--client.a=1'))
    assert.deepEqual(rows.find(({ key }) => key === 'retention.age'), { key: 'retention.age', value: '7d', origin: 'command line', help: options['retention.age'].help })
    assert.deepEqual(rows.map(({ key }) => key), Object.keys(options).flatMap((key) => (key === 'client.*' ? ['client.b', 'client.a'] : [key])))
  })

  test('hide secrets and credentials', () => {
    const rows = describeSettings(load('--stream.mqtt.password=geheim', '--source.bluesky.url=wss://a/,wss://user:geheim@b/'))
    assert.doesNotMatch(JSON.stringify(rows), /geheim/)
    assert.equal(rows.find(({ key }) => key === 'stream.mqtt.password')?.value, '(hidden)')
    assert.equal(rows.find(({ key }) => key === 'source.bluesky.url')?.value, 'wss://a/,wss://(hidden)@b/')
  })

  test('hide what stands before the last @ of every address, with a scheme or without, and secret parameters', () => {
    const shown = (key: string, text: string): string | undefined => describeSettings(load(`--${key}=${text}`)).find((row) => row.key === key)?.value
    assert.equal(shown('stream.mqtt.address', 'joe:s3cret@broker:1883'), '(hidden)@broker:1883')
    assert.equal(shown('stream.mqtt.address', 'mqtt://joe:p@ss3cret@broker'), 'mqtt://(hidden)@broker')
    assert.equal(shown('stream.mqtt.address', 'broker:1883'), 'broker:1883')
    assert.equal(shown('source.bluesky.url', 'wss://h/subscribe?token=s3cret,wss://joe:p@s3@i/subscribe'), 'wss://h/subscribe?token=***,wss://(hidden)@i/subscribe')
    assert.equal(shown('client.contact', 'ann@example.org'), 'ann@example.org')
  })

  test('show that a secret is not set', () => assert.equal(describeSettings(load()).find(({ key }) => key === 'stream.mqtt.password')?.value, ''))
})

describe('public settings', () => {
  test('are the few marked public and what begins with client., without that', () => {
    assert.deepEqual(publicSettings(load('--client.title=Köln', '--stream.mqtt.password=geheim', '--client.twitterConsumerKey=geheim').settings), {
      'host.url': undefined,
      'dump.write_enabled': true,
      'search.count.low': 10,
      'search.count.default': 20,
      'search.count.max.public': 100,
      'search.count.max.localhost': 1000,
      'search.timeout': 5000,
      'stream.enabled': false,
      title: 'Köln',
    })
  })

  test('are never secret', () => {
    for (const [key, option] of Object.entries(options)) assert.ok(!('secret' in option && 'public' in option), key)
  })
})

test('docs/settings.md is up to date (npm run docs)', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8'), settingsPage())
})
