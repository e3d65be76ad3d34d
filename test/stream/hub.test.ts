import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Batch } from '../../src/journal/port.ts'
import type { Entry, Position } from '../../src/message/line.ts'
import { match } from '../../src/query/match.ts'
import { parseQuery } from '../../src/query/query.ts'
import { createHub } from '../../src/stream/hub.ts'
import { author, edit, heldClock, insert, message, openAt, remove, temporaryFolder, type Opened } from '../journal/fixtures.ts'
import { channels, ear, follow, heard, hesitant, ids, open, query, resume } from './listening.ts'

/** Somebody known: since a position the state is what it was. */
const known = (key: string, state_since: Position, more: object = {}): Entry => ({ op: 'A', imported: false, author: { key, network: 'test', handle: `${key}.test`, state: 'active', state_since, ...more } })

test('a subscriber hears what is in its channels, each message once, in the order of the journal', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [all, ann, both, nothing] = [ear(), ear(), ear(), ear()]
  hub.subscribe(channels('all'), undefined, all)
  hub.subscribe(channels('test/user/ann'), undefined, ann)
  hub.subscribe({ ...channels('all', 'test', 'any/user/ann'), query: parseQuery('text', { now: 0 }).query }, undefined, both)
  hub.subscribe(channels('bluesky'), undefined, nothing)
  await journal.append([insert('a'), insert('b', 'text', 'bob'), insert('c')])
  await settled()
  assert.deepEqual(heard(all), ['message a', 'message b', 'message c'])
  assert.deepEqual(heard(ann), ['message a', 'message c'])
  assert.deepEqual(heard(both), ['message a', 'message b', 'message c'])
  assert.deepEqual(heard(nothing), [])
})

test('an event has the position as its id and the message as answers show it; named fields alone where some are', async (t) => {
  const { journal, hub, settled } = await open(t)
  const all = ear()
  hub.subscribe(channels('all'), undefined, all)
  const [position] = await journal.append([insert('a', 'hello #ulm')])
  await settled()
  const [frame] = all.frames
  assert.ok(frame !== undefined)
  const text = frame.sse(['id_str', 'text']).toString()
  assert.equal(text, `id: ${ids.print(position ?? 0)}\nevent: message\ndata: {"text":"hello #ulm","id_str":"a"}\n\n`)
  assert.equal(frame.sse(['id_str', 'text']), frame.sse(['id_str', 'text']), 'encoded once')
  const data: Record<string, unknown> = JSON.parse(frame.json())
  assert.deepEqual([data['$T'], data['text_length'], data['hashtags_count']], [position, 10, 0])
})

test('imported records are never announced', async (t) => {
  const { journal, hub, settled } = await open(t)
  const all = ear()
  hub.subscribe(channels('all'), undefined, all)
  await journal.append([{ op: 'I', imported: true, message: message('old') }, { op: 'D', imported: true, id_str: 'x', created_at: '2026-01-01T00:00:00.000Z' }, insert('new')])
  await settled()
  assert.deepEqual(heard(all), ['message new'])
})

test('edits and deletes reach who was sent the message; one that no longer matches is told as gone; a delete of the unknown is nobody’s news', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [rain, all] = [ear(), ear()]
  hub.subscribe(query('rain'), undefined, rain)
  hub.subscribe(channels('test'), undefined, all)
  await journal.append([insert('a', 'rain today'), insert('b', 'sun'), edit('a', 'rain tomorrow'), edit('b', 'rain after all'), edit('a', 'sun'), remove('b'), { op: 'D', imported: false, id_str: 'never', created_at: undefined }])
  await settled()
  assert.deepEqual(heard(rain), ['message a', 'edit a', 'edit b', 'delete a', 'delete b'])
  assert.deepEqual(heard(all), ['message a', 'message b', 'edit a', 'edit b', 'edit a'])
})

test('an author who is hidden or deleted is told to who was sent something of theirs', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [rain, sun] = [ear(), ear()]
  hub.subscribe(query('rain'), undefined, rain)
  hub.subscribe(query('sun'), undefined, sun)
  await journal.append([insert('a', 'rain', 'ann'), author('key:ann', 'Ann', 'hidden')])
  await settled()
  assert.deepEqual(heard(rain), ['message a', 'author key:ann'])
  assert.deepEqual(heard(sun), [])
})

