import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeLine } from '../../src/message/record.ts'
import { edit, failingDisk, heldClock, insert, openAt, readAll, remove, temporaryFolder, told } from './fixtures.ts'
import { character } from '../support/characters.ts'

const own = (path: string) => join(path, 'dump', 'own')

test('a record that was acknowledged lies in a plain text dump, one JSON object a line, position first', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path)
  const [position] = await journal.append([insert('a', 'Grüße 🎉')])
  const [name] = await readdir(own(path))
  assert.equal(name, 'messages_20260102_43200000.txt')
  const text = await readFile(join(own(path), name ?? ''), 'utf8')
  assert.ok(text.startsWith(`{"$T":${position},"$P":"I",`) && text.endsWith('}\n'))
  assert.deepEqual(decodeLine(text.trimEnd()), { position, ...insert('a', 'Grüße 🎉') })
})

test('positions rise strictly, also while the clock stands still, goes back and the journal is opened again', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  const first = await journal.append([insert('a'), insert('b')])
  clock.add(-60_000)
  const second = await journal.append([insert('c')])
  await journal.close()
  clock.add(-3_600_000)
  const again = await openAt(t, path, { now: clock.now })
  const third = await again.append([insert('d')])
  const positions = [...first, ...second, ...third]
  assert.deepEqual(positions, [...new Set(positions)].sort((a, b) => a - b))
  assert.deepEqual(told(await readAll(again)), ['I a text of a', 'I b text of b', 'I c text of c', 'I d text of d'])
})

test('what arrives during a sync is one batch with one sync', async (t) => {
  const path = await temporaryFolder()
  let syncs = 0
  const failing = failingDisk()
  const disk = {
    ...failing.disk,
    async append(path: string) {
      const file = await failing.disk.append(path)
      return { ...file, sync: () => (syncs++, file.sync()) }
    },
  }
  const journal = await openAt(t, path, { disk })
  await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append([insert(`m${i}`)])))
  assert.equal(syncs, 2, 'the first alone, the other 499 together')
  assert.equal((await readAll(journal)).length, 500)
})

test('a segment ends at midnight UTC while running, and at its size, and is sealed with a checksum', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock(Date.UTC(2026, 0, 2, 23, 59, 59, 999))
  const journal = await openAt(t, path, { now: clock.now, segmentBytes: 2_000 })
  await journal.append([insert('before')])
  clock.add(1)
  await journal.append([insert('after')])
  await journal.append([insert('large', 'x'.repeat(3_000))])
  await journal.append([insert('next')])
  await journal.sealed()
  assert.deepEqual((await readdir(own(path))).sort(), ['messages_20260102_86399999.txt.gz', 'messages_20260103_00000000.txt.gz', 'messages_20260103_00000001.txt'])
  assert.deepEqual(journal.segments().map(({ sealed }) => sealed), [true, true, false])
  assert.deepEqual(told(await readAll(journal)).map((line) => line.split(' ')[1]), ['before', 'after', 'large', 'next'])
  assert.equal((await readdir(join(path, 'state', 'segments'))).length, 2)
})

test('a quiet journal closes the segment of a day that is over', async (t) => {
  const path = await temporaryFolder()
  const clock = heldClock()
  const journal = await openAt(t, path, { now: clock.now })
  await journal.append([insert('a')])
  await journal.rotateIfDue()
  assert.equal(journal.segments().length, 1)
  clock.add(86_400_000)
  await journal.rotateIfDue()
  await journal.sealed()
  assert.deepEqual(journal.segments().map(({ name }) => name), ['messages_20260102_43200000.txt.gz'])
  await journal.append([insert('b')])
  assert.deepEqual(told(await readAll(journal)), ['I a text of a', 'I b text of b'])
})

test('a follower gets everything after its cursor once and in order, across rotation, sealing and compaction', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 1_500 })
  const positions: number[] = []
  for (let i = 0; i < 20; i++) positions.push(...(await journal.append([insert(`m${i}`)])))
  const stop = new AbortController()
  const seen: number[] = []
  const following = (async () => {
    for await (const batch of journal.follow(positions[4] ?? 0, stop.signal)) {
      for (const { position } of batch.records()) seen.push(position)
      if (seen.at(-1) === positions[10]) await journal.sealed()
      if (seen.length >= 35) stop.abort()
    }
  })()
  for (let i = 20; i < 40; i++) positions.push(...(await journal.append([insert(`m${i}`)])))
  await following
  assert.deepEqual(seen, positions.slice(5))
})

test('a follower that fell behind the part in memory reads the disk and comes back', async (t) => {
  const path = await temporaryFolder()
  const journal = await openAt(t, path, { segmentBytes: 6_000_000 })
  const total = 30
  const stop = new AbortController()
  const seen: string[] = []
  const reader = journal.follow(0, stop.signal)[Symbol.asyncIterator]()
  const first = reader.next()
  // Much more than the part in memory holds, before the reader asks for its second batch.
  for (let i = 0; i < total; i++) await journal.append([insert(`m${i}`, 'x'.repeat(1_000_000))])
  for (let next = await first; next.done !== true; next = await reader.next()) {
    for (const record of next.value.records()) if (record.op === 'I') seen.push(record.message.id_str)
    if (seen.length === total) stop.abort()
  }
  assert.deepEqual(seen, Array.from({ length: total }, (_, i) => `m${i}`))
})

