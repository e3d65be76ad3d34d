// The whole way of a message: source, dump line, import into another folder, answer. What was accepted is still there.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { present } from '../../src/enrich/present.ts'
import { messageFields, type Message, type MessageDraft } from '../../src/message/schema.ts'
import { decodeFrame } from '../../src/sources/bluesky/decode.ts'
import { draftOf as blueskyDraft } from '../../src/sources/bluesky/draft.ts'
import { importFile } from '../../src/sources/dump/import.ts'
import { anyDraft } from '../enrich/drafts.ts'
import { second, v1 } from '../sources/bluesky/frames.ts'
import { openTest, type Opened } from './fixtures.ts'

const never = new AbortController().signal

async function messagesIn({ records }: Opened): Promise<Message[]> {
  return (await records()).flatMap((record) => (record.op === 'I' ? [record.message] : []))
}

/** What enrichment may put right, and the lists that it may add to, each name once. */
const repaired = new Set(['timestamp', 'created_at', 'edited_at', 'source_type', 'provider_type', 'reply_count', 'retweet_count', 'screen_name'])
const grown = new Set(['links', 'hosts', 'images', 'audio', 'videos', 'mention_ids', 'mentions', 'hashtags'])

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const folded = (list: unknown): string[] => (Array.isArray(list) ? list.map((item) => String(item).toLowerCase()) : [])

function assertKept(draft: MessageDraft, answer: object): void {
  const answered = new Map<string, unknown>(Object.entries(answer))
  for (const [field, given] of Object.entries(draft)) {
    const kept = answered.get(field)
    if (grown.has(field)) assert.ok(folded(given).every((item) => folded(kept).includes(item)), `${field}: ${JSON.stringify(given)} in ${JSON.stringify(kept)}`)
    else if (!repaired.has(field) && given !== undefined) assert.deepEqual(kept, asJson(given), field)
    else assert.notEqual(kept, undefined, field)
  }
}

/** Any draft of a source, with keys that nobody knows. */
const made: fc.Arbitrary<MessageDraft> = fc.tuple(anyDraft, fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.string(), { maxKeys: 3 }))
  .map(([draft, unknown]) => ({ ...unknown, text: draft.text, id_str: draft.id_str, network: draft.network, user: draft.user, ...Object.fromEntries(Object.entries(draft).filter(([field]) => messageFields.includes(field))) }))

/** What the Bluesky source makes of a frame. */
const framed: fc.Arbitrary<MessageDraft> = fc.record({
  text: fc.string({ unit: 'grapheme', maxLength: 40 }), createdAt: fc.constantFrom('2026-11-22T11:00:00.000Z', '2026-11-22T11:00:00', 'yesterday'),
  langs: fc.constantFrom(['en'], ['de', 'ja']), tags: fc.constantFrom([], ['rain', '#Sun']), labels: fc.constantFrom({ values: [{ val: 'nudity' }] }, { values: [] }),
  reply: fc.constantFrom(undefined, { root: { uri: 'at://did:plc:a/app.bsky.feed.post/3k' }, parent: { uri: 'at://did:plc:b/app.bsky.feed.post/3l' } }),
}).map((record) => {
  const event = decodeFrame(v1.commit({ time: second(0), record }))
  assert.equal(event.kind, 'commit')
  const draft = event.kind === 'commit' ? blueskyDraft(event, (field) => assert.fail(field)) : undefined
  assert.ok(typeof draft === 'object' && draft.kind === 'message')
  return draft.message
})

test('property: every accepted field survives source, dump line, import and answer', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(made, framed), { minLength: 1, maxLength: 40 }), async (drafts) => {
    const named = drafts.map((message, n): MessageDraft => ({ ...message, id_str: `${message.network}:${n}` }))
    const first = await openTest(t)
    const outcomes = await first.outcomes(...named.map((message) => ({ kind: 'message' as const, message })))
    assert.deepEqual(outcomes, named.map(() => 'new'))
    const kept = await messagesIn(first)
    await first.close()

    const second = await openTest(t)
    const { own } = first.archive.folder
    for (const name of (await readdir(own)).filter((name) => name.startsWith('messages_'))) {
      for await (const { counts } of importFile(join(own, name), second.archive.intake, { state: join(own, 'state'), rejected: own }, never)) assert.equal(counts.invalid, 0, await readFile(join(own, name), 'utf8'))
    }
    const again = await messagesIn(second)
    await second.close()
    assert.deepEqual(again, kept)
    for (const [n, draft] of named.entries()) {
      const message = again[n]
      assert.ok(message !== undefined)
      assertKept(draft, present(message))
    }
  }), { numRuns: 4 })
})
