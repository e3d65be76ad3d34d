// A server whose disk is full says so, waits, loses nothing and goes on by itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import type { Draft } from '../../src/intake/port.ts'
import type { Blockage } from '../../src/journal/port.ts'
import { idOf, postFrame, startJetstream } from '../e2e/jetstream.ts'
import { ask, at, following, get, serve, until } from '../e2e/program.ts'
import { failingDisk, temporaryFolder } from '../journal/fixtures.ts'
import { Happenings } from '../support/waiting.ts'
import { readDumps } from './dumps.ts'
import { withArchive } from './recovery.ts'

/** A file system of its own in memory, so that nothing else on the machine runs out of space. Gives why there can be none. */
function mountSmallDisk(t: TestContext, folder: string, megabytes: number): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can mount a small disk'
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    return `no small disk can be mounted here: ${error instanceof Error ? error.message : String(error)}`
  }
  t.after(() => execFileSync('umount', ['--lazy', folder]))
  return undefined
}

/** Leaves so many bytes free. */
function fill(folder: string, free: number): string {
  const file = join(folder, 'filler')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(file, Buffer.alloc(bavail * bsize - free))
  return file
}

const posts = 4000
const text = 'this post takes some room on the disk '.repeat(12)

test('a server on a full disk says why it stores nothing, and stores everything once there is space', async (t) => {
  const folder = await temporaryFolder()
  const lacking = mountSmallDisk(t, folder, 32)
  if (lacking !== undefined) return t.skip(lacking)
  const jetstream = await startJetstream(t)
  const server = await serve(t, folder, following(jetstream.url))
  const status = () => ask(`${server.url}/api/status.json`)
  await until('a connection', () => jetstream.asked[0], server)
  const filler = fill(folder, 1_000_000)

  const time = Date.now() * 1000
  for (let n = 0; n < posts; n++) jetstream.publish(time + n, postFrame(time + n, `post-${n}`, `${n} ${text}`))
  const full = await until('a full disk', async () => {
    const found = await status()
    return at(found, 'journal', 'blockage', 'reason') === 'disk full' ? found : undefined
  }, server)
  assert.equal(at(full, 'collecting', 'storing'), false)
  assert.match(String(at(full, 'collecting', 'reason')), /^disk full: ENOSPC/)
  assert.match((await get(`${server.url}/api/health/ready`)).body, /disk full: ENOSPC/)
  assert.equal((await get(`${server.url}/api/health/live`)).status, 200)

  rmSync(filler)
  await until('everything stored', async () => (at(await status(), 'journal', 'records', 'I') === posts ? true : undefined), server)
  assert.equal(at(await status(), 'collecting', 'storing'), true)
  assert.doesNotMatch((await get(`${server.url}/api/health/ready`)).body, /disk full/)
  server.signal()
  assert.equal((await server.ended).code, 0)
  assert.deepEqual(readDumps(folder, 'recovery').map(({ id }) => id), Array.from({ length: posts }, (_, n) => idOf(`post-${n}`)))
})

const draft: Draft = { kind: 'message', message: { id_str: 'test:1', text: 'test:1 version 1', network: 'test', user: { screen_name: 'ann' } } }

/** What an archive says of its blockage, one after the other; `next` waits for it. */
function hearing(): { readonly onBlocked: (blockage: Blockage | null) => void; next(): Promise<string> } {
  const said = new Happenings<string>()
  return { onBlocked: (blockage) => said.push(blockage === null ? 'storing' : `${blockage.reason}: ${blockage.detail}`), next: () => said.next() }
}

test('an offer waits while the disk takes no dumps, and is stored once when it does', async () => {
  const folder = await temporaryFolder()
  const { disk, fail } = failingDisk()
  const heard = hearing()
  await withArchive(folder, async ({ intake }) => {
    const offer = () => intake.offer([draft], { source: 'test', imported: false })
    fail('sync', 'ENOSPC')
    const offers = Promise.all([offer(), offer()])
    assert.match(await heard.next(), /^disk full: ENOSPC/)
    fail('sync', undefined)
    assert.deepEqual((await offers).flat().map(({ outcome }) => outcome), ['new', 'known'])
    assert.equal(await heard.next(), 'storing')
  }, { disk, onBlocked: heard.onBlocked })
  assert.deepEqual(readDumps(folder, 'recovery').map(({ op, id }) => [op, id]), [['I', 'test:1']])
})

test('while the disk takes dumps but not what is known, what is stored is acknowledged, and nothing more is decided', async () => {
  const folder = await temporaryFolder()
  const heard = hearing()
  await withArchive(folder, async ({ intake, journal, folder: { state } }) => {
    const offer = () => intake.offer([draft], { source: 'test', imported: false })
    const other = new DatabaseSync(join(state, 'known.db'))
    other.exec('BEGIN IMMEDIATE')
    assert.equal((await offer())[0]?.outcome, 'new')
    const second = offer()
    assert.match(await heard.next(), /^i\/o error: state\/known\.db: database is locked/)
    assert.equal(journal.blockage()?.reason, 'i/o error')
    other.close()
    assert.equal((await second)[0]?.outcome, 'known')
    assert.equal(await heard.next(), 'storing')
    assert.equal(journal.blockage(), null)
  }, { onBlocked: heard.onBlocked })
  assert.deepEqual(readDumps(folder, 'recovery').map(({ op, id }) => [op, id]), [['I', 'test:1']])
})
