// Proves that the bridge behaves as the real server was seen to behave, over a real PDS: filters, cursors, compression,
// refusals, and what is left after SIGTERM and kill -9.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fetchOperator } from '../../src/support/fetch.ts'
import { sharedData } from '../shared-data.ts'
import type { Account } from './account.ts'
import { paths, startBridge, type Jetstream, type Traits } from './jetstream.ts'
import { gist, listen, parse, payload, refusal } from './listener.ts'
import { startPds, type Pds } from './pds.ts'

const dictionaries = sharedData('data/bluesky')

let folder: string
let pds: Pds
let anna: Account
let boris: Account
/** Follows the PDS from its first event, and is there for every test that only listens. */
let bridge: Jetstream
const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

/** A bridge of its own with an empty folder that has caught up with everything since the first event. */
async function another(traits: Traits = {}): Promise<Jetstream> {
  const started = await startBridge(pds, await mkdtemp(join(folder, 'bridge-')), { 'from-start': '', ...traits })
  open.defer(() => started.kill())
  return started
}

const v1 = (server: Jetstream, query = ''): string => `${server.url}${paths.v1}?${query}`
const v2 = (server: Jetstream, query = ''): string => `${server.url}${paths.v2}?${query}`
const posts = 'app.bsky.feed.post'

/** How many frames there are of everything that `before` did. */
const history = 12

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-bridge-'))
  open.defer(() => rm(folder, { recursive: true }))
  pds = await startPds(join(folder, 'pds'))
  open.defer(() => pds.stop())
  bridge = await another(dictionaries.skip === false ? { dictionaries: dictionaries.path } : {})
  anna = await pds.createAccount('anna') // identity, account
  boris = await pds.createAccount('boris') // identity, account
  const first = await anna.post({ text: 'first' })
  await boris.write('app.bsky.graph.follow', { subject: anna.did, createdAt: new Date().toISOString() })
  await anna.edit(first.rkey, { text: 'first, edited' })
  await boris.postTogether([{ text: 'one' }, { text: 'two' }])
  await anna.remove(first.rkey)
  await boris.deactivate()
  await boris.activate() // account, identity
})

test('everything that happened arrives, in order', async () => {
  const listener = await listen(v1(bridge, 'cursor=1'))
  const frames = await listener.take(history)
  assert.deepEqual(frames.map(gist), [
    'identity', 'account active', 'identity', 'account active',
    `create ${posts} first`, 'create app.bsky.graph.follow', `update ${posts} first, edited`, `create ${posts} one`, `create ${posts} two`,
    `delete ${posts}`, 'account deactivated', 'account active',
  ])
  assert.equal(gist(await listener.next()), 'identity')
  listener.close()
})

test('a change arrives at once at who is connected', async () => {
  const [one, two] = await Promise.all([listen(v1(bridge)), listen(v2(bridge))])
  const { cid } = await anna.post({ text: 'live' })
  assert.equal(gist(await one.next()), `create ${posts} live`)
  assert.equal(payload(await two.next())['cid'], cid)
  one.close()
  two.close()
})

describe('filters', () => {
  test('v1: collections, names or prefixes, never hold back identities and accounts', async () => {
    const listener = await listen(v1(bridge, `cursor=1&wantedCollections=app.bsky.graph.*&wantedDids=${boris.did}`))
    assert.deepEqual((await listener.take(4)).map(gist), ['identity', 'account active', 'create app.bsky.graph.follow', 'account deactivated'])
    listener.close()
  })

  test('v2: kinds, collections and dids, each for itself', async () => {
    const listener = await listen(v2(bridge, `cursor=1&kinds=commit&collections=${posts}&dids=${anna.did}`))
    const seen = (await listener.take(3)).map((frame) => payload(frame)['operation'])
    assert.deepEqual(seen, ['create', 'update', 'delete'])
    listener.close()
  })

  test('frames above maxMessageSizeBytes are left out', async () => {
    const [all, small] = await Promise.all([listen(v1(bridge, 'cursor=1')), listen(v1(bridge, 'cursor=1&maxMessageSizeBytes=300'))])
    const fit = (await all.take(history)).filter((frame) => Buffer.byteLength(frame) <= 300)
    assert.ok(fit.length < history)
    assert.deepEqual(await small.take(fit.length), fit)
    all.close()
    small.close()
  })

  test('v1: options_update takes effect at once, and with requireHello nothing comes before it', async () => {
    const listener = await listen(v1(bridge, 'cursor=1&requireHello=true'))
    listener.say(JSON.stringify({ type: 'options_update', payload: { wantedCollections: [posts], wantedDids: [anna.did] } }))
    assert.deepEqual((await listener.take(3)).map(gist), ['identity', 'account active', `create ${posts} first`])
    listener.close()
  })
})

