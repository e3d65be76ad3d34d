import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createConnection, createPacketGauge, mostPacket, mostWaiting } from '../../../src/stream/mqtt/connection.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A connection whose wire takes what it is told to. */
function heldWire() {
  const handed: { readonly chunk: Buffer; readonly taken: () => void }[] = []
  const told: string[] = []
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, taken) => void handed.push({ chunk, taken }),
  })
  const connection = createConnection(wire, {
    behind: (is) => told.push(is ? 'behind' : 'no longer behind'),
    took: () => undefined,
    cut: () => told.push('cut'),
    tooLarge: () => told.push('too large'),
  })
  /** The wire takes all that is there; what it was. */
  async function takeAll(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (let next = handed.shift(); next !== undefined; next = handed.shift()) {
      chunks.push(next.chunk)
      next.taken()
      await turn()
    }
    return Buffer.concat(chunks)
  }
  return { wire, connection, handed, told, takeAll }
}

test('what is written is taken at once, though the wire takes nothing, and goes out in order, a portion at a time', async () => {
  const { connection, handed, takeAll } = heldWire()
  const written = Array.from({ length: 1_000 }, (_, i) => Buffer.alloc(500, i))
  await Promise.all(written.map((chunk) => new Promise((resolve) => connection.write(chunk, resolve))))
  assert.equal(handed.length, 1)
  assert.deepEqual(await takeAll(), Buffer.concat(written))
})

test('more than half of what may wait is behind; more than all is the end', async () => {
  const { connection, wire, told, takeAll } = heldWire()
  connection.write(Buffer.alloc(mostWaiting / 2))
  assert.deepEqual(told, [])
  connection.write(Buffer.alloc(1))
  assert.deepEqual(told, ['behind'])
  await takeAll()
  assert.deepEqual(told, ['behind', 'no longer behind'])
  connection.write(Buffer.alloc(mostWaiting))
  connection.write(Buffer.alloc(1))
  assert.deepEqual(told.slice(2), ['behind', 'cut', 'no longer behind'], 'nobody waits for one who is gone')
  assert.equal(wire.destroyed, true)
})

test('a packet is refused by what it announces, before it comes', async () => {
  const { connection, wire, told } = heldWire()
  connection.resume()
  // PUBLISH of 65,536 bytes may be, and one byte more may not.
  wire.push(Buffer.from([0x30, 0x80, 0x80, 0x04]))
  wire.push(Buffer.alloc(mostPacket))
  await turn()
  assert.deepEqual(told, [])
  wire.push(Buffer.from([0x30, 0x81, 0x80, 0x04]))
  await turn()
  assert.deepEqual([told, wire.destroyed], [['too large'], true])
})

test('an end of the wire is an end of the connection, and the other way round', async () => {
  const first = heldWire()
  first.wire.destroy()
  await turn()
  assert.equal(first.connection.destroyed, true)
  const second = heldWire()
  second.connection.destroy()
  assert.equal(second.wire.destroyed, true)
})

test('who asks faster than the broker reads is held', async () => {
  const { wire } = heldWire()
  for (let n = 0; n < 10; n++) wire.push(Buffer.from([0xc0, 0x00].concat(...Array.from({ length: 20_000 }, () => [0xc0, 0x00]))))
  await turn()
  assert.equal(wire.isPaused(), true)
})

/** Seven bits a byte, the lowest first. */
function lengthBytes(length: number): number[] {
  const low = length % 128
  return length < 128 ? [low] : [low + 128, ...lengthBytes(Math.floor(length / 128))]
}

test('property: packets are told from their contents however they are cut, and only one that is too large is refused', () => {
  fc.assert(fc.property(fc.array(fc.nat(400), { maxLength: 20 }), fc.array(fc.nat(50)), fc.boolean(), (lengths, cuts, isLast) => {
    const fine = Buffer.concat(lengths.map((length) => Buffer.from([0x30, ...lengthBytes(length), ...Array.from({ length }, () => 0xff)])))
    const bytes = isLast ? Buffer.concat([fine, Buffer.from([0x30, ...lengthBytes(401)])]) : fine
    const isBearable = createPacketGauge(400)
    let at = 0
    let answer = true
    for (const cut of [...cuts, bytes.length]) {
      answer &&= isBearable(bytes.subarray(at, at + cut))
      at += cut
    }
    assert.equal(answer, !isLast)
  }))
})

test('a length that does not end is refused', () => {
  assert.equal(createPacketGauge(mostPacket)(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x80])), false)
})
