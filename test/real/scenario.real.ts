// The whole way on real servers: people at a real PDS write, edit, delete, move and leave; a Jetstream brings it to loklak,
// one process for each wire; every part is killed and started again mid-way. What the dumps say is compared with books
// that were kept while it happened.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sharedData } from '../shared-data.ts'
import type { Account } from './account.ts'
import { paths, startJetstream, type Jetstream, type Traits } from './jetstream.ts'
import { textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { Oracle } from './oracle.ts'
import { startPds, type Pds } from './pds.ts'
import { writeRichPost } from './rich-post.ts'
import { find, has, settle as settleAll } from './settle.ts'
import { until } from './until.ts'

const dictionaries = sharedData('data/bluesky')
const withDictionaries: Traits = dictionaries.skip === false ? { dictionaries: dictionaries.path } : {}
/** Each way to listen, with what `source.bluesky.*` says of it. */
const wires = [
  { name: 'v1', path: paths.v1, compress: 'false' },
  { name: 'v2', path: paths.v2, compress: 'false' },
  { name: 'v2 compressed', path: paths.v2, compress: 'true' },
]

const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

let folder: string
let pds: Pds
let jetstream: Jetstream
let collectors: readonly Loklak[]
const oracle = new Oracle()
let anna: Account
let boris: Account
let clara: Account
let dora: Account

const enrol = async (name: string): Promise<Account> => oracle.watch(await pds.createAccount(name))

const settle = (): Promise<void> => settleAll(oracle, anna, collectors)

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-scenario-'))
  open.defer(() => rm(folder, { recursive: true }))
  pds = await startPds(join(folder, 'pds'))
  open.defer(() => pds.stop())
  jetstream = await startJetstream(pds, join(folder, 'jetstream'), { 'from-start': '', replayed: '104', ...withDictionaries })
  open.defer(() => jetstream.stop())
  collectors = await Promise.all(
    wires.map(async ({ name, path, compress }) => {
      const data = join(folder, name.replace(' ', '-'))
      const collector = await startLoklak(name, data, `${jetstream.url}${path}`, { 'source.bluesky.compress': compress })
      open.defer(() => collector.kill())
      await collector.live()
      return collector
    }),
  )
})

describe('what happens is in the dumps', () => {
  test('accounts are opened and write', async () => {
    anna = await enrol('anna')
    boris = await enrol('boris')
    clara = await enrol('clara')
    dora = await enrol('dora')
    await anna.post({ text: 'hello' })
    await boris.postTogether([{ text: 'one' }, { text: 'two' }, { text: 'three' }])
    await clara.post({ text: 'from the past', createdAt: '2011-01-01T00:00:00.000Z' })
    await clara.post({ text: 'from the future', createdAt: '2099-01-01T00:00:00.000Z' })
    await dora.post({ text: '' , embed: { $type: 'app.bsky.embed.external', external: { uri: 'https://example.org/a', title: 'T', description: 'D' } } })
    await settle()
  })

  test('what is no post is not kept', async () => {
    await boris.write('app.bsky.graph.follow', { subject: anna.did, createdAt: new Date().toISOString() })
    await settle()
  })

  test('posts are edited and deleted', async () => {
    const edited = await anna.post({ text: 'frist' })
    await anna.edit(edited.rkey, { text: 'first' })
    await anna.edit(edited.rkey, { text: 'first, and last' })
    const gone = await boris.post({ text: 'regretted' })
    await boris.remove(gone.rkey)
    const both = await clara.post({ text: 'draft' })
    await clara.edit(both.rkey, { text: 'better draft' })
    await clara.remove(both.rkey)
    await settle()
  })

  test('profiles are written, handles change', async () => {
    await anna.describe({ displayName: 'Anna Ä. 安娜' })
    await boris.rename('boris-the-second')
    await settle()
  })

  test('accounts are deactivated and taken down, and some come back', async () => {
    await boris.deactivate()
    await boris.activate()
    await clara.takeDown(true)
    await clara.takeDown(false)
    await dora.deactivate()
    await settle()
  })

  test('accounts that are deleted stay deleted', async () => {
    const emil = await enrol('emil')
    await emil.post({ text: 'leaving' })
    await settle()
    await emil.erase()
    await settle()
  })

  test('a post arrives with everything that it says', async () => {
    const root = await boris.post({ text: 'root' })
    const { written, picture, message } = await writeRichPost(anna, boris, root)
    await settle()
    for (const collector of collectors) {
      const kept = find(collector, 'I', written)
      assert.partialDeepStrictEqual(kept, message, collector.name)
      assert.match(JSON.stringify(kept?.['images']), new RegExp(picture))
    }
  })

  test('a claim from the future or before social networks is clamped, and kept as it was made', async () => {
    for (const collector of collectors) {
      const future = collector.records().find((record) => record['text'] === 'from the future')
      assert.equal(future?.['created_at_claimed'], '2099-01-01T00:00:00.000Z')
      assert.ok(Date.parse(textAt(future, 'created_at')) <= Date.now())
      const past = collector.records().find((record) => record['text'] === 'from the past')
      assert.equal(past?.['created_at'], '2011-01-01T00:00:00.000Z')
      assert.equal(past?.['created_at_claimed'], undefined)
    }
  })
})

