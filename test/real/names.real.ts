// Who wrote it: loklak asks the service that knows accounts (here a fake of it over the real PDS's accounts) for those that
// it meets, keeps their posts whether that answers or not, and heeds who asks not to be shown.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { JsonObject } from '../../src/support/json.ts'
import type { Account } from './account.ts'
import { startAppView, type AppView } from './appview.ts'
import { paths, startJetstream } from './jetstream.ts'
import { textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { startPds, type Pds } from './pds.ts'
import { find, has } from './settle.ts'
import { until } from './until.ts'

const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

let pds: Pds
let appview: AppView
let collector: Loklak
const people = new Map<string, Account>()

function person(name: string): Account {
  const account = people.get(name)
  if (account === undefined) throw new Error(`who is ${name}?`)
  return account
}

/** The newest record of an author that fits. */
const author = (account: Account, fits: (author: JsonObject) => boolean): Promise<JsonObject> =>
  until(`${account.handle()} is known`, () => {
    const newest = collector.records().findLast((record) => textAt(record, 'author', 'key') === account.did)
    const { author } = newest ?? {}
    return typeof author === 'object' && author !== null && fits({ ...author }) ? { ...author } : undefined
  }, { describe: collector.output })

const wish = { labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: '!no-unauthenticated' }] } }

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-names-'))
  open.defer(() => rm(folder, { recursive: true }))
  pds = await startPds(join(folder, 'pds'))
  open.defer(() => pds.stop())
  appview = await startAppView(pds.url)
  open.defer(() => appview.stop())
  // All of them are there before loklak comes, so that no event tells it who they are.
  for (const name of ['anna', 'boris', 'shy', 'late']) people.set(name, await pds.createAccount(name))
  await person('anna').describe({ displayName: 'Anna Ä.' })
  await person('shy').describe({ displayName: 'Shy', ...wish })
  const jetstream = await startJetstream(pds, join(folder, 'jetstream'))
  open.defer(() => jetstream.kill())
  collector = await startLoklak('loklak', join(folder, 'loklak'), `${jetstream.url}${paths.v1}`, { 'source.bluesky.appview.url': appview.url })
  open.defer(() => collector.kill())
  await collector.live()
})

test('an author is met by a post, and asked for', async () => {
  const [one, two] = await Promise.all([person('anna').post({ text: 'hello' }), person('boris').post({ text: 'hello' })])
  await Promise.all([has(collector, one), has(collector, two)])
  assert.equal((await author(person('anna'), ({ handle }) => handle === 'anna.test'))['name'], 'Anna Ä.')
  await author(person('boris'), ({ handle }) => handle === 'boris.test')
  assert.ok(appview.asked.every((actors) => actors.length <= 25))
})

test('a post names its author by the key, which stays, and a new handle is learned from the network', async () => {
  await person('boris').rename('boris-elsewhere')
  await author(person('boris'), ({ handle }) => handle === 'boris-elsewhere.test')
  const again = await person('boris').post({ text: 'still me' })
  assert.equal(textAt(await has(collector, again), 'user', 'user_id'), person('boris').did)
})

test('who asks not to be shown is not kept once that is known, and kept again when they no longer ask', async () => {
  const shy = person('shy')
  await shy.post({ text: 'nobody knows yet' })
  await author(shy, ({ state }) => state === 'hidden')
  const withheld = await shy.post({ text: 'not for everybody' })
  await shy.describe({ displayName: 'Not so shy' })
  await author(shy, ({ state }) => state === 'active')
  await has(collector, await shy.post({ text: 'for everybody' }))
  assert.equal(find(collector, 'I', withheld), undefined)
  await shy.describe({ displayName: 'Shy again', ...wish })
  await author(shy, ({ state }) => state === 'hidden')
})

test('without the service posts are kept all the same, and it is asked again when it is back', async () => {
  const { port } = appview
  await appview.stop()
  const post = await person('late').post({ text: 'who am I?' })
  assert.equal(textAt(await has(collector, post), 'user', 'user_id'), person('late').did)
  appview = await startAppView(pds.url, port)
  await author(person('late'), ({ handle }) => handle === 'late.test')
})
