// What is heard of authors in another order than it happened, late, or once more.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { isSettled, mergeAuthor } from '../../src/intake/author.ts'
import type { Draft } from '../../src/intake/port.ts'
import type { AsOf, Author } from '../../src/message/schema.ts'
import { heldClock } from '../journal/fixtures.ts'
import { author, draft, openTest, type Opened } from './fixtures.ts'

/** What the network told of Ann at so many seconds past noon. */
const at = (seconds: number, more: Partial<Author>): Draft => ({ kind: 'author', author: { key: 'key:ann', network: 'test', ...more }, time: (Date.UTC(2026, 0, 2, 12) / 1000 + seconds) * 1_000_000 })
const all = (time: number): AsOf => ({ handle: time, profile: time, state: time })
const hidden = { state: 'hidden', reason: 'suspended' } as const
const active = { state: 'active' } as const

const ann = ({ archive }: Opened): Author | undefined => archive.known.author('key:ann')
const withoutTimes = (of: Author | undefined): Author | undefined => (of === undefined ? undefined : { ...of, as_of: {}, state_since: 0 })

/** The same archive, opened again by a process that knows nothing but the dumps. */
async function madeAgain(t: TestContext, { archive, close }: Opened): Promise<Opened> {
  await close()
  for (const end of ['', '-wal', '-shm']) rmSync(join(archive.folder.state, `known.db${end}`), { force: true })
  return openTest(t, { path: archive.folder.path })
}

describe('what the network tells of an author once more', () => {
  const happened = [at(1, { handle: 'ann.old' }), at(2, { name: 'Ann' }), at(3, hidden), at(4, active), at(5, { handle: 'ann.new' }), at(6, active), at(7, { name: 'Anna' })]

  test('changes nothing and writes nothing', async (t) => {
    const opened = await openTest(t)
    await opened.outcomes(...happened)
    const [records, stood] = [await opened.records(), ann(opened)]
    assert.deepEqual(await opened.outcomes(...happened), happened.map(() => 'unchanged'))
    assert.deepEqual([await opened.records(), ann(opened)], [records, stood])
  })

  test('nor does it after a restart, or when what is known was made again from the dumps', async (t) => {
    const opened = await openTest(t)
    await opened.outcomes(...happened)
    await opened.close()
    const restarted = await openTest(t, { path: opened.archive.folder.path })
    assert.deepEqual(await restarted.outcomes(...happened), happened.map(() => 'unchanged'))
    const again = await madeAgain(t, restarted)
    assert.deepEqual(await again.outcomes(...happened), happened.map(() => 'unchanged'))
    assert.deepEqual([ann(again)?.handle, ann(again)?.name, ann(again)?.state], ['ann.new', 'Anna', 'active'])
  })
})

describe('what comes late', () => {
  test('does not undo what is newer, be it in one batch or after a restart', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(2, active), at(1, hidden)), ['author', 'unchanged'])
    await opened.close()
    const restarted = await openTest(t, { path: opened.archive.folder.path })
    assert.deepEqual(await restarted.outcomes(at(1, hidden), draft('test:a')), ['unchanged', 'new'])
    assert.equal(ann(restarted)?.state, 'active')
  })

  test('does not undo what was heard again meanwhile, although that was no news and not written', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(1, active), at(3, active), at(2, hidden)), ['author', 'unchanged', 'unchanged'])
    assert.deepEqual(await opened.outcomes(at(5, active)), ['unchanged'])
    await opened.close()
    const restarted = await openTest(t, { path: opened.archive.folder.path })
    assert.deepEqual(await restarted.outcomes(at(4, hidden), at(6, hidden), at(5, active)), ['unchanged', 'author', 'unchanged'])
    assert.equal((await restarted.records()).length, 2)
  })

  test('counts where nothing newer was told of the same thing', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(3, { name: 'Ann' }), at(2, { handle: 'ann.test' }), at(1, hidden)), ['author', 'author', 'author'])
    assert.deepEqual([ann(opened)?.name, ann(opened)?.handle, ann(opened)?.state], ['Ann', 'ann.test', 'hidden'])
  })

  test('of two things told at one time the later one counts', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(1, hidden), at(1, active)), ['author', 'author'])
    assert.equal(ann(opened)?.state, 'active')
  })

  test('an end is one however late it is heard', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(5, active), at(1, { state: 'deleted', reason: 'deleted' }), at(9, active)), ['author', 'author', 'unchanged'])
    assert.equal(ann(opened)?.state, 'deleted')
  })
})