test('a query by handle follows the handle to its new owner', async (t) => {
  const owners = new Map<string, string[]>()
  const { journal, hub, settled } = await open(t, (handle) => owners.get(handle) ?? [])
  const listener = ear()
  hub.subscribe(query('from:star.test'), undefined, listener)
  await journal.append([insert('a', 'x', 'ann')])
  await settled()
  owners.set('star.test', ['key:ann'])
  await journal.append([{ op: 'A', imported: false, author: { key: 'key:ann', network: 'test', handle: 'star.test', state: 'active' } }, insert('b', 'x', 'ann')])
  await settled()
  assert.deepEqual(heard(listener), ['message b'])
})

test('a change of what is wanted counts from the next message', async (t) => {
  const { journal, hub, settled } = await open(t)
  const listener = ear()
  const subscription = hub.subscribe(query('rain'), undefined, listener)
  await journal.append([insert('a', 'rain'), insert('b', 'sun')])
  await settled()
  subscription.change(query('sun'))
  await journal.append([insert('c', 'rain'), insert('d', 'sun')])
  await settled()
  subscription.close()
  await journal.append([insert('e', 'sun')])
  await settled()
  assert.deepEqual(heard(listener), ['message a', 'message d'])
  assert.equal(hub.counts().subscribers, 0)
})

test('who had everything and asks for less still hears the end of what it had', async (t) => {
  const { journal, hub, settled } = await open(t)
  const listener = ear()
  const subscription = hub.subscribe(channels('all'), undefined, listener)
  await journal.append([insert('a', 'sun'), insert('b', 'rain')])
  await settled()
  subscription.change(query('rain'))
  await journal.append([remove('a'), edit('b', 'sun')])
  await settled()
  assert.deepEqual(heard(listener), ['message a', 'message b', 'delete a', 'delete b'])
})

test('who reads too slowly is cut off with the place to resume at; the others are not touched', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [slow, fast] = [ear(3), ear()]
  hub.subscribe(channels('all'), undefined, slow)
  hub.subscribe(channels('all'), undefined, fast)
  const positions: Position[] = []
  for (let i = 0; i < 6; i++) positions.push(...(await journal.append([insert(`m${i}`)])))
  await settled()
  assert.equal(slow.ended, true)
  assert.equal(hub.counts().cut, 1)
  assert.equal(fast.frames.length, 6)
  const last: { resume: string } = JSON.parse(slow.frames.at(-1)?.json() ?? '{}')
  assert.equal(last.resume, ids.print(positions[2] ?? 0))
  const again = ear()
  hub.subscribe(channels('all'), resume(positions[2] ?? 0), again)
  await settled()
  assert.deepEqual(heard(again), ['message m3', 'message m4', 'message m5'])
})

test('what lies before the oldest record is told as missing, then it goes on', async (t) => {
  const { journal, hub, settled } = await open(t)
  await journal.append([insert('a')])
  await settled()
  const listener = ear()
  hub.subscribe(channels('all'), { after: 1_000_000, resumed: false }, listener)
  await settled()
  assert.deepEqual(heard(listener), ['info', 'message a'])
  const info: { missing: { from: string } } = JSON.parse(listener.frames[0]?.json() ?? '{}')
  assert.equal(info.missing.from, '1970-01-01T00:00:01.000Z')
})

test('the place of what is missing is not after the oldest record: who goes on from there gets it', async (t) => {
  const { journal, hub, settled } = await open(t)
  await journal.append([insert('a')])
  await settled()
  const listener = ear()
  hub.subscribe(channels('all'), { after: 1_000_000, resumed: false }, listener)
  await settled()
  const again = ear()
  hub.subscribe(channels('all'), resume(listener.frames[0]?.position ?? 0), again)
  await settled()
  assert.deepEqual(heard(again), ['message a'])
})

