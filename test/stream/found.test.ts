// What a subscriber to a query ends with is what a search for the query finds: the hub and the embedded index, side by side on
// one archive, as the server puts them together.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { Index } from '../../src/index/port.ts'
import { absenceOf } from '../../src/intake/absence.ts'
import type { Draft } from '../../src/intake/port.ts'
import type { Entry, JournalRecord } from '../../src/message/line.ts'
import type { Message } from '../../src/message/schema.ts'
import { match } from '../../src/query/match.ts'
import { normal } from '../../src/query/normal.ts'
import { printQuery } from '../../src/query/print.ts'
import { parseQuery } from '../../src/query/query.ts'
import { author, type AuthorKeys, type Query } from '../../src/query/tree.ts'
import type { Hub, Subscription } from '../../src/stream/hub.ts'
import type { Frame } from '../../src/stream/frame.ts'
import type { Start, Subscriber } from '../../src/stream/member.ts'
import { interest } from '../../src/stream/subscription.ts'
import { history, keys, Lines, message, shown, someQuery, today } from '../index/made.ts'
import { madeFolder, openIn } from '../index/sqlite/folders.ts'
import { openTest } from '../intake/fixtures.ts'
import { heldClock } from '../journal/fixtures.ts'
import { follow, resume } from './listening.ts'

interface World {
  readonly hub: Hub
  readonly index: Index
  /** Offers drafts together; resolves with what became of them when the hub has told it and the index has taken it in. */
  happen(drafts: readonly Draft[]): Promise<readonly JournalRecord[]>
  /** Who has or had a handle by now. */
  keysNow(): AuthorKeys
  close(): Promise<void>
}

async function openWorld(t: TestContext): Promise<World> {
  const clock = heldClock(today)
  const { archive, offer, close } = await openTest(t, { now: () => (clock.add(1), clock.now()) })
  const { journal, known } = archive
  const { hub, failures, settled } = await follow(t, journal, { authorKeys: known.keysOf, absence: (message) => absenceOf(message, known) })
  const index = await openIn(madeFolder(), new Lines())
  return {
    hub,
    index,
    async happen(drafts) {
      const before = journal.last()
      await offer(...drafts)
      await settled()
      assert.deepEqual(failures, [])
      const records: JournalRecord[] = []
      for await (const batch of journal.read(before, new AbortController().signal)) {
        await index.apply(batch.lines)
        records.push(...batch.records())
      }
      return records
    },
    keysNow() {
      const keys = new Map(handles.map((handle) => [handle, known.keysOf(handle)]))
      return (handle) => keys.get(handle) ?? []
    },
    async close() {
      await index.close()
      await close()
    },
  }
}

/** Folded, as the made up worlds have them. */
const handles = ['ann', 'bob.example', 'bob.example.org', 'zoe', 'new.name']

/** All that a search finds. */
async function find(index: Index, query: Query): Promise<readonly Message[]> {
  const { messages, partial, cursor } = await index.search(query, { order: 'created_at', limit: 1_000, count: 'none', timeout: 20_000 })
  assert.deepEqual([partial, cursor], [undefined, undefined])
  return shown(messages)
}

interface Told {
  readonly id_str?: string
  readonly user?: { readonly user_id?: string }
  readonly key?: string
  readonly state?: string
  readonly refill?: string
}

/** A client as docs/stream.md tells it to be: what it has, by id, with the key of the author. */
class Holder implements Subscriber {
  readonly has = new Map<string, string | undefined>()
  /** What to ask for, by the key of an author who is back. */
  readonly #refills = new Map<string, string>()
  #subscription: Subscription | undefined

  send(frame: Frame): void {
    const { id_str = '', user, key = '', state, refill }: Told = JSON.parse(frame.json())
    if (frame.event === 'message' || frame.event === 'edit') this.has.set(id_str, user?.user_id)
    else if (frame.event === 'delete') this.has.delete(id_str)
    else if (frame.event === 'author' && state === 'active') this.#refills.set(key, refill ?? '')
    else if (frame.event === 'author') {
      this.#refills.delete(key)
      for (const [id, by] of this.has) if (by === key) this.has.delete(id)
    }
  }

  listen(hub: Hub, query: Query, start?: Start): void {
    this.#subscription = hub.subscribe({ channels: [], query }, start, this)
  }

  /** Loses its connection. */
  leave(): void {
    this.#subscription?.close()
  }