describe('what a service answers that was asked', () => {
  const wish = { name: 'Ann', avatar: '', labels: ['!no-unauthenticated'] }
  /** Asked at so many seconds past noon; of profiles it may be an hour behind. */
  const answered = (seconds: number, more: Partial<Author>): Draft => {
    const asked = at(seconds, more)
    return asked.kind === 'author' && typeof asked.time === 'number' ? { ...asked, time: { handle: asked.time, profile: asked.time - 3_600_000_000 } } : asked
  }

  test('does not take back a wish that a newer profile told, and still tells the handle', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(1, wish), answered(2, { handle: 'ann.test', name: '', avatar: '', labels: [] })), ['author', 'author'])
    assert.deepEqual([ann(opened)?.handle, ann(opened)?.name, ann(opened)?.state, ann(opened)?.reason], ['ann.test', 'Ann', 'hidden', 'asks not to be shown'])
    assert.deepEqual(await opened.outcomes(draft('test:a')), ['withheld'])
  })

  test('takes back a wish that is older than it can be behind, and tells one where no profile was heard', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(-7_200, wish), answered(1, { labels: [] })), ['author', 'author'])
    assert.equal(ann(opened)?.state, 'active')
    assert.deepEqual(await opened.outcomes(answered(2, { labels: wish.labels })), ['author'])
    assert.equal(ann(opened)?.state, 'hidden')
  })

  test('is needed until handle and profile were told once, or the author is gone', () => {
    const told = (more: Partial<Author>): boolean => isSettled({ key: 'key:ann', network: 'test', ...more })
    assert.deepEqual([isSettled(undefined), told({ handle: 'ann.test' }), told({ labels: [] }), told({ handle: 'ann.test', labels: [] }), told({ state: 'deleted' })], [false, false, false, true, true])
  })
})

test('a record says since which record the state is what it is, unless it is itself the one', async (t) => {
  const opened = await openTest(t)
  const since = async (draft: Draft): Promise<number | undefined> => {
    await opened.offer(draft)
    const last = (await opened.records()).at(-1)
    assert.ok(last?.op === 'A')
    return last.author.state_since
  }
  assert.equal(await since(at(1, { handle: 'ann.test' })), 0, 'nobody was ever told otherwise')
  assert.equal(await since(at(2, { name: 'Ann' })), 0)
  assert.equal(await since(at(3, { labels: ['!no-unauthenticated'] })), undefined)
  const wished = (await opened.records()).at(-1)?.position
  await opened.offer(at(4, { labels: ['!no-unauthenticated'] }))
  assert.equal(await since(at(5, { name: 'Anna' })), wished)
  await opened.close()
  const again = await madeAgain(t, opened)
  await again.offer(at(6, { name: 'Anne' }))
  const renamed = (await again.records()).at(-1)
  assert.equal(renamed?.op === 'A' && renamed.author.state_since, wished, 'also after what is known was made again')
  await again.offer(at(7, { labels: [] }))
  const back = (await again.records()).at(-1)
  assert.deepEqual(back?.op === 'A' && [back.author.state, back.author.state_since], ['active', undefined])
})

describe('what has no time of the network', () => {
  test('counts whenever it comes, and what is older than the last event still does not', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(2, { name: 'Ann' }), author('key:ann', { name: 'Asked' }), at(1, { name: 'Old' })), ['author', 'author', 'unchanged'])
    assert.equal(ann(opened)?.name, 'Asked')
    assert.deepEqual(await opened.outcomes(at(3, { name: 'Newer' })), ['author'])
  })

  test('nor has what claims to be from a time to come: it keeps nothing else off', async (t) => {
    const opened = await openTest(t)
    assert.deepEqual(await opened.outcomes(at(86_400, hidden), at(1, active)), ['author', 'author'])
    assert.equal(ann(opened)?.state, 'active')
  })

  test('nor has what a dump tells that is imported', async (t) => {
    const opened = await openTest(t)
    const foreign = author('key:ann', { name: 'Ann', as_of: { profile: Date.UTC(2099, 0, 1) * 1000 } })
    await opened.archive.intake.offer([foreign], { source: 'import', imported: true })
    assert.deepEqual(await opened.outcomes(at(1, { name: 'Live' })), ['author'])
    assert.deepEqual(ann(opened)?.as_of, { profile: (Date.UTC(2026, 0, 2, 12) / 1000 + 1) * 1_000_000 })
  })
})