test('a subscription knows its place, also where nothing it wants passes', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [before] = await journal.append([insert('a', 'sun')])
  await settled()
  const live = hub.subscribe(query('rain'), undefined, ear())
  assert.equal(live.position(), before)
  const replayed = hub.subscribe(query('rain'), resume(1), ear())
  assert.equal(replayed.position(), 1)
  const [after] = await journal.append([insert('b', 'sun')])
  await settled()
  assert.deepEqual([live.position(), replayed.position()], [after, after])
})

test('the place of a subscription that ended is where it ended, also where nothing it wanted passed', async (t) => {
  const { journal, hub, settled } = await open(t)
  const subscription = hub.subscribe(query('rain'), undefined, ear())
  const [last] = await journal.append([insert('a', 'sun')])
  await settled()
  subscription.close()
  await journal.append([insert('b', 'rain')])
  await settled()
  assert.equal(subscription.position(), last)
})

test('nothing is sent before subscribing is done', async (t) => {
  const { journal, hub, settled } = await open(t)
  await journal.append([insert('a')])
  await settled()
  const listener = ear()
  hub.subscribe(channels('all'), resume(1), listener)
  assert.deepEqual(listener.frames, [])
  await settled()
  assert.deepEqual(heard(listener), ['info', 'message a'])
})

test('the end of what was sent before is told to who comes back, to who begins it is no news', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [first = 0] = await journal.append([insert('a', 'rain'), insert('b', 'rain', 'bob')])
  await settled()
  const [back, begun, fresh] = [ear(), ear(), ear()]
  const start = first + 1
  hub.subscribe(query('rain'), { after: start, resumed: true }, back)
  hub.subscribe(query('rain'), { after: start, resumed: false }, begun)
  hub.subscribe(query('rain'), undefined, fresh)
  await settled()
  await journal.append([remove('a'), edit('b', 'sun', 'bob'), author('key:bob', 'Bob', 'hidden'), insert('c', 'rain'), remove('c')])
  await settled()
  assert.deepEqual(heard(back), ['delete a', 'delete b', 'author key:bob', 'message c', 'delete c'])
  for (const listener of [begun, fresh]) assert.deepEqual(heard(listener), ['message c', 'delete c'])
})

test('of an author it is news to be hidden, deleted, or back; not a new name', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [live, replayed] = [ear(), ear()]
  hub.subscribe(channels('all'), undefined, live)
  const [, , , back = 0] = await journal.append([known('key:a', 0), known('key:a', 0, { name: 'Anna' }), author('key:a', 'Anna', 'hidden'), author('key:a', 'Anna', 'active')])
  await journal.append([known('key:a', back, { name: 'Anne' })])
  await settled()
  hub.subscribe(channels('all'), { after: 0, resumed: false }, replayed)
  await settled()
  for (const listener of [live, replayed]) assert.deepEqual(listener.frames.map((frame) => JSON.parse(frame.json()).state), ['hidden', 'active'])
})

test('who was told that an author is hidden hears that they are back: live, after an interruption, and though nobody listened', async (t) => {
  const { journal, hub, settled } = await open(t)
  const live = ear()
  const connection = hub.subscribe(query('rain'), undefined, live)
  await journal.append([insert('a', 'rain', 'ann'), author('key:ann', 'Ann', 'hidden')])
  await settled()
  connection.close()
  await journal.append([author('key:ann', 'Ann', 'active')])
  await settled()
  const back = ear()
  hub.subscribe(query('rain'), resume(connection.position()), back)
  await settled()
  assert.deepEqual(heard(back), ['author key:ann'])
  assert.deepEqual(heard(live), ['message a', 'author key:ann'])
})

