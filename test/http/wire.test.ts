import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWire, type Pipe, type Wire } from '../../src/http/stream/wire.ts'

interface Bench {
  readonly wire: Wire
  /** What the pipe was told, in order. */
  readonly said: string[]
  /** Lets the turn end. */
  turn(): void
  /** Lets the write that is under way be done. */
  written(): void
}

function bench(limit = 100): Bench {
  const said: string[] = []
  let due: (() => void)[] = []
  let written: () => void = () => undefined
  const pipe: Pipe = {
    write(parts, done) {
      said.push(parts.map(String).join('+'))
      written = done
    },
    beat: () => void said.push('beat'),
    end: () => void said.push('end'),
    destroy: () => void said.push('destroy'),
  }
  return {
    said,
    wire: createWire(pipe, { limit, turn: (work) => void due.push(work), onStalled: () => said.push('stalled') }),
    turn() {
      const all = due
      due = []
      for (const work of all) work()
    },
    written: () => written(),
  }
}

const bytes = (text: string): Buffer => Buffer.from(text)

test('what is put in one turn is written together, and what comes meanwhile after it', () => {
  const { wire, said, turn, written } = bench()
  for (const part of ['a', 'b', 'c']) wire.put(bytes(part))
  assert.deepEqual(said, [])
  turn()
  wire.put(bytes('d'))
  turn()
  wire.put(bytes('e'))
  turn()
  assert.deepEqual(said, ['a+b+c'])
  written()
  assert.deepEqual(said, ['a+b+c', 'd+e'])
})

test('not more than 64 KiB are written at a time, but what is larger goes alone', () => {
  const { wire, said, turn, written } = bench(1e9)
  for (const length of [40_000, 20_000, 10_000, 100_000, 5]) wire.put(Buffer.alloc(length, String(length)[0]))
  turn()
  for (let i = 0; i < 4; i++) written()
  assert.deepEqual(said.map((text) => text.replaceAll('+', '').length), [60_000, 10_000, 100_000, 5])
})

test('it is full when more waits than may, but only what the reader had a chance to take counts', () => {
  const { wire, turn, written } = bench(10)
  wire.put(bytes('x'.repeat(50)))
  assert.equal(wire.full(), false)
  turn()
  assert.equal(wire.full(), true)
  written()
  assert.equal(wire.full(), false)
})

test('who waits for it to drain goes on when it did, when it is gone, or when he gives up', async () => {
  const { wire, turn, written } = bench(10)
  const never = new AbortController().signal
  await wire.drained(never)
  wire.put(bytes('xxxx'))
  turn()
  assert.equal(wire.busy(), true)
  const drained = wire.drained(never)
  written()
  await drained
  wire.put(bytes('xxxx'))
  turn()
  const stop = new AbortController()
  const aborted = wire.drained(stop.signal)
  stop.abort()
  await aborted
  const gone = wire.drained(never)
  wire.closed()
  await gone
})

test('the end comes after what waits, and nothing after the end', () => {
  const { wire, said, turn, written } = bench()
  wire.put(bytes('a'))
  wire.end()
  wire.put(bytes('b'))
  turn()
  assert.deepEqual(said, ['a'])
  written()
  assert.deepEqual(said, ['a', 'end'])
  const idle = bench()
  idle.wire.end()
  idle.turn()
  assert.deepEqual(idle.said, ['end'])
})

test('a heartbeat where there is nothing else to say; a reader who takes nothing between two of them is given up', () => {
  const { wire, said, turn, written } = bench()
  wire.beat()
  wire.put(bytes('a'))
  turn()
  wire.beat()
  written()
  wire.beat()
  wire.put(bytes('b'))
  turn()
  wire.beat()
  assert.deepEqual(said, ['beat', 'a', 'beat', 'b'])
  wire.beat()
  assert.deepEqual(said.slice(-2), ['stalled', 'destroy'])
})

test('a reader who does not take the end is given up as well', () => {
  const { wire, said, turn } = bench()
  wire.end()
  turn()
  wire.beat()
  wire.beat()
  assert.deepEqual(said, ['end', 'stalled', 'destroy'])
})

test('once it is gone nothing is kept or written', () => {
  const { wire, said, turn, written } = bench()
  wire.put(bytes('a'))
  turn()
  wire.put(bytes('b'))
  wire.closed()
  written()
  wire.put(bytes('c'))
  turn()
  wire.beat()
  assert.deepEqual(said, ['a'])
  assert.equal(wire.full(), false)
})