test('of a deleted author nothing but key, handle and state is kept', async (t) => {
  const opened = await openTest(t, { now: heldClock().now })
  await opened.outcomes(at(1, { handle: 'ann.test', name: 'Ann', avatar: 'https://example.org/a.png', labels: ['x'] }), at(2, { state: 'deleted', reason: 'deleted', name: 'Ann once more' }))
  const last = (await opened.records()).at(-1)
  assert.ok(last?.op === 'A')
  assert.deepEqual(last.author, { key: 'key:ann', network: 'test', handle: 'ann.test', state: 'deleted', reason: 'deleted' })
  assert.deepEqual(ann(opened), { key: 'key:ann', network: 'test', handle: 'ann.test', state: 'deleted', reason: 'deleted', state_since: last.position })
})

describe('property', () => {
  const change: fc.Arbitrary<Partial<Author>> = fc.oneof(
    fc.record({ handle: fc.constantFrom('a.test', 'b.test') }),
    fc.record({ name: fc.constantFrom('', 'A', 'B'), avatar: fc.constant(''), labels: fc.constantFrom<string[]>('', '!no-unauthenticated').map((label) => (label === '' ? [] : [label])), pronouns: fc.constantFrom('they', 'she') }),
    fc.constantFrom<Partial<Author>[]>(hidden, active, { state: 'deleted', reason: 'deleted' }),
  )
  const history = fc.array(change, { minLength: 1, maxLength: 12 }).map((changes) => changes.map((more, i) => ({ author: { key: 'k', network: 'test', ...more }, time: i + 1 })))
  const heard = (events: readonly { author: Author; time: number }[]): Author | undefined =>
    events.reduce((old: Author | undefined, { author, time }) => mergeAuthor(old, author, all(time), 'respect')?.author ?? old, undefined)
  /** Nothing more is heard of who is gone. */
  const whileThere = (of: Author | undefined): Author | string | undefined => (of?.state === 'deleted' ? 'gone' : of && { ...of, state_since: 0 })

  test('in whatever order and however often events come, an author becomes what they are in order', () => {
    const shuffled = history.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.array(fc.constantFrom(...events))))
    fc.assert(fc.property(shuffled, ([events, order, more]) => {
      assert.deepEqual(whileThere(heard([...order, ...more])), whileThere(heard(events)))
    }), { numRuns: 2_000 })
  })

  test('events in order that are told again from anywhere on are no news, also with the times of the last record only', () => {
    fc.assert(fc.property(history, fc.nat(12), (events, from) => {
      let written: Author | undefined
      let old: Author | undefined
      for (const { author, time } of events) {
        const merged = mergeAuthor(old, author, all(time), 'respect')
        old = merged?.author ?? old
        if (merged?.isNews === true) written = merged.author
      }
      assert.deepEqual(withoutTimes(written), withoutTimes(old))
      for (const { author, time } of events.slice(from)) {
        const merged = mergeAuthor(written, author, all(time), 'respect')
        assert.notEqual(merged?.isNews, true)
        written = merged?.author ?? written
      }
    }), { numRuns: 2_000 })
  })
})

test('an author is known under every handle that records and messages tell of, and of very many accounts of one handle so many are told', async (t) => {
  const { archive, outcomes, close } = await openTest(t)
  const written = (id: string, screen_name: string) => draft(id, { user: { screen_name, user_id: 'key:zed' } })
  await outcomes(written('test:a', 'Old.Name'), written('test:b', 'new.name'), written('test:c', 'key:zed'), author('key:zoe', { handle: 'old.name' }))
  assert.deepEqual(['old.name', 'new.name', 'key:zed'].map((handle) => archive.known.keysOf(handle)), [['key:zed', 'key:zoe'], ['key:zed'], []])
  await outcomes(...Array.from({ length: 201 }, (_, i) => author(`many:${1000 + i}`, { handle: 'same' })))
  assert.deepEqual([archive.known.keysOf('same').length, archive.known.keysOf('same').at(-1)], [200, 'many:1199'])
  await close()
  rmSync(join(archive.folder.state, 'known.db'), { force: true })
  const again = await openTest(t, { path: archive.folder.path })
  assert.deepEqual(again.archive.known.keysOf('old.name'), ['key:zed', 'key:zoe'])
})
