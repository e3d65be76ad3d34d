// Owns turning a closed segment into a sealed one, and a sealed one into a shorter one, so that at every moment of a power
// cut exactly one good copy counts: the new file is written and synced beside, its checksum is kept, then it takes the place.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checksum, readSeal, writeSeal } from './checksum.ts'
import { moveIntoPlace, type Disk } from './disk.ts'
import { nothingForgotten, type Forgotten } from './forget.ts'
import type { Segment } from './port.ts'
import { rewriteInWorker, type Rewritten } from './rewrite.ts'
import type { CrashPoint } from './writer.ts'

export interface SealOptions {
  readonly folder: string
  /** Where checksums are kept. */
  readonly seals: string
  readonly disk: Disk
  readonly crashPoint: (name: CrashPoint) => void
  readonly signal: AbortSignal
}

const sealedName = (name: string): string => (name.endsWith('.gz') ? name : `${name}.gz`)

async function takePlace({ folder, seals, disk, crashPoint }: SealOptions, name: string, temporary: string, { bytes, sha256, records, last }: Rewritten): Promise<void> {
  crashPoint('after gzip')
  await writeSeal(seals, { name, bytes, sha256, records, last })
  crashPoint('after checksum')
  await moveIntoPlace(disk, temporary, join(folder, name))
}

/** Compresses a closed plain segment and removes the plain file. */
export async function seal(options: SealOptions, segment: Segment): Promise<Rewritten> {
  const name = sealedName(segment.name)
  const temporary = join(options.folder, `${name}.tmp`)
  await mkdir(options.folder, { recursive: true })
  const done = await rewriteInWorker({ segment, target: temporary, forgotten: nothingForgotten, repair: false }, options.signal)
  await takePlace(options, name, temporary, done)
  options.crashPoint('after seal')
  await options.disk.unlink(segment.path)
  return done
}

/** Rewrites a sealed segment without what is forgotten (or, to repair it, without damaged lines). Leaves it alone where nothing changes. */
export async function shorten(options: SealOptions, segment: Segment, forgotten: Forgotten, repair: boolean): Promise<Rewritten> {
  const temporary = `${segment.path}.tmp`
  const done = await rewriteInWorker({ segment, target: temporary, forgotten, repair }, options.signal)
  if (done.changed === 0 && done.damaged.length === 0) {
    await rm(temporary, { force: true })
    return done
  }
  options.crashPoint('before compacted')
  await takePlace(options, segment.name, temporary, done)
  options.crashPoint('after compacted')
  return done
}

/** True where a sealed file is whole: its bytes are those whose checksum was kept. */
export async function isWhole(seals: string, segment: Segment): Promise<boolean> {
  const seal = await readSeal(seals, segment.name)
  return seal !== undefined && seal.sha256 === (await checksum(segment.path))
}
