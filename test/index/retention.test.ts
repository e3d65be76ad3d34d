// What retention takes out of the index: with a real archive and all that follows it, as the server has them.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import type { Archive } from '../../src/intake/archive.ts'
import { openProjections, type Projections } from '../../src/projections.ts'
import { parseQuery } from '../../src/query/query.ts'
import { loadSettings } from '../../src/settings/load.ts'
import { createHealth } from '../../src/watch/health.ts'
import { author, draft, edit, openTest, remove } from '../intake/fixtures.ts'
import { heldClock } from '../journal/fixtures.ts'
import { shown } from './made.ts'

const never = new AbortController().signal
const { settings } = loadSettings({ argv: [], env: {}, cwd: '/' })
const log = { info: () => undefined, warn: (text: string) => assert.fail(text), error: (text: string) => assert.fail(text) }

/** Runs what follows the archive until `stop`. */
async function follow(t: TestContext, archive: Archive, now: () => number): Promise<Projections & { stop(): Promise<void> }> {
  const opened = await openProjections({ archive, settings, journalId: '0123456789abcdef', health: createHealth(now), log, now, crashPoint: () => undefined })
  const stopping = new AbortController()
  const running = opened.run(stopping.signal)
  const over = Promise.withResolvers<void>()
  let stopped = false
  async function stop(): Promise<void> {
    if (stopped) return over.promise
    stopped = true
    stopping.abort()
    await running
    await opened.close()
    over.resolve()
  }
  t.after(stop)
  return { ...opened, stop }
}

async function caughtUp({ index }: Projections, { journal }: Archive): Promise<void> {
  while (index.cursor() < journal.last()) await setImmediate()
}

/** What the index answers: by everything, and by names of authors. */
async function answers({ index }: Projections, now: number): Promise<Record<string, string[]>> {
  const found = async (text: string): Promise<string[]> => {
    const { messages } = await index.search(parseQuery(text, { now }).query, { order: 'created_at', limit: 100, count: 'exact', timeout: 5_000 })
    return shown(messages).map(({ id_str, text: said, user }) => `${id_str} ${said} (${user.screen_name}, ${user.name ?? '-'})`)
  }
  return { all: await found(''), ann: await found('from:ann.test'), bob: await found('from:bob.old'), hello: await found('hello') }
}

test('messages of a removed segment are found no more, those with a newer version elsewhere are, and an index made again says the same', async (t) => {
  const clock = heldClock()
  const opened = await openTest(t, { now: clock.now })
  const { archive, outcomes } = opened
  const live = await follow(t, archive, clock.now)
  const by = (name: string, text = 'hello') => ({ text, user: { screen_name: `key:${name}`, user_id: `key:${name}` } })
  await outcomes(author('key:ann', { handle: 'ann.test', name: 'Ann', state: 'hidden', reason: 'suspended' }), author('key:bob', { handle: 'bob.old', name: 'Bob' }))
  await outcomes(draft('test:old', by('bob', 'hello one')), draft('test:edited', by('bob', 'hello two')), draft('test:gone', by('bob')), edit('test:old', 'hello again', '2026-01-02T11:00:00.000Z', by('bob')))
  clock.add(86_400_000)
  await outcomes(author('key:bob', { handle: 'bob.new' }), edit('test:edited', 'hello three', '2026-01-03T11:00:00.000Z', by('bob')), remove('test:gone'), draft('test:young', by('bob', 'hello four')), draft('test:hidden', by('ann', 'hello of ann')))
  await archive.journal.sealed()
  await caughtUp(live, archive)
  const before = await answers(live, clock.now())
  assert.equal(before['hello']?.length, 3)
  clock.add(10)
  assert.equal((await archive.retain({ age: 1, size: 0 }, live.followers, never)).length, 1)
  const after = await answers(live, clock.now())
  const bobs = after['hello']?.toSorted() ?? []
  assert.deepEqual(bobs.map((hit) => hit.split(' ')[0]), ['test:edited', 'test:young'])
  assert.deepEqual(after['bob']?.toSorted(), bobs, 'by a handle that only what was removed had')
  await live.stop()
  await opened.close()

  rmSync(archive.folder.index, { recursive: true })
  const again = await openTest(t, { path: archive.folder.path, now: clock.now })
  const made = await follow(t, again.archive, clock.now)
  await caughtUp(made, again.archive)
  assert.deepEqual(await answers(made, clock.now()), after, 'made again from an empty folder')
  await made.feed.rebuild()
  await caughtUp(made, again.archive)
  assert.deepEqual(await answers(made, clock.now()), after, 'made again while it runs')
})
