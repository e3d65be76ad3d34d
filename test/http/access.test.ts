import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAccess, type Caller } from '../../src/http/access.ts'
import { holder, networks, plainAddress } from '../../src/http/address.ts'
import { LoklakError } from '../../src/watch/errors.ts'

function calling(from: string | undefined, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: from })
  const message = new IncomingMessage(socket)
  Object.assign(message.headers, headers)
  return message
}
const seen = (from: string | undefined, headers: Record<string, string> = {}, proxies: readonly string[] = []): Caller => createAccess(proxies).caller(calling(from, headers))

test('the address is that of the socket', () => {
  assert.deepEqual(seen('203.0.113.9'), { address: '203.0.113.9', local: false, owner: false })
  assert.equal(seen('::ffff:203.0.113.9').address, '203.0.113.9')
  assert.equal(seen('2001:db8::1').address, '2001:db8::1')
})

test('forwarded headers count for nothing from anyone but the named proxies', () => {
  const lies = { 'x-forwarded-for': '198.51.100.1', 'x-real-ip': '198.51.100.1' }
  assert.equal(seen('203.0.113.9', lies).address, '203.0.113.9')
  assert.equal(seen('203.0.113.9', lies, ['10.0.0.0/8']).address, '203.0.113.9')
})

test('behind a proxy the client is the nearest address that is not a proxy', () => {
  const proxies = ['10.0.0.0/8', 'fd00::/8']
  const examples: readonly [header: Record<string, string>, address: string][] = [
    [{ 'x-forwarded-for': '198.51.100.1' }, '198.51.100.1'],
    [{ 'x-forwarded-for': '6.6.6.6, 198.51.100.1, 10.0.0.7' }, '198.51.100.1'],
    [{ 'x-forwarded-for': '[2001:db8::5]:4711' }, '2001:db8::5'],
    [{ 'x-forwarded-for': '198.51.100.1:4711' }, '198.51.100.1'],
    [{ 'x-forwarded-for': '198.51.100.1, unknown' }, '10.0.0.3'],
    [{ 'x-forwarded-for': 'fd00::9, 10.0.0.8' }, 'fd00::9'],
    [{ 'x-real-ip': '198.51.100.2' }, '198.51.100.2'],
    [{ 'x-forwarded-for': '198.51.100.1', 'x-real-ip': '198.51.100.2' }, '198.51.100.1'],
    [{}, '10.0.0.3'],
  ]
  for (const [headers, address] of examples) assert.equal(seen('10.0.0.3', headers, proxies).address, address, JSON.stringify(headers))
})

test('local is a loopback socket with nothing in between', () => {
  assert.equal(seen('127.0.0.1').local, true)
  assert.equal(seen('::1').local, true)
  assert.equal(seen('::ffff:127.9.9.9').local, true)
  assert.equal(seen('192.168.1.5').local, false)
  assert.equal(seen('127.0.0.1', {}, ['127.0.0.1']).local, false, 'a proxy on this machine')
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']) {
    assert.equal(seen('127.0.0.1', { [name]: '127.0.0.1' }).local, false, `a proxy that was not named, told by ${name}`)
  }
  assert.equal(seen('203.0.113.9', { referer: 'http://localhost:9000/' }).local, false, 'Referer is never believed')
})

test('a connection that is gone is not local', () => {
  assert.deepEqual(seen(undefined), { address: '0.0.0.0', local: false, owner: false })
})

test('only a connection that was marked is the owner', () => {
  const access = createAccess([])
  const message = calling(undefined)
  assert.equal(access.caller(message).owner, false)
  access.own(message.socket)
  assert.deepEqual(access.caller(message), { address: '127.0.0.1', local: true, owner: true })
})

test('no header makes a stranger local or the owner', () => {
  const name = fc.constantFrom('x-forwarded-for', 'x-real-ip', 'forwarded', 'via', 'referer', 'host', 'origin')
  const value = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('127.0.0.1'), fc.constant('::1'), fc.string())
  fc.assert(fc.property(fc.dictionary(name, value), fc.constantFrom('203.0.113.9', '10.0.0.3'), (headers, from) => {
    const { local, owner } = seen(from, headers, ['10.0.0.0/8'])
    assert.deepEqual([local, owner], [false, false])
  }))
})

test('networks that are none are refused by name', () => {
  for (const bad of ['10.0.0.0/99', 'proxy.example', '10.0.0.0/x', '']) {
    assert.throws(() => networks([bad]), (error) => error instanceof LoklakError && error.code === 'BAD_SETTING' && error.detail.includes(`"${bad}"`))
  }
})

test('an address has one spelling', () => {
  for (const [text, plain] of [['[::1]', '::1'], ['FE80::1%eth0', 'fe80::1'], [' 1.2.3.4 ', '1.2.3.4'], ['1.2.3', undefined], ['', undefined], ['_hidden', undefined]] as const) {
    assert.equal(plainAddress(text), plain, text)
  }
})

test('one customer holds 64 bits of IPv6', () => {
  assert.equal(holder('203.0.113.9'), '203.0.113.9')
  assert.equal(holder('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2')
  assert.equal(holder('2001:db8::6'), '2001:db8:0:0')
  assert.equal(holder('::1'), '0:0:0:0')
  assert.equal(holder('2001:db8:1:2::'), '2001:db8:1:2')
})