test('of what a hidden author writes nobody is told, live or later, and when they are back all who were not hear how to get it', async (t) => {
  const { journal } = await open(t)
  const hidden = new Set<string>()
  const { hub, settled } = await follow(t, journal, { absence: ({ user: { user_id = '' } }) => (hidden.has(user_id) ? 'hidden' : undefined) })
  const [had, live, late, everything, other] = [ear(), ear(), ear(), ear(), ear()]
  hub.subscribe(query('rain'), undefined, had)
  hub.subscribe(channels('all'), undefined, everything)
  hub.subscribe(query('sun'), undefined, other)
  const [first = 0] = await journal.append([insert('a', 'rain', 'ann')])
  await settled()
  hub.subscribe(query('rain'), undefined, live)
  hidden.add('key:ann')
  await journal.append([author('key:ann', 'Ann', 'hidden'), insert('b', 'rain', 'ann'), edit('a', 'more rain', 'ann')])
  await settled()
  hub.subscribe(query('rain'), { after: first - 1, resumed: false }, late)
  await settled()
  hidden.clear()
  await journal.append([author('key:ann', 'Ann', 'active'), insert('c', 'rain', 'ann')])
  await settled()
  assert.deepEqual(heard(had), ['message a', 'author key:ann', 'author key:ann', 'message c'])
  for (const listener of [live, late]) assert.deepEqual(heard(listener).slice(-2), ['author key:ann', 'message c'])
  for (const listener of [live, late]) assert.ok(!heard(listener).some((one) => one.endsWith(' a') || one.endsWith(' b')))
  assert.deepEqual(heard(everything), ['message a', 'author key:ann', 'author key:ann', 'message c'])
  assert.deepEqual(heard(other), [])
  const told = had.frames.filter(({ event }) => event === 'author').map((frame) => JSON.parse(frame.json()))
  assert.deepEqual(told.map(({ state, refill }) => [state, refill]), [['hidden', undefined], ['active', 'from:key:ann']])
})

test('what was written or edited while its author was hidden, and can be asked for since they are back, is told as gone when it is', async (t) => {
  const { journal } = await open(t)
  let hidden = true
  const { hub, settled } = await follow(t, journal, { absence: () => (hidden ? 'hidden' : undefined) })
  const [live, late] = [ear(), ear()]
  hub.subscribe(query('rain'), undefined, live)
  await journal.append([insert('a', 'rain', 'ann'), insert('b', 'sun', 'ann'), insert('c', 'rain', 'ann'), edit('b', 'rain', 'ann')])
  await settled()
  hub.subscribe(query('rain'), { after: 0, resumed: false }, late)
  await settled()
  hidden = false
  await journal.append([author('key:ann', 'Ann', 'active'), remove('a'), edit('b', 'sun', 'ann'), edit('c', 'more rain', 'ann')])
  await settled()
  for (const listener of [live, late]) assert.deepEqual(heard(listener), ['author key:ann', 'delete a', 'delete b', 'edit c'])
})

test('a handle that a message tells of, an imported one too, counts in queries that stand', async (t) => {
  const owners = new Map<string, string[]>()
  const { journal, hub, settled } = await open(t, (handle) => owners.get(handle) ?? [])
  const listener = ear()
  hub.subscribe(query('from:star'), undefined, listener)
  await journal.append([insert('a', 'x', 'ann')])
  await settled()
  owners.set('star', ['key:ann'])
  await journal.append([{ op: 'I', imported: true, message: { ...message('b', 'x', 'ann'), screen_name: 'Star' } }, insert('c', 'x', 'ann')])
  await settled()
  assert.deepEqual(heard(listener), ['message c'])
})

test('an author who went away before a start and is back after it, for whatever reason, is told to who may have been told; a new name is not', async (t) => {
  const { journal, settled: stored, hub: before } = await open(t)
  await journal.append([insert('a', 'rain', 'ann'), author('key:ann', 'Ann', 'hidden'), insert('b', 'rain')])
  await stored()
  const place = before.position()
  const { hub, settled } = await follow(t, journal)
  const [resumed, fresh] = [ear(), ear()]
  hub.subscribe(query('rain'), resume(place), resumed)
  hub.subscribe(query('rain'), undefined, fresh)
  await settled()
  const [, back = 0] = await journal.append([known('key:bob', 1), author('key:ann', 'Ann', 'active')])
  await journal.append([known('key:ann', back, { name: 'New' })])
  await settled()
  assert.deepEqual([heard(resumed), heard(fresh)], [['author key:ann'], []])
  const later = ear()
  hub.subscribe(query('rain'), resume(place), later)
  await settled()
  assert.deepEqual(heard(later), ['author key:ann'], 'and whoever comes later still, once')
})