  /** Goes on where it was. */
  comeBack(hub: Hub, query: Query): void {
    this.listen(hub, query, resume(this.#subscription?.position() ?? 0))
  }

  /** Asks for what was written by those who are back, with the own query beside it. */
  async refill(index: Index, query: Query): Promise<void> {
    for (const refill of this.#refills.values()) {
      const { query: theirs } = parseQuery(refill, { now: today })
      for (const { id_str, user } of await find(index, normal({ kind: 'and', all: [query, theirs] }))) this.has.set(id_str, user.user_id)
    }
    this.#refills.clear()
  }

  full = (): boolean => false
  busy = (): boolean => false
  drained = (): Promise<void> => Promise.resolve()
  end = (): void => undefined
}

/**
 * What sources offer of a history: one author a message, whatever their name is at the time, edits that are newer each time, and
 * now and then one who is hidden or back. Without imports, which are not announced.
 */
function asOffered(entries: readonly Entry[], states: readonly { readonly at: number; readonly key: string; readonly state: 'hidden' | 'active' }[]): Draft[] {
  const by = new Map<string, string | undefined>()
  const drafts = entries.map((entry, i): Draft => {
    if (entry.op === 'A') return { kind: 'author', author: entry.author }
    if (entry.op === 'D') return { kind: 'delete', id_str: entry.id_str }
    const { message } = entry
    if (!by.has(message.id_str)) by.set(message.id_str, message.user.user_id)
    const user_id = by.get(message.id_str)
    const draft = { ...message, user: { screen_name: message.screen_name, ...(user_id === undefined ? {} : { user_id }) } }
    return entry.op === 'I' ? { kind: 'message', message: draft } : { kind: 'edit', message: { ...draft, edited_at: new Date(today + i * 1000).toISOString() } }
  })
  for (const { at, key, state } of states) drafts.splice(at % drafts.length, 0, { kind: 'author', author: { key, network: 'bluesky', state } })
  return drafts
}

const someHappenings = fc
  .record({
    entries: history,
    states: fc.array(fc.record({ at: fc.nat(), key: fc.constantFrom(...keys), state: fc.constantFrom('hidden' as const, 'active' as const) }), { minLength: 8, maxLength: 16 }),
    together: fc.integer({ min: 6, max: 24 }),
  })
  .map(({ entries, states, together }) => {
    const drafts = asOffered(entries, states)
    return Array.from({ length: Math.ceil(drafts.length / together) }, (_, i) => drafts.slice(i * together, (i + 1) * together))
  })

test('property: who subscribed to a query, live, from a place, or with an interruption, has what a search for it finds', async (t) => {
  // An index takes a while to open, so there are few worlds, with many queries in each.
  await fc.assert(
    fc.asyncProperty(someHappenings, fc.array(someQuery, { minLength: 20, maxLength: 30 }), fc.nat(), fc.nat(), async (happenings, queries, one, other) => {
      const { hub, index, happen, keysNow, close } = await openWorld(t)
      try {
        const readers = queries.map((query) => ({ query, live: new Holder(), late: new Holder(), interrupted: new Holder() }))
        const [goes = 0, comes = 0] = [one % happenings.length, other % happenings.length].sort((a, b) => a - b)
        const newest = new Map<string, { readonly message: Message; readonly at: number }>()
        /** Before each happening, and after the last. */
        const knew = [keysNow()]
        for (const { query, live, interrupted } of readers) for (const reader of [live, interrupted]) reader.listen(hub, query)
        for (const [at, drafts] of happenings.entries()) {
          if (at === goes) for (const { interrupted } of readers) interrupted.leave()
          if (at === comes) {
            for (const { query, late, interrupted } of readers) {
              interrupted.comeBack(hub, query)
              late.listen(hub, query, { after: 0, resumed: false })
            }
          }
          for (const record of await happen(drafts)) if (record.op === 'I' || record.op === 'U') newest.set(record.message.id_str, { message: record.message, at })
          knew.push(keysNow())
          for (const { query, ...each } of readers) for (const reader of Object.values(each)) await reader.refill(index, query)
        }
        /**
         * By design a subscriber is not told again of what passed when it is learned later who has a handle that the query names,
         * and a search knows. So nothing is said of messages of whom a handle in the query is known since they were written.
         */
        function isSettled(id: string, query: Query): boolean {
          const { message, at } = newest.get(id) ?? {}
          if (message === undefined) return true
          const named = interest({ channels: [], query }, () => []).standing?.handles ?? []
          const [then, now] = [knew[at ?? 0], knew.at(-1)].map((keys) => named.filter((handle) => match(author(handle), message, keys)))
          return then?.length === now?.length
        }
        for (const { query, ...each } of readers) {
          const found = new Set((await find(index, query)).map(({ id_str }) => id_str))
          for (const [who, { has }] of Object.entries(each)) {
            const differing = [...found].filter((id) => !has.has(id)).concat([...has.keys()].filter((id) => !found.has(id)))
            assert.deepEqual(differing.filter((id) => isSettled(id, query)), [], `${who}: ${printQuery(query)}`)
          }
        }
      } finally {
        await close()
      }
    }),
    // To make it smaller would take as long as it takes to open hundreds of indexes.
    { numRuns: 4, endOnFailure: true },
  )
})

test('what is learned later of who has a handle counts for what comes: a search finds what was written before, too', async (t) => {
  const { hub, index, happen } = await openWorld(t)
  const { query } = parseQuery('from:new.name', { now: today })
  const written = (id_str: string): Draft => ({ kind: 'message', message: message({ id_str, screen_name: 'ann', user: { screen_name: 'ann', user_id: 'did:plc:ann' } }) })
  const reader = new Holder()
  reader.listen(hub, query)
  await happen([written('nostr:h-1')])
  await happen([{ kind: 'author', author: { key: 'did:plc:ann', network: 'bluesky', handle: 'new.name' } }, written('nostr:h-2')])
  assert.deepEqual([...reader.has.keys()], ['nostr:h-2'])
  assert.deepEqual((await find(index, query)).map(({ id_str }) => id_str).sort(), ['nostr:h-1', 'nostr:h-2'])
})
