import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { broker, cidr, host, path, url } from '../../src/settings/address.ts'
import { boolean, listOf, oneOf, optional, quoted, text, type Kind } from '../../src/settings/kind.ts'
import { bytes, diskShare, duration, instant, integer, moment, port } from '../../src/settings/quantity.ts'
import { character } from '../support/characters.ts'

const parse = <T>(kind: Kind<T>, written: string): unknown => {
  const parsed = kind.parse(written, '/somewhere')
  return 'wrong' in parsed ? { wrong: parsed.wrong } : parsed.value
}
const fits = <T>(kind: Kind<T>, examples: readonly (readonly [string, unknown])[]): void => {
  for (const [written, value] of examples) assert.deepEqual(parse(kind, written), value, JSON.stringify(written))
}
const refuses = <T>(kind: Kind<T>, examples: readonly string[]): void => {
  for (const written of examples) {
    const parsed = kind.parse(written, '/somewhere')
    assert.ok('wrong' in parsed, JSON.stringify(written))
  }
}

describe('kinds of value', () => {
  test('text is taken as it is', () => fits(text, [[' a b ', ' a b '], ['', '']]))

  test('boolean', () => {
    fits(boolean, [['true', true], ['on', true], ['1', true], [' TRUE ', true], ['false', false], ['off', false], ['0', false]])
    refuses(boolean, ['', 'yes', '2', 'truee'])
  })

  test('number', () => {
    fits(integer(), [['0', 0], ['42', 42], ['+7', 7]])
    fits(integer({ min: -5, max: 5 }), [['-5', -5], ['5', 5]])
    refuses(integer({ min: -5, max: 5 }), ['-6', '6'])
    refuses(integer(), ['', '-1', '1.5', '1e3', '0x10', 'one', '99999999999999999999', '9007199254740993'])
  })

  test('port', () => {
    fits(port, [['0', 0], ['9000', 9000], ['65535', 65_535]])
    refuses(port, ['', '65536', '-1', '80a', '9000.0'])
  })

  test('duration', () => {
    fits(duration, [['0', 0], ['5000', 5000], ['0ms', 0], ['15s', 15_000], ['10m', 600_000], ['10 min', 600_000], ['1h', 3_600_000], ['1.5d', 129_600_000], ['4W', 2_419_200_000]])
    refuses(duration, ['', '-1s', '1y', 's', '1h30m', '1e3', '999999999999999w'])
  })

  test('size', () => {
    fits(bytes, [['0', 0], ['512', 512], ['500kB', 500_000], ['2GB', 2_000_000_000], ['1 GiB', 1_073_741_824], ['1.5MiB', 1_572_864]])
    refuses(bytes, ['', '1G', '-1GB', '1 XB', '99999999999TiB'])
  })

  test('share of a disk', () => {
    fits(diskShare, [['5%,2GB', { percent: 5, bytes: 2e9 }], ['10 %', { percent: 10, bytes: 0 }], ['1GiB', { percent: 0, bytes: 2 ** 30 }], ['0', { percent: 0, bytes: 0 }]])
    refuses(diskShare, ['', '101%', '5%,', '-5%', 'all'])
  })

  test('point in time', () => {
    fits(moment, [
      ['2026-01-31', { at: Date.UTC(2026, 0, 31) }],
      ['2026-01-31T12:00:00Z', { at: Date.UTC(2026, 0, 31, 12) }],
      ['2026-01-31T12:00+02:00', { at: Date.UTC(2026, 0, 31, 10) }],
      ['-36h', { ago: 129_600_000 }],
      ['7d', { ago: 604_800_000 }],
    ])
    refuses(moment, ['', '2026-02-30', '2026-13-01', '2026-01-31T12:00:00', '2026-01-31T25:00:00Z', 'yesterday', '--1h'])
    assert.equal(instant({ ago: 1000 }, 5000), 4000)
    assert.equal(instant({ at: 1000 }, 5000), 1000)
  })

  test('address', () => {
    fits(url('ws', 'wss'), [['wss://a.example/subscribe', 'wss://a.example/subscribe'], ['ws://127.0.0.1:1234/', 'ws://127.0.0.1:1234/']])
    refuses(url('ws', 'wss'), ['', 'a.example', 'http://a.example', 'wss://', 'wss://a:99999/'])
    assert.deepEqual(parse(url('ws', 'wss'), 'htp://x'), { wrong: '"htp://x" is not a ws:// or wss:// address' })
  })

  test('broker: as the original wrote it, too', () => {
    fits(broker, [
      ['tcp://127.0.0.1:1883', 'mqtt://127.0.0.1:1883'],
      ['mosquitto.mqtt:1883', 'mqtt://mosquitto.mqtt:1883'],
      ['mqtts://broker.example', 'mqtts://broker.example'],
      ['ws://broker.example/mqtt', 'ws://broker.example/mqtt'],
    ])
    refuses(broker, ['', 'http://broker.example', 'mqtt://', ':1883'])
  })

  test('host', () => {
    fits(host, [['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['[::1]', '::1'], ['localhost', 'localhost'], ['0.0.0.0', '0.0.0.0']])
    refuses(host, ['', 'a b', 'http://a', '-a', 'a_b/c'])
  })

  test('network', () => {
    fits(cidr, [['10.0.0.0/8', '10.0.0.0/8'], ['192.0.2.1', '192.0.2.1/32'], ['fd00::/8', 'fd00::/8'], ['::1', '::1/128']])
    refuses(cidr, ['', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/', 'fe80::1%eth0', 'proxy'])
  })

  test('path: relative ones begin where loklak was started', () => {
    fits(path, [['data', '/somewhere/data'], ['/var/loklak', '/var/loklak'], ['../x', '/x']])
    refuses(path, ['', 'a\0b'])
  })

  test('one of a few names, some of which are refused with a reason', () => {
    const mode = oneOf(['off'], { on: 'comes later' })
    fits(mode, [['off', 'off']])
    assert.deepEqual(parse(mode, 'on'), { wrong: '"on" comes later' })
    assert.deepEqual(parse(oneOf(['a', 'b', 'c']), 'd'), { wrong: '"d" is not a, b or c' })
    refuses(mode, ['', 'toString', 'constructor'])
  })

  test('list', () => {
    fits(listOf(port), [['', []], ['1, 2 ,,3', [1, 2, 3]]])
    assert.deepEqual(parse(listOf(port), '1,x'), { wrong: '"x" is not a port from 0 to 65535 (0 = any free one)' })
    refuses(listOf(port, { least: 1 }), ['', ' , '])
    const parsed = listOf(port).parse('1', '/')
    assert.ok('value' in parsed && Object.isFrozen(parsed.value))
  })

  test('optional: empty stands for something', () => {
    fits(optional(port), [['', undefined], [' ', undefined], ['1', 1]])
    fits(optional(duration, 0), [['', 0], ['1s', 1000]])
    refuses(optional(port), ['x'])
  })

  test('a quoted text is short and has no credentials of an address', () => {
    assert.equal(quoted('wss://host/subscribe?token=s3cret&x=1'), '"wss://host/subscribe?token=***&x=1"')
    for (const address of ['wss://user:s3cret,word@host/', 'joe:s3cret@broker:1883', 'mqtt://joe:p@s3cret@broker', 'mqtt://joe:s3cret/@', 's3cret@']) assert.doesNotMatch(quoted(address), /s3cret/, address)
    assert.ok(quoted('x'.repeat(1000)).length < 150)
  })

  test('credentials stay hidden where the text is cut off', () => {
    const secret = `wss://user:${'s'.repeat(150)}@host/`
    assert.doesNotMatch(quoted(secret), /sss/)
  })

  test('an address that does not read as one is not quoted with a part of its password', () => {
    for (const [kind, text] of [[broker, 'mqtt://joe:s3c@ret@/'], [broker, 'joe:s3cret/@broker:1883'], [url('http'), 'ftp://joe:s3cret@host'], [listOf(url('wss')), 'wss://a/,wss://joe:s3cret,more@b/']] as const) {
      const parsed = kind.parse(text, '/')
      assert.ok('wrong' in parsed && !/s3c|ret/.test(parsed.wrong), text)
    }
  })

  test('no text makes a kind throw, and what fits is of the kind', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: character }), fc.stringMatching(/^-?\d+(\.\d+)?\s?[a-zA-Z%]{0,3}(,\d+[a-zA-Z%]{0,3})?$/)), (written) => {
      for (const kind of [integer(), port, duration, bytes]) {
        const parsed = kind.parse(written, '/')
        if ('value' in parsed) assert.ok(Number.isSafeInteger(parsed.value) && parsed.value >= 0)
        else assert.ok(parsed.wrong.endsWith(kind.expected))
      }
      for (const kind of [boolean, diskShare, moment, url('http'), broker, host, cidr, path, listOf(host)]) assert.doesNotThrow(() => kind.parse(written, '/'))
    }))
  })
})
