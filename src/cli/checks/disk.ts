// Owns the check of the disk under the data folder: how much is free, and how long it takes to make a write durable.
import { join } from 'node:path'
import type { Disk } from '../../journal/disk.ts'
import { fail, ok, reasonOf, warn, type Finding } from './check.ts'

const syncs = 9
/** A sync that takes longer (flash cards, network file systems), in milliseconds, is worth a mention. */
const slow = 50

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** `floor` is how much of so many bytes must stay free. */
export async function checkSpace(disk: Disk, folder: string, floor: (total: number) => number): Promise<Finding> {
  const { free, total } = await disk.space(folder)
  const needed = floor(total)
  const found = `${gigabytes(free)} of ${gigabytes(total)} free; collecting pauses below ${gigabytes(needed)} (disk.floor)`
  if (free < needed) return fail('disk space', found, 'Free some space, set retention.size or retention.age, or put data.path on a larger disk.')
  if (free < needed * 2) return warn('disk space', found, 'It will be full soon: set retention.size or retention.age, or use a larger disk.')
  return ok('disk space', found)
}

/** The median time of a small synced write in a folder, in milliseconds. */
async function medianSync(disk: Disk, folder: string, clock: () => number): Promise<number> {
  const path = join(folder, `.loklak-doctor-${process.pid}`)
  const file = await disk.append(path)
  const times: number[] = []
  try {
    for (let i = 0; i < syncs; i++) {
      const before = clock()
      await file.write(Buffer.alloc(4096, 'x'))
      await file.sync()
      times.push(clock() - before)
    }
  } finally {
    await file.close()
    await disk.unlink(path)
  }
  return times.sort((a, b) => a - b)[Math.floor(syncs / 2)] ?? 0
}

/** `clock` counts milliseconds. */
export async function checkSync(disk: Disk, folder: string, clock: () => number): Promise<Finding> {
  try {
    const median = await medianSync(disk, folder, clock)
    const found = `${median.toFixed(1)} ms to make a write durable`
    if (median <= slow) return ok('disk sync', found)
    return warn('disk sync', found, 'Messages are acknowledged that late. On a flash card, journal.sync.interval=1s spares it.')
  } catch (error) {
    return fail('disk sync', reasonOf(error), 'The disk does not take writes: see whether it is mounted read-only, full or broken.')
  }
}
