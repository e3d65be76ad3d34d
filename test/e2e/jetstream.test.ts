// The program follows a Jetstream: what is published lies in the dumps, and goes on where it stopped after `kill -9`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readDumps } from '../crash/dumps.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { sharedData } from '../shared-data.ts'
import { publisher, startJetstream } from './jetstream.ts'
import { ask, at, following, isObject, serve, until, type Server } from './program.ts'

const recorded = sharedData('data/bluesky/jetstream-v1-recorded.jsonl')
const dictionary = sharedData('data/bluesky/legacy_subscribe.zdict')

/** What the Bluesky source says of itself. */
async function sourceOf(server: Server): Promise<unknown> {
  const sources = at(await ask(`${server.url}/api/status.json`), 'sources')
  return Array.isArray(sources) ? sources.find((source: unknown) => at(source, 'name') === 'bluesky') : undefined
}

interface Post {
  readonly id: string
  readonly text: string
}

/** The posts that frames create. */
function postsOf(frames: readonly string[]): Post[] {
  return frames.flatMap((text) => {
    const frame: unknown = JSON.parse(text)
    const commit = at(frame, 'commit')
    if (!isObject(commit) || commit['operation'] !== 'create' || commit['collection'] !== 'app.bsky.feed.post') return []
    return [{ id: `bluesky:${String(at(frame, 'did'))}:${String(commit['rkey'])}`, text: String(at(commit, 'record', 'text')) }]
  })
}

test('the posts of recorded frames lie in the dumps as they were written, and nothing else does', { skip: recorded.skip }, async (t) => {
  const folder = await temporaryFolder()
  const frames = readFileSync(recorded.path, 'utf8').trim().split('\n')
  const posts = postsOf(frames)
  const jetstream = await startJetstream(t)
  const server = await serve(t, folder, following(jetstream.url))
  await until('a connection', () => jetstream.asked[0], server)
  for (const frame of frames) jetstream.publish(Number(at(JSON.parse(frame), 'time_us')), frame)
  await until('all frames', async () => (at(await sourceOf(server), 'received') === frames.length ? true : undefined), server)
  server.signal()
  assert.equal((await server.ended).code, 0)

  const kept = readDumps(folder, 'recovery').filter(({ op }) => op === 'I')
  assert.ok(posts.length > 10)
  assert.deepEqual(kept.map(({ id, text }) => ({ id, text })).sort(byId), posts.toSorted(byId))
})

test('frames that are packed with the dictionary of source.bluesky.dictionary are read', { skip: dictionary.skip }, async (t) => {
  const folder = await temporaryFolder()
  const jetstream = await startJetstream(t, { dictionary: readFileSync(dictionary.path) })
  const { publish, ids } = publisher(jetstream)
  const server = await serve(t, folder, { ...following(jetstream.url), 'source.bluesky.compress': 'true', 'source.bluesky.dictionary': dictionary.path })
  const wanted = await until('a connection', () => jetstream.asked[0], server)
  assert.equal(wanted.get('compress'), 'true')
  publish(20)
  await until('all posts', async () => (at(await sourceOf(server), 'received') === ids.length ? true : undefined), server)
  assert.deepEqual(at(await sourceOf(server), 'dropped'), {})
  server.signal()
  assert.equal((await server.ended).code, 0)
  assert.deepEqual(readDumps(folder, 'recovery').map(({ id }) => id).sort(), ids.toSorted())
})

const byId = (a: Post | { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)

test('killed while posts arrive, it goes on where it stopped: no gap, nothing twice', async (t) => {
  const folder = await temporaryFolder()
  const jetstream = await startJetstream(t)
  const { publish, ids } = publisher(jetstream)
  const stored = (server: Server) => ask(`${server.url}/api/status.json`).then((status) => Number(at(status, 'journal', 'records', 'I')))

  const first = await serve(t, folder, following(jetstream.url))
  await until('a connection', () => jetstream.asked[0], first)
  assert.equal(jetstream.asked[0]?.get('cursor'), null)
  publish(500)
  // Its cursor is saved with a delay; then it is in the midst of more.
  await until('a saved cursor', () => savedCursor(folder), first)
  publish(3000)
  await until('a part of them', async () => ((await stored(first)) > 500 ? true : undefined), first)
  first.signal('SIGKILL')
  await first.ended
  publish(500)

  const second = await serve(t, folder, following(jetstream.url))
  const wanted = await until('another connection', () => jetstream.asked[1], second)
  assert.ok(Number(wanted.get('cursor')) > 1e15, 'it asks from where it was')
  publish(500)
  await until('everything', () => (new Set(readDumps(folder, 'a crash').map(({ id }) => id)).size === ids.length ? true : undefined), second)
  assert.deepEqual(at(await sourceOf(second), 'gaps'), [])
  second.signal()
  assert.equal((await second.ended).code, 0)
  assert.deepEqual(readDumps(folder, 'recovery').map(({ id }) => id).sort(), ids.toSorted())
})

function savedCursor(folder: string): number | undefined {
  try {
    const time = at(JSON.parse(readFileSync(`${folder}/state/sources/bluesky.json`, 'utf8')), 'cursor', 'time')
    return typeof time === 'number' ? time : undefined
  } catch {
    return undefined
  }
}
