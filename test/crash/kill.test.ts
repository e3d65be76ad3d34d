// `kill -9` under load, at any moment: while lines are written, while segments are sealed and compacted, while the last crash
// is still being repaired. Chains of lives on one data folder each; an oracle judges the dumps after every one of them.
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../journal/fixtures.ts'
import { startLife, type Life } from './life.ts'
import { numbers } from './numbers.ts'
import type { Told } from './oracle.ts'
import { judgeFiles, judgeRecovery, judgeStart } from './recovery.ts'

const chains = [1, 2, 3, 4, 5]
const lives = 6
/** At most so many receipts are heard before the blow; none at all where it comes while the archive is being opened. */
const mostReceipts = 200

/** Lets a life write until it was heard `receipts` times, then kills it. */
async function strike(life: Life, receipts: number, acknowledged: Told[]): Promise<void> {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  let heard = 0
  life.begin((told) => {
    acknowledged.push(told)
    if (++heard >= receipts) resolve()
  })
  await Promise.race([enough, life.over])
  life.kill()
  const { signal, complaint } = await life.over
  assert.equal(signal, 'SIGKILL', `it died before it was killed: ${complaint}`)
}

/** Kills a life while it opens what the last one left. */
async function strikeEarly(life: Life, after: number, acknowledged: Told[]): Promise<void> {
  life.begin((told) => acknowledged.push(told))
  await sleep(after)
  life.kill()
  await life.over
}

async function chain(t: TestContext, seed: number): Promise<void> {
  const folder = await temporaryFolder()
  const random = numbers(seed)
  const acknowledged: Told[] = []
  let next = startLife(folder, 0, seed)
  t.after(() => next.kill())
  for (let n = 0; n < lives; n++) {
    const life = next
    // It loads while the other one writes.
    if (n + 1 < lives) next = startLife(folder, n + 1, seed)
    if (n % 4 === 3) await strikeEarly(life, random() * 60, acknowledged)
    else await strike(life, Math.floor(random() * mostReceipts), acknowledged)
    judgeFiles(folder, acknowledged)
    // Not after each: a crash must find the next start what it is, and what the last one left.
    if (n % 3 === 1) await judgeStart(folder, acknowledged)
  }
  await judgeRecovery(folder, acknowledged)
}

describe(`${chains.length * lives} times kill -9`, { concurrency: 3 }, () => {
  for (const seed of chains) test(`${lives} lives of one data folder, seed ${seed}`, (t) => chain(t, seed))
})
