// What becomes of a stream when dumps go, break or change under it.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test, type TestContext } from 'node:test'
import { nothingForgotten } from '../../src/journal/forget.ts'
import type { Position } from '../../src/message/line.ts'
import { createHub } from '../../src/stream/hub.ts'
import { heldClock, insert, openAt, temporaryFolder, type Opened } from '../journal/fixtures.ts'
import { channels, ear, follow, heard, hesitant, ids, resume, type Ear } from './listening.ts'

/** A journal of so many segments, all but the last sealed, with the positions in it: more than the part in memory. */
async function inSegments(t: TestContext, count: number): Promise<{ readonly journal: Opened; readonly positions: readonly Position[] }> {
  const clock = heldClock()
  const journal = await openAt(t, await temporaryFolder(), { now: () => (clock.add(1), clock.now()), segmentBytes: 500_000 })
  const positions: Position[] = []
  for (let i = 0; i < count; i++) positions.push(...(await journal.append(Array.from({ length: 150 }, (_, j) => insert(`m${i * 150 + j}`, 'x'.repeat(4_000))))))
  await journal.sealed()
  return { journal, positions }
}

const infos = ({ frames }: Ear): { missing?: { from: string; to: string } }[] => frames.filter(({ event }) => event === 'info').map((frame) => JSON.parse(frame.json()))
const instant = (position: Position): string => new Date(Math.floor(position / 1000)).toISOString()

test('what retention takes away from under a replay is told as missing, and nothing else is left out', async (t) => {
  const { journal, positions } = await inSegments(t, 4)
  const { hub, settled } = await follow(t, journal)
  const listener = hesitant()
  hub.subscribe(channels('all'), resume((positions[0] ?? 0) - 1), listener)
  while (listener.frames.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const [first, ...others] = journal.segments()
  const gone = others.slice(0, 2)
  for (const segment of [first, ...gone]) if (segment !== undefined) await journal.remove(segment, await journal.leave(segment, new AbortController().signal))
  listener.goOn()
  await settled()
  const [from, to] = [others[0]?.from ?? 0, others[2]?.from ?? 0]
  assert.deepEqual(infos(listener).map(({ missing }) => missing), [{ from: instant(from), to: instant(to) }])
  const kept = positions.flatMap((position, i) => (position < from || position >= to ? [`message m${i}`] : []))
  assert.deepEqual(heard(listener).filter((one) => one !== 'info'), kept)
})

test('what cannot be read is told as missing to who replays it', async (t) => {
  const { journal, positions } = await inSegments(t, 4)
  const { hub, settled } = await follow(t, journal)
  const [, broken, next] = journal.segments()
  await writeFile(broken?.path ?? '', 'no gzip at all')
  const listener = ear()
  hub.subscribe(channels('all'), resume((positions[0] ?? 0) - 1), listener)
  await settled()
  const last = positions.findLast((position) => position < (broken?.from ?? 0)) ?? 0
  assert.deepEqual(infos(listener).map(({ missing }) => missing), [{ from: instant(last + 1), to: instant(next?.from ?? 0) }])
  assert.equal(listener.frames.length - 1, positions.filter((position) => position <= last || position >= (next?.from ?? 0)).length)
})

test('sealing and compaction in the middle of a replay change nothing for its reader', async (t) => {
  const { journal, positions } = await inSegments(t, 2)
  const { hub, settled } = await follow(t, journal)
  const listener = hesitant()
  hub.subscribe(channels('all'), resume((positions[0] ?? 0) - 1), listener)
  while (listener.frames.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const sealedBefore = journal.segments().filter(({ sealed }) => sealed).length
  await journal.append([insert('opens another')])
  await journal.sealed()
  assert.ok(journal.segments().filter(({ sealed }) => sealed).length > sealedBefore)
  const { changed } = await journal.compact({ ...nothingForgotten, ids: new Set(['m100']) }, new AbortController().signal)
  assert.equal(changed, 1)
  listener.goOn()
  await settled()
  assert.deepEqual(heard(listener), [...positions.keys().map((i) => `message m${i}`), 'message opens another'])
})

test('what goes off the disk before the hub told it is told as missing to all, and not in silence', async (t) => {
  const { journal, positions } = await inSegments(t, 4)
  const late = { ...journal, last: () => positions[0] ?? 0 }
  const failures: unknown[] = []
  const hub = createHub({ journal: late, ids, authorKeys: () => [], absence: () => undefined, replayRate: 1e9, now: Date.now, onFailure: (error) => void failures.push(error) })
  const [first, second, third] = journal.segments()
  for (const segment of [first, second]) if (segment !== undefined) await journal.remove(segment, await journal.leave(segment, new AbortController().signal))
  const listener = ear()
  hub.subscribe(channels('all'), undefined, listener)
  const stop = new AbortController()
  const running = hub.run(stop.signal)
  while (hub.position() < (positions.at(-1) ?? 0)) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await running
  assert.deepEqual(infos(listener).map(({ missing }) => missing?.to), [instant(third?.from ?? 0)])
  assert.match(failures.map(String).join(), /went before they were told/)
})
