// What a subscriber to a query ends with is what a search for the query finds: the hub and the embedded index, side by side on
// one journal.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { Index } from '../../src/index/port.ts'
import type { Entry, Position } from '../../src/message/line.ts'
import { fold } from '../../src/message/text/fold.ts'
import { printQuery } from '../../src/query/print.ts'
import type { Query } from '../../src/query/tree.ts'
import { createHub, type Hub } from '../../src/stream/hub.ts'
import type { Frame } from '../../src/stream/frame.ts'
import type { Subscriber } from '../../src/stream/member.ts'
import { history, Lines, someQuery, today } from '../index/made.ts'
import { madeFolder, openIn } from '../index/sqlite/folders.ts'
import { openAt, temporaryFolder, type Opened } from '../journal/fixtures.ts'
import { ids } from './listening.ts'

/**
 * As intake keeps them: nothing is edited or deleted that was not there, nothing that is there comes again. Without imports,
 * which are not announced. Who has which handle is known before: who subscribed is not told of the past what was learned later.
 */
function asKept(entries: readonly Entry[]): Entry[] {
  const there = new Map<string, string>()
  const authors = entries.flatMap((entry): Entry[] => (entry.op === 'A' ? [{ op: 'A', imported: false, author: { ...entry.author, state: 'active' } }] : []))
  const messages = entries.flatMap((entry): Entry[] => {
    if (entry.op === 'A') return []
    if (entry.op === 'D') {
      const created_at = there.get(entry.id_str)
      there.delete(entry.id_str)
      return created_at === undefined ? [] : [{ op: 'D', imported: false, id_str: entry.id_str, created_at }]
    }
    const { message } = entry
    const created_at = there.get(message.id_str) ?? message.created_at
    const op = there.has(message.id_str) ? 'U' : 'I'
    there.set(message.id_str, created_at)
    return [{ op, imported: false, message: { ...message, created_at } }]
  })
  return [...authors, ...messages]
}

interface Holding extends Subscriber {
  readonly ids: Set<string>
}

/** A subscriber that keeps what it is told until it is told that it is gone. */
function holding(): Holding {
  const ids = new Set<string>()
  function send(frame: Frame): void {
    const { id_str }: { id_str?: string } = JSON.parse(frame.json())
    if (id_str === undefined) return
    if (frame.event === 'delete') ids.delete(id_str)
    else ids.add(id_str)
  }
  return { ids, send, full: () => false, busy: () => false, drained: () => Promise.resolve(), end: () => undefined }
}

/** All that a search finds. */
async function found(index: Index, query: Query): Promise<string[]> {
  const { messages, partial, cursor } = await index.search(query, { order: 'created_at', limit: 1_000, count: 'none', timeout: 20_000 })
  assert.deepEqual([partial, cursor], [undefined, undefined])
  return messages.map(({ id_str }) => id_str).sort()
}

async function follow(t: TestContext, journal: Opened, authorKeys: (handle: string) => readonly string[]): Promise<{ readonly hub: Hub; settled(): Promise<void> }> {
  const hub = createHub({ journal, ids, authorKeys, isGone: () => false, replayRate: 1e9, now: Date.now, onFailure: (error) => assert.fail(String(error)) })
  const stop = new AbortController()
  const running = hub.run(stop.signal)
  t.after(async () => {
    stop.abort()
    await running
  })
  const settled = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve))
    while (hub.position() < journal.last() || hub.counts().replaying > 0)
  }
  return { hub, settled }
}

test('property: who subscribed to a query, live or from a place, has what a search for it finds', async (t) => {
  // An index takes a while to open, so there are few worlds, with many queries in each.
  await fc.assert(
    fc.asyncProperty(history.map(asKept), fc.array(someQuery, { minLength: 20, maxLength: 40 }), fc.nat({ max: 100 }), async (entries, queries, percent) => {
      const keys = new Map<string, Set<string>>()
      for (const entry of entries) {
        if (entry.op !== 'A' || entry.author.handle === undefined) continue
        const handle = fold(entry.author.handle)
        keys.set(handle, (keys.get(handle) ?? new Set()).add(entry.author.key))
      }
      const journal = await openAt(t, await temporaryFolder(), { now: () => today })
      const { hub, settled } = await follow(t, journal, (handle) => [...(keys.get(handle) ?? [])])
      const live = queries.map((query) => {
        const listener = holding()
        hub.subscribe({ channels: [], query }, undefined, listener)
        return listener
      })
      const half = Math.floor((entries.length * percent) / 100)
      const before = await journal.append(entries.slice(0, half))
      const start: Position = before[0] === undefined ? 0 : before[0] - 1
      const late = queries.map((query) => {
        const listener = holding()
        hub.subscribe({ channels: [], query }, { after: start, resumed: true }, listener)
        return listener
      })
      await journal.append(entries.slice(half))
      await settled()
      const lines: string[] = []
      for await (const batch of journal.read(0, new AbortController().signal)) lines.push(...batch.lines)
      const index = await openIn(madeFolder(), new Lines())
      try {
        await index.apply(lines)
        for (const [i, query] of queries.entries()) {
          const expected = await found(index, query)
          for (const listener of [live[i], late[i]]) assert.deepEqual([...(listener?.ids ?? [])].sort(), expected, printQuery(query))
        }
      } finally {
        await index.close()
        await journal.close()
      }
    }),
    // To make it smaller would take as long as it takes to open hundreds of indexes.
    { numRuns: 4, endOnFailure: true },
  )
})
