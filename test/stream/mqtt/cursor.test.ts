import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { openCursor, type Cursor } from '../../../src/stream/mqtt/cursor.ts'
import { heldClock, temporaryFolder } from '../../journal/fixtures.ts'

const rewind = 60_000
/** Microseconds of an hour, which is much for the journal and little for a publisher that catches up. */
const hour = 3_600_000_000
const last = 100 * hour

async function opened(path?: string, clock = heldClock()) {
  const at = path ?? join(await temporaryFolder(), 'mqtt.json')
  const cursor = await openCursor({ path: at, rewind, now: clock.now, crashPoint: () => undefined, last })
  return { path: at, clock, cursor }
}

/** Moves a cursor each second by so many microseconds of the journal. */
function publish(cursor: Cursor, clock: { add(ms: number): void }, seconds: number, each: number): void {
  for (let second = 0; second < seconds; second++) {
    clock.add(1_000)
    cursor.advance(cursor.position + each)
  }
}

const at = async (path: string, position: number) => writeFile(path, JSON.stringify({ cursor: position }))

test('a fresh one begins at the end of the journal and is kept at once', async () => {
  const { path, cursor } = await opened()
  assert.equal(cursor.fresh, true)
  assert.equal(cursor.position, last)
  const again = await opened(path)
  assert.equal(again.cursor.fresh, false)
  assert.equal(again.cursor.position, last)
})

test('it begins again at least a minute of the journal earlier', async () => {
  const path = join(await temporaryFolder(), 'mqtt.json')
  await at(path, hour)
  const { cursor, clock } = await opened(path)
  assert.equal(cursor.rewound(), hour - 60_000_000)
  publish(cursor, clock, 300, 1_000_000)
  assert.equal(cursor.rewound(), hour + 240_000_000, 'published as it came: a minute is a minute')
})

test('after catching up it begins again where it was a minute of publishing earlier, be that hours of the journal', async () => {
  const path = join(await temporaryFolder(), 'mqtt.json')
  await at(path, hour)
  const { cursor, clock } = await opened(path)
  publish(cursor, clock, 90, hour / 10)
  assert.equal(cursor.position, 10 * hour)
  assert.equal(cursor.rewound(), 4 * hour)
  clock.add(7_200_000)
  assert.equal(cursor.rewound(), 4 * hour, 'the minute ends when it last moved, not when it is asked')
  await cursor.save()
  const again = await opened(path, clock)
  assert.equal(again.cursor.position, 10 * hour)
  assert.equal(again.cursor.rewound(), 4 * hour, 'and that survives the process')
})

test('a place beyond the end, where dumps are gone, is the end', async () => {
  const path = join(await temporaryFolder(), 'mqtt.json')
  await at(path, last + hour)
  const { cursor } = await opened(path)
  assert.equal(cursor.position, last)
})

test('a damaged file is a fresh beginning', async () => {
  const path = join(await temporaryFolder(), 'mqtt.json')
  await writeFile(path, '{"cursor":12')
  assert.equal((await opened(path)).cursor.fresh, true)
})

test('a process that dies at its save, before it or after, leaves a place from which nothing that was not acknowledged is missed', async () => {
  const path = join(await temporaryFolder(), 'mqtt.json')
  await at(path, hour)
  const { cursor, clock } = await opened(path)
  let before = await readFile(path, 'utf8')
  for (let n = 0; n < 40; n++) {
    publish(cursor, clock, 1, 1_000_000 * n)
    await cursor.save()
    const after = await readFile(path, 'utf8')
    for (const left of [before, after]) {
      await writeFile(`${path}.dead`, left)
      const { cursor: next } = await opened(`${path}.dead`, clock)
      assert.ok(next.position <= cursor.position, 'never past what was acknowledged')
      assert.ok(next.rewound() <= cursor.rewound())
    }
    before = after
  }
})

test('property: however it moves and whatever the clock does, it begins again where it was a minute ago or before, and stays small', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ ms: fc.integer({ min: 0, max: 90_000 }), by: fc.integer({ min: 1, max: hour }) }), { maxLength: 60 }), async (steps) => {
    const path = join(await temporaryFolder(), 'mqtt.json')
    await at(path, hour)
    const { cursor, clock } = await opened(path)
    const was: { readonly at: number; readonly position: number }[] = [{ at: clock.now(), position: hour }]
    for (const { ms, by } of steps) {
      clock.add(ms)
      cursor.advance(cursor.position + by)
      was.push({ at: clock.now(), position: cursor.position })
    }
    const moved = was.at(-1)?.at ?? 0
    // The naive way: everything is remembered.
    const then = was.findLast((mark) => mark.at <= moved - rewind)?.position ?? hour
    assert.ok(cursor.rewound() <= then)
    await cursor.save()
    assert.ok((await readFile(path)).length < 10_000)
  }), { numRuns: 40 })
})