describe('whatever is killed', () => {
  /** Something of everything, as it would happen at any time. */
  async function live(): Promise<void> {
    const post = await anna.post({ text: 'life goes on' })
    await anna.edit(post.rkey, { text: 'life goes on and on' })
    const gone = await boris.post({ text: 'or not' })
    await boris.remove(gone.rkey)
    await clara.takeDown(true)
    await clara.takeDown(false)
    await boris.rename(`boris-${oracle.posts.size}`)
  }

  test('loklak: kill -9, and back', async () => {
    await live()
    await Promise.all(collectors.map((collector) => collector.kill()))
    await live()
    await Promise.all(collectors.map((collector) => collector.restart()))
    await settle()
  })

  test('loklak: kill -9 while posts pour in', async () => {
    let enough = false
    const pour = async (): Promise<void> => {
      for (let n = 0; n < 2000 && !enough; n++) {
        const { rkey } = await boris.post({ text: `pouring ${n}` })
        if (n % 4 === 0) await boris.edit(rkey, { text: `pouring ${n}, edited` })
        if (n % 5 === 0) await boris.remove(rkey)
      }
    }
    const poured = pour()
    for (const collector of collectors) {
      const before = collector.records().length
      await until(`${collector.name} takes some`, () => (collector.records().length > before ? true : undefined))
      await collector.kill()
      await collector.restart()
    }
    enough = true
    await poured
    await settle()
  })

  test('loklak: stopped and started again', async () => {
    for (const collector of collectors) assert.equal(await collector.stop(), 0, collector.name)
    await live()
    await Promise.all(collectors.map((collector) => collector.restart()))
    await settle()
  })

  test('what loklak already has and is sent again is not written again', async () => {
    await clara.takeDown(true)
    await clara.takeDown(false)
    await settle()
    await Promise.all(collectors.map((collector) => collector.kill()))
    const had = collectors.map((collector) => collector.records().length)
    await Promise.all(collectors.map((collector) => collector.restart()))
    await settle()
    for (const [at, collector] of collectors.entries()) {
      const written = collector.records().slice(had[at]).map((record) => `${textAt(record, '$P')} ${textAt(record, 'text')}${textAt(record, 'author', 'handle')} ${textAt(record, 'author', 'state')}`.trim())
      assert.deepEqual(written, ['I and that was that'], collector.name)
    }
  })

  test('the Jetstream: SIGTERM, and back', async () => {
    await live()
    await jetstream.stop()
    await live()
    await jetstream.restart()
    await settle()
  })

  test('the PDS: kill -9, and back', async () => {
    await live()
    await pds.kill()
    await pds.restart()
    await live()
    await settle()
  })

  test('all of them, one after the other', async () => {
    await live()
    await Promise.all([jetstream.stop(), ...collectors.map((collector) => collector.kill())])
    await live()
    await pds.kill()
    await pds.restart()
    await Promise.all(collectors.map((collector) => collector.restart()))
    await jetstream.restart()
    await live()
    await settle()
  })
})

describe('who comes later', () => {
  test('takes what the server still has, where told to, and otherwise what comes from now on', async () => {
    const late = async (name: string, settings: Readonly<Record<string, string>>): Promise<Loklak> => {
      const collector = await startLoklak(name, join(folder, name), `${jetstream.url}${paths.v2}`, settings)
      open.defer(() => collector.kill())
      await collector.live()
      return collector
    }
    const [historian, newcomer] = await Promise.all([late('historian', { 'source.bluesky.since': '-36h' }), late('newcomer', {})])
    await settleAll(oracle, anna, [historian])
    const last = await anna.post({ text: 'for the newcomer' })
    await has(newcomer, last)
    assert.deepEqual(newcomer.records().map((record) => record['text']), ['and that was that', 'for the newcomer'])
  })
})

describe('in the end', () => {
  test('no gap was claimed, since there was none', async () => {
    for (const collector of collectors) assert.deepEqual((await collector.source())['gaps'], [], collector.name)
  })

  test('positions rise through all dumps, and loklak finds them sound', async () => {
    for (const collector of collectors) {
      const positions = collector.records().map((record) => Number(record['$T']))
      assert.ok(positions.every((position, at) => at === 0 || position > (positions[at - 1] ?? 0)), collector.name)
      assert.equal(await collector.stop(), 0)
      const { code, output } = await collector.command('dump', 'verify')
      assert.equal(code, 0, output)
    }
  })
})
