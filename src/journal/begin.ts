// Owns how the dumps are found at a start: what a crash interrupted is ended, torn ends are cut, and it is known where to go on.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '../message/line.ts'
import { readSeal } from './checksum.ts'
import type { DamageLog } from './damage.ts'
import { moveIntoPlace, type Disk } from './disk.ts'
import type { Segment } from './port.ts'
import { readSegment } from './read.ts'
import { cutTornEnd } from './recover.ts'
import { isWhole } from './seal.ts'
import type { WriterStart } from './writer.ts'

/**
 * Ends what a crash interrupted: what was complete and only had to take its place does so, the rest goes. Of a segment that
 * is there twice, the copy goes that is not proven whole.
 */
export async function clearLeftovers(folder: string, seals: string, disk: Disk): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue
    const path = join(folder, name)
    const sealed = name.slice(0, -'.tmp'.length)
    if (await isWhole(seals, sealed, path)) await moveIntoPlace(disk, path, join(folder, sealed))
    else await rm(path, { force: true })
  }
  const names = new Set(await readdir(folder))
  for (const name of names) {
    if (!name.endsWith('.txt') || !names.has(`${name}.gz`)) continue
    const sealed = join(folder, `${name}.gz`)
    await rm((await isWhole(seals, `${name}.gz`, sealed)) ? join(folder, name) : sealed)
  }
}

/** Cuts torn ends and finds where to go on: the last position, and the newest plain segment to write into. */
export async function recover(segments: readonly Segment[], seals: string, damage: DamageLog, onRecovered: (path: string, bytes: number) => void): Promise<WriterStart> {
  let last: Position = 0
  let open: WriterStart['open']
  for (const segment of segments) {
    if (segment.sealed) continue
    const recovery = await cutTornEnd(segment.path)
    if (recovery.cut > 0) onRecovered(segment.path, recovery.cut)
    if (recovery.bytes === 0) {
      await rm(segment.path)
      continue
    }
    last = Math.max(last, recovery.last)
    if (segment === segments.at(-1)) open = { name: segment.name, bytes: recovery.bytes }
  }
  const newest = segments.findLast(({ sealed }) => sealed)
  if (newest !== undefined && newest.from > last) {
    last = (await readSeal(seals, newest.name))?.last ?? 0
    if (last === 0) for await (const batch of readSegment(newest, 0, damage.report)) last = batch.last
    // A segment that cannot be read at all still must not be written over: its name bounds what was in it from below only.
    last = Math.max(last, newest.from)
  }
  return { last, open }
}