for (const [call, code, reason] of [['write', 'ENOSPC', 'disk full'], ['sync', 'EIO', 'i/o error'], ['append', 'EIO', 'i/o error']] as const) {
  test(`${code} in ${call}: nothing is acknowledged, the reason is told, and it resumes by itself with nothing lost or doubled`, async (t) => {
    const path = await temporaryFolder()
    const failing = failingDisk()
    let tries = 0
    const wait = () => {
      if (++tries === 3) failing.fail(call, undefined)
      return Promise.resolve()
    }
    const journal = await openAt(t, path, { disk: failing.disk, wait, segmentBytes: call === 'append' ? 1 : 1_000_000 })
    await journal.append([insert('before')])
    failing.fail(call, code)
    const stored = journal.append([insert('during')]).then(() => 'stored')
    assert.equal(await stored, 'stored')
    assert.equal(tries, 3)
    assert.deepEqual(journal.notes.blocked, [reason, null])
    assert.equal(journal.blockage(), null)
    await journal.append([insert('after')])
    await journal.close()
    const again = await openAt(t, path)
    assert.deepEqual(told(await readAll(again)).map((line) => line.split(' ')[1]), ['before', 'during', 'after'])
    assert.deepEqual(again.notes.damaged, [])
  })
}

test('below the disk floor nothing is taken until there is room again', async (t) => {
  const path = await temporaryFolder()
  const failing = failingDisk()
  failing.free = 10
  const journal = await openAt(t, path, {
    disk: failing.disk,
    floor: () => 100,
    wait: () => {
      assert.equal(journal.blockage()?.reason, 'disk floor')
      failing.free = 1_000
      return Promise.resolve()
    },
  })
  await journal.append([insert('a')])
  assert.deepEqual(journal.notes.blocked, ['disk floor', null])
})

test('closing while the disk fails rejects what waits instead of losing it silently', async (t) => {
  const path = await temporaryFolder()
  const failing = failingDisk()
  failing.fail('sync', 'EIO')
  const blocked = Promise.withResolvers<void>()
  const journal = await openAt(t, path, {
    disk: failing.disk,
    wait: (_ms, signal) => {
      blocked.resolve()
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
    },
  })
  const stored = journal.append([insert('a')])
  await blocked.promise
  await Promise.all([assert.rejects(stored, /EIO/), journal.close()])
})

test('property: whatever is appended in whatever batches is read back in order, from any position', async (t) => {
  const entries = fc.array(
    fc.array(fc.record({ id: fc.integer({ min: 0, max: 9 }), text: fc.string({ unit: character, maxLength: 40 }), op: fc.constantFrom('I', 'U', 'D') }), { minLength: 1, maxLength: 5 }),
    { minLength: 1, maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), async (batches, from) => {
      const path = await temporaryFolder()
      const journal = await openAt(t, path, { segmentBytes: 1_200 })
      const written = []
      for (const batch of batches) {
        const made = batch.map(({ id, text, op }) => (op === 'I' ? insert(`i${id}`, text) : op === 'U' ? edit(`i${id}`, text) : remove(`i${id}`)))
        const positions = await journal.append(made)
        written.push(...made.map((entry, i) => ({ ...entry, position: positions[i] ?? 0 })))
      }
      const after = written[from % written.length]?.position ?? 0
      assert.deepEqual(await readAll(journal, after), written.filter(({ position }) => position > after))
      await journal.close()
      const again = await openAt(t, path)
      assert.deepEqual(await readAll(again), written)
      await again.close()
    }),
    { numRuns: 15 },
  )
})

test('what is read back has no hole, also where the open segment is written on and ends while it is read', async (t) => {
  const journal = await openAt(t, await temporaryFolder(), { segmentBytes: 1_000 })
  const positions = [...(await journal.append([insert('a')]))]
  const read: number[] = []
  for await (const batch of journal.read(0, new AbortController().signal)) {
    for (const { position } of batch.records()) read.push(position)
    if (read.length === 1) for (const id of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) positions.push(...(await journal.append([insert(id)])))
  }
  assert.ok(journal.segments().length > 2)
  assert.deepEqual(read, positions.slice(0, read.length))
  assert.equal((await readAll(journal)).length, positions.length, 'what was not read yet is read the next time')
})

test('with an interval syncs are that far apart: what comes meanwhile waits for the next, and a close waits for nothing', async (t) => {
  const waits: { readonly ms: number; readonly over: PromiseWithResolvers<void> }[] = []
  const wait = (ms: number, signal: AbortSignal): Promise<void> => {
    const over = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => over.resolve())
    waits.push({ ms, over })
    return over.promise
  }
  const clock = heldClock()
  const journal = await openAt(t, await temporaryFolder(), { syncInterval: 10_000, now: clock.now, wait })
  await journal.append([insert('a')])
  await new Promise((resolve) => setImmediate(resolve))
  clock.add(4_000)
  const early = [journal.append([insert('b')]), journal.append([insert('c')])]
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([waits.map(({ ms }) => ms), told(await readAll(journal))], [[6_000], ['I a text of a']])
  waits[0]?.over.resolve()
  await Promise.all(early)
  assert.equal((await readAll(journal)).length, 3)
  const last = journal.append([insert('d')])
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(waits.length, 2)
  await journal.close()
  assert.equal((await last).length, 1)
})