describe('cursors', () => {
  test('a seq is exact and inclusive, with the same bytes each time', async () => {
    const [all, tail] = await Promise.all([listen(v1(bridge, 'cursor=1')), listen(v1(bridge, 'cursor=5'))])
    assert.deepEqual(await tail.take(history - 4), (await all.take(history)).slice(4))
    all.close()
    tail.close()
  })

  test('a time replays matching events that are older', async () => {
    const coarse = await another({ replayed: '2' })
    const all = await listen(v1(coarse, `cursor=1&wantedCollections=${posts}&wantedDids=${boris.did}`))
    const frames = await all.take(6)
    const deactivated = parse(frames[4] ?? '')
    assert.equal(gist(frames[4] ?? ''), 'account deactivated')
    const replay = await listen(v1(coarse, `cursor=${String(deactivated['time_us'])}&wantedCollections=${posts}&wantedDids=${boris.did}`))
    assert.deepEqual(await replay.take(4), frames.slice(2), 'two older posts come first')
    all.close()
    replay.close()
  })

  test('a seq or a time in the future is silently live', async () => {
    const listeners = await Promise.all([v1(bridge, 'cursor=999999'), v2(bridge, 'cursor=999999'), v1(bridge, 'cursor=4000000000000000')].map((url) => listen(url)))
    const { rkey } = await anna.post({ text: 'now' })
    for (const listener of listeners) {
      assert.match(await listener.next(), new RegExp(rkey))
      listener.close()
    }
  })

  test('what is no longer kept: v1 goes on from the oldest, v2 refuses a seq and says so after a time', async () => {
    const forgetful = await another({ lookback: '0.001' })
    const live = await listen(v1(forgetful, `wantedDids=${anna.did}`))
    for (const text of ['soon', 'forgotten']) {
      await anna.post({ text })
      while (!(await live.next()).includes(text));
    }
    live.close()
    const { status, body } = await refusal(v2(forgetful, 'cursor=3'))
    assert.equal(status, 400)
    assert.equal(parse(body)['error'], 'CursorTooOld')
    const [one, two] = await Promise.all([listen(v1(forgetful, 'cursor=3')), listen(v2(forgetful, 'cursor=1600000000000000'))])
    const info = payload(await two.next())
    assert.equal(info['$type'], 'network.bsky.jetstream.subscribeEvents#info')
    assert.equal(info['name'], 'OutdatedCursor')
    assert.equal('seq' in info, false)
    await anna.post({ text: 'after the gap' })
    assert.equal(gist(await one.next()), `create ${posts} after the gap`)
    one.close()
    two.close()
  })
})

