// Owns removing deleted text from what is not a segment: files that were imported, rejected, torn or set aside. Their other
// lines stay byte for byte. Whoever wrote them may have been hostile: of no file more than a few megabytes are held.
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { unpacked } from '../support/unpack.ts'
import { moveIntoPlace, realDisk } from './disk.ts'
import { rememberForeign, type Forgotten } from './forget.ts'

/** A longer line was never taken in; it is looked at in pieces of this size. */
const maxPiece = 4 * 1024 * 1024
const newline = 0x0a

/** The bytes of a file line by line, each with its newline. */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
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
  if (rest.length > 0) yield Buffer.concat(rest)
}

const staysIn = (forgotten: Forgotten) => (line: Buffer): boolean => rememberForeign(line.toString('utf8'), forgotten) !== undefined

async function countGone(path: string, stays: (line: Buffer) => boolean, signal: AbortSignal): Promise<number> {
  let gone = 0
  for await (const line of linesOf(path, signal)) if (!stays(line)) gone++
  return gone
}

async function* keptLines(path: string, stays: (line: Buffer) => boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const line of linesOf(path, signal)) if (stays(line)) yield line
}

const packer = (path: string): Duplex => (path.endsWith('.gz') ? createGzip() : path.endsWith('.zst') ? createZstdCompress() : new PassThrough())

/** Rewrites one file without the lines that name what is forgotten; leaves it alone where there are none. Returns how many went. */
async function cleanFile(path: string, forgotten: Forgotten, signal: AbortSignal): Promise<number> {
  const stays = staysIn(forgotten)
  const gone = await countGone(path, stays, signal)
  if (gone === 0) return 0
  const temporary = `${path}.tmp`
  try {
    const out = await open(temporary, 'w', 0o644)
    try {
      await pipeline(Readable.from(keptLines(path, stays, signal)), packer(path), async (packed: AsyncIterable<Buffer>) => {
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
  return gone
}

/** Whether there is a file of that name; a name that leads nowhere, a folder or a pipe is none. */
const isFile = (path: string): Promise<boolean> => stat(path).then((info) => info.isFile(), () => false)

/** Cleans every file of the folders; an unreadable one is passed to `onUnreadable` and left as it is. */
export async function cleanForeign(folders: readonly string[], isOurs: (name: string) => boolean, forgotten: Forgotten, onUnreadable: (path: string, reason: string) => void, signal: AbortSignal): Promise<number> {
  let gone = 0
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      if (signal.aborted) return gone
      if (isOurs(name) || name.endsWith('.tmp') || !(await isFile(path))) continue
      try {
        gone += await cleanFile(path, forgotten, signal)
      } catch (error) {
        if (!signal.aborted) onUnreadable(path, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return gone
}
