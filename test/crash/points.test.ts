// Every named place where a process may die between two effects on the disk is visited: the process dies there, and the next
// start finds everything that was acknowledged.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crashPoints, type CrashPoint } from '../../src/journal/writer.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { startLife } from './life.ts'
import type { Told } from './oracle.ts'
import { judgeFiles, judgeRecovery, loseKnown } from './recovery.ts'

/** The how-manieth time it dies there: late enough that something is lost if it can be. A point that is missing here does not compile. */
const passes: Readonly<Record<CrashPoint, number>> = {
  'before write': 20,
  'after write': 20,
  'after sync': 20,
  'after rotate': 2,
  'after gzip': 1,
  'after checksum': 1,
  'after seal': 1,
  'before compacted': 1,
  'after compacted': 1,
  'after remainder': 1,
  'after rows': 1,
  'after removed': 1,
}

const ofRetention = new Set<CrashPoint>(['after remainder', 'after rows', 'after removed'])

describe('a process that dies', { concurrency: 3 }, () => {
  for (const point of crashPoints) {
    test(point, async (t) => {
      const folder = await temporaryFolder()
      const acknowledged: Told[] = []
      const life = startLife(folder, 0, 1, { LOKLAK_CRASH_AT: `${point}:${passes[point]}` })
      t.after(life.kill)
      life.begin((told) => acknowledged.push(told))
      const { signal, complaint } = await life.over
      assert.equal(signal, 'SIGKILL', `it did not die by its own hand: ${complaint}`)
      assert.ok(acknowledged.length > 0, 'nothing was acknowledged before it died')
      judgeFiles(folder, acknowledged)
      // What retention leaves is all that its ids can be had from.
      if (ofRetention.has(point)) loseKnown(folder)
      await judgeRecovery(folder, acknowledged)
    })
  }
})
