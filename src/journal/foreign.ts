// Owns removing deleted text from what is not a segment: files that were imported, rejected, torn or set aside. Their other
// lines stay byte for byte. Whoever wrote them may have been hostile: of no file more than a few megabytes are held.
import { open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough, Readable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { inTurn } from '../support/turns.ts'
import { BrokenPack, unpacked } from '../support/unpack.ts'
import { moveIntoPlace, realDisk } from './disk.ts'
import { namesForgotten } from './forget-foreign.ts'
import type { Forgotten } from './forget.ts'

/** A longer line was never taken in; it is looked at in pieces of this size. */
const maxPiece = 4 * 1024 * 1024
const newline = 0x0a

/** What a kill leaves of a file that was being written anew, or copied to where it belongs. */
const isUnfinished = (name: string): boolean => /^\.[a-z]+\.tmp$/.test(name)

/** The bytes of a file line by line, each with its newline. A file that breaks off ends there, and `onBroken` is told why. */
async function* linesOf(path: string, onBroken: (reason: string) => void, signal: AbortSignal): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
  try {
    for await (const chunk of unpacked(path, () => undefined, signal)) {
      let from = 0
      for (let to = chunk.indexOf(newline) + 1; to > 0; from = to, to = chunk.indexOf(newline, from) + 1) {
        const piece = chunk.subarray(from, to)
        yield rest.length === 0 ? piece : Buffer.concat([...rest, piece])
        rest = []
        restBytes = 0
      }
      if (from < chunk.length) rest.push(chunk.subarray(from))
      restBytes += chunk.length - from
      if (restBytes <= maxPiece) continue
      yield Buffer.concat(rest)
      rest = []
      restBytes = 0
    }
  } catch (error) {
    if (!(error instanceof BrokenPack)) throw error
    onBroken(error.message)
  }
  if (rest.length > 0) yield Buffer.concat(rest)
}

const packer = (path: string): Duplex => (path.endsWith('.gz') ? createGzip() : path.endsWith('.zst') ? createZstdCompress() : new PassThrough())

/** Writes the lines that stay beside the file, and puts that in its place. */
async function writeAnew(path: string, lines: AsyncIterable<Buffer>): Promise<void> {
  // A name of its own: with an ending, that of the file could be too long.
  const temporary = join(dirname(path), '.cleaned.tmp')
  try {
    const out = await open(temporary, 'w', 0o644)
    try {
      await pipeline(Readable.from(lines), packer(path), async (packed: AsyncIterable<Buffer>) => {
        for await (const chunk of packed) await out.writeFile(chunk)
      })
      await out.sync()
    } finally {
      await out.close()
    }
    await moveIntoPlace(realDisk, temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Rewrites one file without the lines that name what is forgotten; leaves it alone where there are none. Of one that breaks off what can be read
 * is kept then: nobody could take the text out of the rest. Returns how many lines went.
 */
async function cleanFile(path: string, forgotten: Forgotten, onBroken: (reason: string) => void, signal: AbortSignal): Promise<number> {
  const goes = (line: Buffer): boolean => namesForgotten(line.toString('utf8'), forgotten)
  let gone = 0
  let broken: string | undefined
  for await (const line of linesOf(path, (reason) => (broken = reason), signal)) if (goes(line)) gone++
  if (broken !== undefined) onBroken(gone === 0 ? broken : `${broken}; what can be read of it is kept`)
  if (gone === 0) return 0
  async function* kept(): AsyncGenerator<Buffer> {
    for await (const line of linesOf(path, () => undefined, signal)) if (!goes(line)) yield line
  }
  await writeAnew(path, kept())
  return gone
}

/** Whether there is a file of that name; a name that leads nowhere, a folder or a pipe is none. */
const isFile = (path: string): Promise<boolean> => stat(path).then((info) => info.isFile(), () => false)

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export interface ForeignFolder {
  readonly path: string
  /** Files in it that are left alone. */
  readonly isOurs?: (name: string) => boolean
}

export interface Cleaned {
  /** Lines that went. */
  readonly gone: number
  /** Files that could not be read or written anew, and still have what was in them. */
  readonly failed: number
}

/** Cleans every file of the folders; one that is broken or could not be cleaned is passed to `onTrouble`. */
export async function cleanForeign(folders: readonly ForeignFolder[], forgotten: Forgotten, onTrouble: (path: string, reason: string) => void, signal: AbortSignal): Promise<Cleaned> {
  let gone = 0
  let failed = 0
  for (const { path: folder, isOurs } of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      if (signal.aborted) return { gone, failed }
      if (isOurs?.(name) === true || isUnfinished(name) || !(await isFile(path))) continue
      try {
        // What is written as `.new` is in the hands of whoever replaces the file.
        gone += await inTurn(path.replace(/\.new$/, ''), () => cleanFile(path, forgotten, (reason) => onTrouble(path, reason), signal))
      } catch (error) {
        if (signal.aborted || isGone(error)) continue
        failed++
        onTrouble(path, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return { gone, failed }
}

/** Removes what a kill left half-done in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) if (isUnfinished(name)) await rm(join(folder, name), { recursive: true, force: true })
}