test('where the record that changed the state of an author was compacted away, the newest one tells it; not to who heard of it before', async (t) => {
  const { journal, hub, settled } = await open(t)
  const [first = 0, compacted = 0] = await journal.append([insert('a', 'rain', 'ann'), { op: 'A', imported: false, author: { key: 'key:ann', network: 'test', handle: 'ann.test' } }])
  await journal.append([known('key:ann', compacted, { state: 'hidden', name: 'Ann' }), known('key:ann', compacted, { state: 'hidden', name: 'Anna' })])
  await settled()
  const [missed, told] = [ear(), ear()]
  hub.subscribe(query('rain'), resume(first), missed)
  hub.subscribe(query('rain'), resume(compacted), told)
  await settled()
  assert.deepEqual([heard(missed), heard(told)], [['author key:ann'], []])
})

test('who comes later is not told any more what is gone by then', async (t) => {
  const { journal, hub, gone, settled } = await open(t)
  await journal.append([insert('a'), insert('b')])
  await settled()
  gone.add('a')
  const listener = ear()
  hub.subscribe(channels('all'), { after: 0, resumed: false }, listener)
  await settled()
  assert.deepEqual(heard(listener), ['message b'])
})

test('a handle that changes hands during a replay counts when the subscriber joins the others', async (t) => {
  const owners = new Map([['star.test', ['key:bob']]])
  const { journal, hub, settled } = await open(t, (handle) => owners.get(handle) ?? [])
  await journal.append([insert('a', 'x', 'bob'), insert('b', 'x', 'bob')])
  await settled()
  const listener = hesitant()
  hub.subscribe(query('from:star.test'), { after: 0, resumed: false }, listener)
  while (listener.frames.length === 0) await new Promise((resolve) => setImmediate(resolve))
  owners.set('star.test', ['key:bob', 'key:ann'])
  await journal.append([{ op: 'A', imported: false, author: { key: 'key:ann', network: 'test', handle: 'star.test', state: 'active' } }])
  // Nobody else listens, so the hub itself does not look at what passes.
  while (hub.position() < journal.last()) await new Promise((resolve) => setImmediate(resolve))
  listener.goOn()
  await settled()
  await journal.append([insert('c', 'x', 'ann')])
  await settled()
  assert.deepEqual(heard(listener), ['message a', 'message b', 'message c'])
})

test('what fails in one stream ends that one, counted; the others get everything', async (t) => {
  const { journal, hub, failures, settled } = await open(t)
  const [before, broken, later] = [ear(), ear(), ear()]
  hub.subscribe(channels('all'), undefined, before)
  hub.subscribe(channels('all'), undefined, { ...broken, send(frame) {
    if (frame.json().includes('"bad"')) throw new Error('cannot be told')
    broken.frames.push(frame)
  }, end: () => void (broken.ended = true) })
  hub.subscribe(channels('all'), undefined, later)
  await journal.append([insert('a'), insert('bad'), insert('b')])
  await settled()
  for (const listener of [before, later]) assert.deepEqual([heard(listener), listener.ended], [['message a', 'message bad', 'message b'], false])
  assert.deepEqual([heard(broken), broken.ended], [['message a'], true])
  assert.deepEqual(failures.map(String), ['Error: cannot be told'])
  assert.deepEqual([hub.counts().cut, hub.counts().subscribers], [1, 2])
})