describe('compression', { skip: dictionaries.skip }, () => {
  const schemes = [['v1', v1, 'compress=true', 'legacy_subscribe.zdict'], ['v2', v2, 'zstdDictionary=20260811', 'subscribe_events_20260811.zdict']] as const
  for (const [version, address, parameter, file] of schemes)
    test(`${version}: the same frames as without`, async () => {
      const dictionary = await readFile(join(dictionaries.path, file))
      const [plain, packed] = await Promise.all([listen(address(bridge, 'cursor=1')), listen(address(bridge, `cursor=1&${parameter}`), dictionary)])
      assert.deepEqual(await packed.take(history), await plain.take(history))
      plain.close()
      packed.close()
    })

  test('v2 gives away its dictionary', async () => {
    const address = `${bridge.url.replace('ws', 'http')}/xrpc/network.bsky.jetstream.getZstdDictionary`
      const options = { signal: AbortSignal.timeout(5000), timeout: 5000, mostBytes: 1e6 }
    const given = await fetchOperator(address, options)
    assert.deepEqual([given.status, given.body.length, given.body.readUInt32LE(4)], [200, 65_536, 20260811])
    assert.equal((await fetchOperator(`${address}?id=1`, options)).status, 400)
  })

  test('v1 refuses two schemes at once, v2 an unknown dictionary', async () => {
    assert.match((await refusal(v1(bridge, 'compress=true'), { deflate: true })).body, /^choose one compression scheme: /)
    const { body } = await refusal(v2(bridge, 'zstdDictionary=1'))
    assert.equal(parse(body)['error'], 'UnknownZstdDictionary')
    assert.match(String(parse(body)['message']), /^unknown zstd dictionary id 1; current dictionary id is 20260811 \(/)
  })
})

describe('refusals, to the letter where the original was seen', () => {
  const plain = [
    ['wantedCollections=not_an_nsid', 'subscribe: invalid options: invalid collection: not_an_nsid\n'],
    ['wantedDids=nobody', 'subscribe: invalid options: invalid DID: nobody\n'],
    ['cursor=yesterday', 'subscribe: invalid cursor: "yesterday"\n'],
  ] as const
  for (const [query, body] of plain)
    test(`v1 ${query}`, async () => assert.deepEqual(await refusal(v1(bridge, query)), { status: 400, body }))

  const wrapped = [
    [`wantedCollections=${posts}`, 'subscribe: invalid options: wantedCollections is the legacy /subscribe parameter; use collections'],
    [`kinds=identity&collections=${posts}`, 'subscribe: invalid options: collections filter can never apply: kinds excludes commit'],
    ['kinds=likes', 'subscribe: invalid options: unknown kind "likes" (valid: commit, identity, account, sync)'],
    ['collections=single.*', 'subscribe: invalid options: invalid collection wildcard: single.*'],
  ] as const
  for (const [query, message] of wrapped)
    test(`v2 ${query}`, async () => {
      const { status, body } = await refusal(v2(bridge, query))
      assert.equal(status, 400)
      assert.deepEqual(parse(body), { error: 'InvalidRequest', message })
    })

  test('while it warms up: 503', async () => {
    const cold = await another({ 'warm-up': '600000' })
    assert.equal((await refusal(v1(cold))).status, 503)
    assert.equal(parse((await refusal(v2(cold))).body)['error'], 'ServiceUnavailable')
  })

  test('v1 closes after an options_update that makes no sense', async () => {
    for (const [said, code] of [['{"type":"options_update","payload":{"wantedDids":["nobody"]}}', 1008], ['no json', 1007]] as const) {
      const listener = await listen(v1(bridge))
      listener.say(said)
      assert.equal((await listener.closed).code, code)
    }
  })

  test('v2 closes whatever a client says', async () => {
    const listener = await listen(v2(bridge))
    listener.say('{}')
    assert.deepEqual(await listener.closed, { code: 1008, reason: 'unexpected data message' })
  })

  test('who is too slow is told so by v2, and closed', async () => {
    const strict = await another({ 'too-slow-after': '2' })
    const listener = await listen(v2(strict, 'cursor=1'))
    const [, , last] = await listener.take(3)
    assert.deepEqual(parse(last ?? ''), { $type: 'error', error: 'ConsumerTooSlow', message: 'reading below the floor rate; reconnect with cursor=3' })
    await listener.closed
  })
})

describe('what is left when it ends', () => {
  /** The numbers and texts of what a bridge has from a cursor on, up to the post with the last text. */
  async function collect(server: Jetstream, cursor: number, last: string): Promise<{ readonly seq: unknown; readonly gist: string }[]> {
    const listener = await listen(v1(server, `cursor=${cursor}&wantedDids=${anna.did}`))
    const seen = []
    for (;;) {
      const frame = await listener.next()
      seen.push({ seq: parse(frame)['cursor'], gist: gist(frame) })
      if (!frame.includes(`"text":"${last}"`)) continue
      listener.close()
      return seen
    }
  }

  test('SIGTERM: it goes on where it stopped, with what was written meanwhile', async () => {
    const server = await another({ flush: 'exit' })
    await anna.post({ text: 'before SIGTERM' })
    const seen = await collect(server, 1, 'before SIGTERM')
    await server.stop()
    await anna.post({ text: 'meanwhile' })
    await server.restart()
    const again = await collect(server, 1, 'meanwhile')
    assert.deepEqual(again.slice(0, seen.length), seen)
    assert.deepEqual(again.slice(seen.length).map(({ gist }) => gist), [`create ${posts} meanwhile`])
  })

  test('kill -9 where every event was flushed: the same', async () => {
    const server = await another({ flush: 'each' })
    await anna.post({ text: 'flushed' })
    const seen = await collect(server, 1, 'flushed')
    await server.kill()
    await anna.post({ text: 'while it was dead' })
    await server.restart()
    const again = await collect(server, 1, 'while it was dead')
    assert.deepEqual(again.slice(0, seen.length), seen)
    assert.equal(again.length, seen.length + 1)
  })

  test('kill -9 where nothing was flushed: all is lost, seq starts again, and an old seq is silently live', async () => {
    const server = await startBridge(pds, await mkdtemp(join(folder, 'bridge-')), { flush: 'exit' })
    open.defer(() => server.kill())
    await anna.post({ text: 'to be lost' })
    await collect(server, 1, 'to be lost')
    await server.kill()
    await server.restart()
    const stale = await listen(v1(server, 'cursor=50'))
    await anna.post({ text: 'a new life' })
    assert.deepEqual(await collect(server, 1, 'a new life'), [{ seq: 1, gist: `create ${posts} a new life` }])
    assert.equal(gist(await stale.next()), `create ${posts} a new life`)
    stale.close()
  })

  test('the PDS is killed and comes back: nothing is missing', async () => {
    await anna.post({ text: 'before the PDS died' })
    await pds.kill()
    await pds.restart()
    await anna.post({ text: 'after it came back' })
    const gists = (await collect(bridge, 1, 'after it came back')).map(({ gist }) => gist)
    assert.deepEqual(gists.slice(-2), [`create ${posts} before the PDS died`, `create ${posts} after it came back`])
  })
})
