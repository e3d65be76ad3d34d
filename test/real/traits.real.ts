// What a Jetstream was seen to do to its clients, and loklak must survive: refuse while it warms up, throw out who is slow,
// forget what is old, and lose its past. On our bridge, which can be told to.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isObject, type JsonObject } from '../../src/support/json.ts'
import type { Account } from './account.ts'
import { paths, startBridge, type Jetstream, type Traits } from './jetstream.ts'
import { refusal, textAt } from './listener.ts'
import { startLoklak, type Loklak } from './loklak.ts'
import { Oracle } from './oracle.ts'
import { startPds, type Pds } from './pds.ts'
import { settle } from './settle.ts'
import { until } from './until.ts'

const open = new AsyncDisposableStack()
after(() => open.disposeAsync())

let folder: string
let pds: Pds
let anna: Account
const oracle = new Oracle()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loklak-traits-'))
  open.defer(() => rm(folder, { recursive: true }))
  pds = await startPds(join(folder, 'pds'))
  open.defer(() => pds.stop())
  anna = oracle.watch(await pds.createAccount('anna'))
})

async function bridge(traits: Traits): Promise<Jetstream> {
  const started = await startBridge(pds, await mkdtemp(join(folder, 'bridge-')), traits)
  open.defer(() => started.kill())
  return started
}

async function collect(name: string, source: string, settings: Readonly<Record<string, string>> = {}): Promise<Loklak> {
  const collector = await startLoklak(name, await mkdtemp(join(folder, 'loklak-')), source, settings)
  open.defer(() => collector.kill())
  return collector
}

/** The first gap that loklak admits. */
const gapOf = (collector: Loklak): Promise<JsonObject> =>
  until(`${collector.name} admits a gap`, async () => {
    const { gaps } = await collector.source()
    const first: unknown = Array.isArray(gaps) ? gaps[0] : undefined
    return isObject(first) ? first : undefined
  })

for (const [name, path] of Object.entries(paths))
  describe(name, () => {
    test('it refuses while it warms up: loklak asks again until it does not', async () => {
      const cold = await bridge({ 'from-start': '', 'warm-up': '1500' })
      const collector = await collect(name, `${cold.url}${path}`, { 'source.bluesky.since': '-36h' })
      await settle(oracle, anna, [collector])
    })

    test('it throws loklak out as too slow: loklak goes on, and has everything once', async () => {
      const strict = await bridge({ 'from-start': '', 'too-slow-after': '3,1' })
      const collector = await collect(name, `${strict.url}${path}`, { 'source.bluesky.since': '-36h' })
      for (let n = 0; n < 10; n++) await anna.post({ text: `${name} ${n}` })
      await settle(oracle, anna, [collector])
      assert.equal((await collector.source())['reconnects'], 2)
    })

    test('it loses its past in a crash and numbers again: loklak goes on and admits a gap', async () => {
      const crashing = await bridge({ flush: 'exit' })
      const collector = await collect(name, `${crashing.url}${path}`)
      await collector.live()
      const before = new Oracle()
      const boris = oracle.watch(before.watch(await pds.createAccount(`boris-${name}`)))
      for (let n = 0; n < 5; n++) await boris.post({ text: `before ${n}` })
      await settle(before, boris, [collector])
      await crashing.kill()
      await crashing.restart()
      await until('loklak is back', async () => (await collector.source())['reconnects'] !== 0 ? true : undefined)
      await collector.live()
      const gap = await until('a gap', async () => {
        await boris.post({ text: 'after' })
        const { gaps } = await collector.source()
        const first: unknown = Array.isArray(gaps) ? gaps[0] : undefined
        return isObject(first) ? first : undefined
      })
      assert.ok(textAt(gap, 'from') < textAt(gap, 'to'))
      await settle(before, boris, [collector])
    })
  })

describe('v2', () => {
  test('it no longer has what loklak missed, and says so: loklak admits the gap, with its bounds', async () => {
    const forgetful = await bridge({ lookback: '2' })
    const collector = await collect('forgetful', `${forgetful.url}${paths.v2}`)
    await collector.live()
    const seen = await anna.post({ text: 'seen' })
    await until('it is there', () => collector.records().find((record) => record['cid'] === seen.cid))
    await collector.stop()
    const missed = await anna.post({ text: 'missed' })
    await until('it is forgotten', async () => ((await refusal(`${forgetful.url}${paths.v2}?cursor=2`).catch(() => undefined))?.status === 400 ? true : undefined))
    await collector.restart()
    await collector.live()
    const found = await anna.post({ text: 'found' })
    const gap = await gapOf(collector)
    assert.ok(collector.records().every((record) => record['cid'] !== missed.cid))
    assert.ok(collector.records().some((record) => record['cid'] === found.cid))
    assert.ok(textAt(gap, 'from') < textAt(gap, 'to'), JSON.stringify(gap))
    // What was missed lies in the gap.
    const at = collector.records().map((record) => textAt(record, 'timestamp'))
    assert.ok(textAt(gap, 'from') <= (at[1] ?? ''), JSON.stringify([gap, at]))
  })
})