test('replays together go no faster than they may, and what happens now is not held up', async (t) => {
  const { journal, hub: free } = await open(t)
  const batches = 10
  // Segments apart are read apart.
  for (let i = 0; i < batches; i++) await journal.append(Array.from({ length: 60 }, (_, j) => insert(`m${i * 60 + j}`, 'x'.repeat(10_000))))
  const { now } = heldClock()
  const { hub } = await follow(t, journal, { replayRate: 1, now })
  const [slow, live, quick] = [ear(), ear(), ear()]
  hub.subscribe(channels('all'), { after: 0, resumed: false }, slow)
  hub.subscribe(channels('all'), undefined, live)
  free.subscribe(channels('all'), { after: 0, resumed: false }, quick)
  while (quick.frames.length < batches * 60) await new Promise((resolve) => setImmediate(resolve))
  await journal.append([insert('now')])
  while (live.frames.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(heard(live), ['message now'])
  assert.ok(slow.frames.length > 0 && slow.frames.length < batches * 60, `${slow.frames.length} in no time`)
  assert.equal(hub.counts().replaying, 1)
})

interface Counting {
  readonly journal: Pick<Opened, 'follow' | 'last'>
  /** So many read at once at most, each from when it asks for more until all of that is told. */
  most(): number
  /** So many began to read. */
  begun(): number
}

function counting(journal: Opened): Counting {
  let inside = 0
  let most = 0
  let begun = 0

  async function* follow(after: Position, signal: AbortSignal): AsyncGenerator<Batch> {
    const batches = journal.follow(after, signal)[Symbol.asyncIterator]()
    begun++
    for (;;) {
      most = Math.max(most, ++inside)
      const { value, done } = await batches.next()
      if (done === true) return
      yield { ...value, *records() {
        try {
          yield* value.records()
        } finally {
          inside--
        }
      } }
    }
  }

  return { journal: { last: journal.last, follow }, most: () => most, begun: () => begun }
}

/** More than the part in memory. */
async function muchIn(journal: Opened): Promise<void> {
  for (let i = 0; i < 6; i++) await journal.append(Array.from({ length: 30 }, (_, j) => insert(`m${i * 30 + j}`, 'x'.repeat(10_000))))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('however many replay, two at a time read and tell, and what happens now is told among them', async (t) => {
  const { journal } = await open(t)
  await muchIn(journal)
  const counted = counting(journal)
  const { hub, settled, failures } = await follow(t, counted.journal)
  const live = ear()
  hub.subscribe(channels('all'), undefined, live)
  const replays = Array.from({ length: 12 }, () => ear())
  for (const listener of replays) hub.subscribe(channels('all'), { after: 0, resumed: false }, listener)
  const told = (): number => replays.reduce((sum, { frames }) => sum + frames.length, 0)
  while (told() === 0) await turn()
  await journal.append([insert('now')])
  const before = told()
  while (live.frames.length === 0) await turn()
  assert.ok(told() - before < 500, `${told() - before} of ${12 * 180} were told first`)
  await settled()
  // The hub itself follows as well.
  assert.deepEqual([counted.most() <= 3, failures], [true, []])
  for (const listener of replays) assert.equal(listener.frames.length, 181)
})

test('who waits for a slow reader gives the place back; of one address some wait, and nobody else for them', async (t) => {
  const { journal } = await open(t)
  await muchIn(journal)
  const counted = counting(journal)
  const { hub, settled } = await follow(t, counted.journal)
  const slow = Array.from({ length: 20 }, () => Object.assign(hesitant(), { who: 'ann' }))
  for (const listener of slow) hub.subscribe(channels('all'), { after: 0, resumed: false }, listener)
  const bob = ear()
  hub.subscribe(channels('all'), { after: 0, resumed: false }, Object.assign(bob, { who: 'bob' }))
  while (bob.frames.length < 180) await turn()
  assert.equal(counted.begun(), 1 + 8 + 1, 'the hub, eight of ann, and bob')
  for (const listener of slow) listener.goOn()
  await settled()
  for (const listener of slow) assert.equal(listener.frames.length, 180)
})

test('when the hub stops, all streams end, also those that replay', async (t) => {
  const journal = await openAt(t, await temporaryFolder())
  await journal.append([insert('a'), insert('b')])
  const stop = new AbortController()
  const hub = createHub({ journal, ids, authorKeys: () => [], absence: () => undefined, replayRate: 1e9, now: Date.now, onFailure: (error) => assert.fail(String(error)) })
  const running = hub.run(stop.signal)
  const [blocked, live] = [hesitant(), ear()]
  hub.subscribe(channels('all'), { after: 0, resumed: false }, blocked)
  hub.subscribe(channels('all'), undefined, live)
  while (blocked.frames.length === 0) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await running
  assert.deepEqual([blocked.ended, live.ended, hub.counts().subscribers], [true, true, 0])
})

test('a client that drops at random 200 times while messages pass misses none and gets none twice', async (t) => {
  const { journal, hub, settled } = await open(t)
  const total = 4_000
  const heardIds: string[] = []
  let last: Position = 0
  let drops = 0
  let subscription: { close(): void } | undefined
  const connect = () => {
    let left = 1 + Math.floor(Math.random() * 30)
    let open = true
    const close = () => {
      open = false
      subscription?.close()
      drops++
      if (drops <= 200) setImmediate(connect)
    }
    subscription = hub.subscribe(channels('all'), resume(last), {
      send(frame) {
        if (!open || frame.event === 'info') return
        last = frame.position
        const { id_str }: { id_str: string } = JSON.parse(frame.json())
        heardIds.push(id_str)
        if (drops < 200 && --left === 0) close()
      },
      full: () => false,
      busy: () => false,
      drained: () => Promise.resolve(),
      end: () => undefined,
    })
  }
  const [first] = await journal.append([insert('first')])
  last = first ?? 0
  connect()
  const all: string[] = []
  for (let i = 0; i < total; ) {
    const batch: Entry[] = []
    for (let j = 0; j < 25; j++, i++) {
      batch.push(insert(`m${i}`, 'x'))
      all.push(`m${i}`)
    }
    await journal.append(batch)
  }
  while (heardIds.length < total) await settled()
  assert.equal(drops, 200)
  assert.deepEqual(heardIds, all)
})

test('property: live, replayed or interrupted now and then, a subscriber to a query ends with exactly what the query matches', async (t) => {
  const words = fc.constantFrom('rain', 'sun', 'Köln', '#ulm', '雨')
  const step = fc.record({ id: fc.integer({ min: 0, max: 5 }), text: fc.array(words, { maxLength: 3 }).map((all) => all.join(' ')), user: fc.constantFrom('ann', 'bob'), op: fc.constantFrom('put', 'put', 'delete'), drops: fc.boolean() })
  const wanted = fc.constantFrom('rain', '-rain', 'koln', 'rain OR sun', 'from:ann', 'from:ann -sun', '雨', '"rain sun"', 'source:test', '')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), wanted, fc.nat({ max: 14 }), async (steps, text, joinsAt) => {
      const { journal, hub, settled } = await open(t)
      const { query: tree } = parseQuery(text, { now: 0 })
      const model = new Map<string, ReturnType<typeof message>>()
      const gone = new Set<string>()
      const [live, replayedEar, dropping] = [ear(), ear(), ear()]
      hub.subscribe({ channels: [], query: tree }, undefined, live)
      let connection = hub.subscribe({ channels: [], query: tree }, undefined, dropping)
      for (const [i, { id, text, user, op, drops }] of steps.entries()) {
        if (drops) {
          connection.close()
          connection = hub.subscribe({ channels: [], query: tree }, resume(connection.position()), dropping)
        }
        if (i === joinsAt) hub.subscribe({ channels: [], query: tree }, resume(1), replayedEar)
        const name = `test:${id}`
        if (gone.has(name)) continue
        if (op === 'delete') {
          if (!model.delete(name)) continue
          gone.add(name)
          await journal.append([remove(name)])
        } else {
          await journal.append([model.has(name) ? edit(name, text, user) : insert(name, text, user)])
          model.set(name, message(name, text, user))
        }
      }
      if (joinsAt >= steps.length) hub.subscribe({ channels: [], query: tree }, resume(1), replayedEar)
      await settled()
      const expected = [...model.values()].filter((one) => match(tree, one)).map(({ id_str, text }) => `${id_str} ${text}`).sort()
      for (const listener of [live, replayedEar, dropping]) {
        const have = new Map<string, string>()
        for (const frame of listener.frames) {
          const { id_str, text }: { id_str: string; text?: string } = JSON.parse(frame.json())
          if (frame.event === 'delete') have.delete(id_str)
          else if (frame.event !== 'info') have.set(id_str, text ?? '')
        }
        assert.deepEqual([...have].map(([id, text]) => `${id} ${text}`).sort(), expected)
      }
    }),
    { numRuns: 25 },
  )
})
