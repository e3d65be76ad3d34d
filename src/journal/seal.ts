// Owns turning a closed segment into a sealed one, and a sealed one into a shorter one, so that at every moment of a power
// cut exactly one good copy counts: the new file is written and synced beside, its checksum is kept, then it takes the place.
import { copyFile, link, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checksum, readSeal, writeSeal } from './checksum.ts'
import { moveIntoPlace, type Disk } from './disk.ts'
import { nothingForgotten, type Forgotten } from './forget.ts'
import type { Position } from '../message/line.ts'
import { inTurn } from '../support/turns.ts'
import type { OnRead } from './lines.ts'
import type { Segment } from './port.ts'
import { isChanged, type DoRewrite, type Rewrite, type Rewritten } from './rewrite.ts'
import type { CrashPoint } from './writer.ts'

export interface SealOptions {
  readonly folder: string
  /** Where checksums are kept. */
  readonly seals: string
  /** Where what is no record lands when a segment is rewritten. */
  readonly quarantine: string
  readonly disk: Disk
  readonly rewrite: DoRewrite
  readonly crashPoint: (name: CrashPoint) => void
  readonly signal: AbortSignal
  /** Plain text in a gzip member of a segment. */
  readonly memberBytes?: number | undefined
  /** Told how many bytes of a segment that is rewritten were read. */
  readonly onRead?: OnRead
}

/** Where lines of a segment land that are no records. */
export const asideOf = (quarantine: string, { name }: Segment): string => join(quarantine, `${name.replace(/\.txt(\.gz)?$/, '')}.removed`)

/** Where a segment lands as it was that could not be read in full. A name that compaction unpacks, which takes text out of it as well. */
export const damagedOf = (quarantine: string, { name }: Segment): string => join(quarantine, name.replace(/\.txt\.gz$/, '.damaged.txt.gz'))

const sealedName = (name: string): string => (name.endsWith('.gz') ? name : `${name}.gz`)

/** Puts a finished file in its place; its checksum is kept first, so that whatever a crash leaves can be told whole from torn. */
export async function takePlace({ folder, seals, disk, crashPoint }: SealOptions, name: string, temporary: string, { bytes, sha256, records, last, members }: Rewritten): Promise<void> {
  crashPoint('after gzip')
  // A position that was given away is never given again, also where its record is not there any more.
  const before = await readSeal(seals, name)
  await writeSeal(seals, { name, bytes, sha256, records, last: Math.max(last, before?.last ?? 0), ...(members.length === 0 ? {} : { members }) })
  crashPoint('after checksum')
  await moveIntoPlace(disk, temporary, join(folder, name))
}

/** Runs what fills a temporary file; where that fails nothing is left of it, because the disk may be full. */
export async function orNothing<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Nobody else changes what was set aside of the segment before, while lines may be added to it. */
function rewriteAside(options: SealOptions, job: Omit<Rewrite, 'aside'>): Promise<Rewritten> {
  const aside = asideOf(options.quarantine, job.segment)
  return inTurn(aside, () => options.rewrite({ ...job, aside, memberBytes: options.memberBytes }, options.signal, options.onRead))
}

/** Compresses a closed plain segment and removes the plain file. */
export async function seal(options: SealOptions, segment: Segment): Promise<Rewritten> {
  const name = sealedName(segment.name)
  const temporary = join(options.folder, `${name}.tmp`)
  await mkdir(options.folder, { recursive: true })
  const done = await orNothing(temporary, async () => {
    const rewritten = await rewriteAside(options, { segment, target: temporary, forgotten: nothingForgotten, repair: false })
    await takePlace(options, name, temporary, rewritten)
    return rewritten
  })
  options.crashPoint('after seal')
  await options.disk.unlink(segment.path)
  return done
}

/** Keeps a segment aside as it is, whatever a crash does to it from then on: another name for it, or on another file system a copy. */
async function keepAside({ disk, quarantine }: SealOptions, segment: Segment): Promise<string> {
  await mkdir(quarantine, { recursive: true })
  const name = damagedOf(quarantine, segment)
  for (let n = 1; ; n++) {
    const kept = n === 1 ? name : name.replace(/\.txt\.gz$/, `-${n}.txt.gz`)
    try {
      await link(segment.path, kept)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      if (error.code === 'EEXIST') continue
      await copyFile(segment.path, kept)
      const copy = await open(kept, 'r+')
      try {
        await copy.sync()
      } finally {
        await copy.close()
      }
    }
    await disk.syncFolder(quarantine)
    return kept
  }
}

/** Keeps the checksum of a segment that is as it should be and has none, or another. */
async function sealAsItIs({ seals }: SealOptions, { name }: Segment, { bytes, sha256, records, last }: Rewritten): Promise<boolean> {
  const before = await readSeal(seals, name)
  if (before?.sha256 === sha256) return false
  await writeSeal(seals, { name, bytes, sha256, records, last: Math.max(last, before?.last ?? 0) })
  return true
}

export interface Resealed extends Rewritten {
  /** Where the file lies as it was, if it broke off. */
  readonly kept?: string
  /** The file stayed as it was and only its checksum was wrong or missing. */
  readonly resealed: boolean
}

/**
 * Rewrites a sealed segment without what is forgotten (or, to repair it, without damaged lines and what lies behind the place where it breaks off); `before` is
 * where the next one begins. Leaves it alone where nothing changes.
 */
export async function shorten(options: SealOptions, segment: Segment, before: Position | undefined, forgotten: Forgotten, repair: boolean): Promise<Resealed> {
  const temporary = `${segment.path}.tmp`
  return orNothing(temporary, async () => {
    const done = await rewriteAside(options, { segment, before, target: temporary, forgotten, repair })
    if (!isChanged(done)) return { ...done, resealed: repair && (await sealAsItIs(options, segment, done)) }
    options.crashPoint('before compacted')
    const kept = done.broken === '' ? undefined : await keepAside(options, segment)
    await takePlace(options, segment.name, temporary, done)
    options.crashPoint('after compacted')
    return { ...done, resealed: false, ...(kept === undefined ? {} : { kept }) }
  })
}

/** True where a file is whole: its bytes are those whose checksum was kept for the sealed segment of that name. */
export async function isWhole(seals: string, name: string, path: string): Promise<boolean> {
  const seal = await readSeal(seals, name)
  return seal !== undefined && seal.sha256 === (await checksum(path))
}
