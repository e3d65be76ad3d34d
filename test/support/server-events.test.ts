import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readEvents, type ServerEvent } from '../../src/support/server-events.ts'

// oxlint-disable-next-line require-await -- an async generator from a list
async function* pieces(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks
}
const read = (...chunks: readonly string[]): Promise<ServerEvent[]> => Array.fromAsync(readEvents(pieces(chunks)))

test('an event has the id that was last said, a name and data', async () => {
  assert.deepEqual(await read('id: 1\nevent: edit\ndata: {"a":1}\n\ndata:x\ndata: y\n\n'), [
    { id: '1', event: 'edit', data: '{"a":1}' },
    { id: '1', event: 'message', data: 'x\ny' },
  ])
})

test('comments and what nobody knows are passed over; an id without data moves the id on', async () => {
  assert.deepEqual(await read('retry: 2000\n:\nid: 5\n\n: comment\nother: x\ndata\n\n'), [
    { id: '5', event: 'message', data: undefined },
    { id: '5', event: 'message', data: '' },
  ])
})

test('what breaks off is no event', async () => {
  assert.deepEqual(await read('data: a\n\ndata: b\n'), [{ id: '', event: 'message', data: 'a' }])
})

test('an event without an end is refused before it fills the memory', async () => {
  await assert.rejects(read('data: ', 'x'.repeat(8_000_001)), /a line of more than/)
  await assert.rejects(read(...Array.from({ length: 9 }, () => `data: ${'x'.repeat(1_000_000)}\n`)), /an event of more than/)
})

test('property: wherever the text is cut on its way, and with either end of line, the events are the same', async () => {
  const event = fc.record({ id: fc.nat(), event: fc.constantFrom('message', 'edit'), data: fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)) })
  await fc.assert(
    fc.asyncProperty(fc.array(event), fc.boolean(), fc.array(fc.nat()), async (events, carriage, cuts) => {
      const end = carriage ? '\r\n' : '\n'
      const text = events.map(({ id, event, data }) => `id: ${id}${end}event: ${event}${end}data: ${data}${end}${end}`).join('')
      const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
      const chunks = [0, ...places].map((place, at, all) => text.slice(place, all[at + 1]))
      assert.deepEqual(await read(...chunks), events.map(({ id, event, data }) => ({ id: String(id), event, data })))
    }),
  )
})
