// The keys of the original, each with its default: a configuration of the original must start.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadSettings } from '../../src/settings/load.ts'
import { findOption, options } from '../../src/settings/options.ts'
import { findOriginal, originalKeys } from '../../src/settings/original.ts'

const kept = `
port.http=9000
port.https=9443
host.url=http://localhost:9000
https.mode=off
search.count.low=10
search.count.default=20
search.count.max.public=100
search.count.max.localhost=1000
search.timeout=5000
peername=anonymous
backend=https://api.loklak.org,https://root.loklak.org
backend.push.enabled=true
dump.write_enabled=true
download.limited.count=2147483647
download.limited.message=
shortlink.iflinkexceedslength=50000
shortlink.urlstub=http://localhost:9000
stream.enabled=false
stream.mqtt.address=tcp://127.0.0.1:1883
client.anything=goes
`
const gone = `
https.keysource=keystore
keystore.name=keystore.jks
keystore.password=123456
https.key=
https.cert=
http.auth=false
users.admin.localonly=true
users.public.signup=false
users.password.regex=^.{6,}$
smtp.mails.enabled=false
smtp.host.name=
mails.enabled=false
www.path=html
www.expires=600
server.localhost=
referrer.localhost=
server.blacklist=
DoS.blackout=100
DoS.servicereduction=500
frontpeers=
retrieval.queries.enabled=true
retrieval.queries.pivotfrequency=10000
retrieval.queries.ttlfactor=0.75
retrieval.user.enabled=false
retrieval.forbackend.enabled=true
retrieval.forbackend.concurrency=7
retrieval.forbackend.loops=1
retrieval.forbackend.sleep.base=1000
retrieval.forbackend.sleep.randomoffset=40
caretaker.backendpush.retries=5
caretaker.backendpush.backoff=3000
upgradeInterval=86400000
autodeletion=false
elasticsearch_transport.enabled=false
elasticsearch_transport.addresses=127.0.0.1:9300
elasticsearch_transport.cluster.name=loklakcluster
elasticsearch_requiredClusterHealthStatus=YELLOW
elasticsearch.path.home=data
classifierservlet.cache.timeout=300000
classification.emotion.joy=happy,glad
client.twitterConsumerKey=secret
client.twitterConsumerSecret=secret
client.twitterAccessToken=secret
client.twitterAccessTokenSecret=secret
Xmx=512m
noio=false
flag.debug=true
httpsclient.trustselfsignedcerts=all
`
const root = mkdtempSync(join(tmpdir(), 'loklak-original-'))
after(() => rmSync(root, { recursive: true }))
writeFileSync(join(root, 'config.properties'), kept + gone)

const keysOf = (text: string): string[] => text.trim().split('\n').map((line) => line.slice(0, line.indexOf('=')))

describe('a configuration of the original', () => {
  const loaded = loadSettings({ argv: ['--config=config.properties'], env: {}, cwd: root })

  test('starts, and each key that is no setting any more is warned about with what to use instead', () => {
    for (const key of keysOf(gone)) {
      const warning = loaded.warnings.find((text) => text.startsWith(`${key} (config.properties:`))
      assert.match(warning ?? '', /: .{10,}\.$/, key)
    }
  })

  test('keeps the keys that are settings, without a word where they have effect', () => {
    for (const key of keysOf(kept)) assert.match(loaded.origins.get(key)?.from ?? '', /^config\.properties:/, key)
    assert.deepEqual(loaded.warnings.filter((text) => keysOf(kept).some((key) => text.startsWith(`${key} `))).map((text) => text.split(' ')[0]), ['backend'])
  })

  test('does not publish what was secret', () => assert.deepEqual(loaded.settings['client.*'], { anything: 'goes' }))

  test('is read from the environment in the same case, too', () => {
    const { warnings } = loadSettings({ argv: [], env: { DoS_blackout: '100' }, cwd: root })
    assert.match(warnings[0] ?? '', /^DoS\.blackout \(environment DoS_blackout\) is retired: `server\.requests\.rate`/)
  })
})

describe('autodeletion', () => {
  const load = (...argv: string[]) => loadSettings({ argv, env: {}, cwd: root })
  const month = 30 * 86_400_000

  test('is a retention of 30 days', () => {
    assert.equal(load('--autodeletion=true').settings['retention.age'], month)
    assert.equal(load('--autodeletion=true').origins.get('retention.age')?.from, 'command line, autodeletion')
    assert.equal(load('--autodeletion=off').settings['retention.age'], 0)
    assert.equal(load('--autodeletion=true').warnings.length, 1)
  })

  test('gives way to retention.age beside it', () => assert.equal(load('--retention.age=7d', '--autodeletion=true').settings['retention.age'], 7 * 86_400_000))

  test('must be a boolean', () => assert.throws(() => load('--autodeletion=monthly'), { code: 'BAD_SETTING', message: /autodeletion \(command line\): "monthly" is not true or false/ }))
})

test('no key is both a setting and gone, and each successor that is named is a setting', () => {
  for (const key of Object.keys(options)) assert.equal(findOriginal(key), undefined, key)
  for (const [key, { instead }] of Object.entries(originalKeys)) {
    for (const [, name = ''] of instead.matchAll(/`([a-z]+(?:\.[a-z]+)+)(?:=[^`]*)?`/g)) assert.ok(findOption(name), `${key}: ${name}`)
  }
})
