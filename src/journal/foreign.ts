// Owns removing deleted text from what is not a segment: files that were imported, rejected, torn or set aside. Their other
// lines stay byte for byte.
import { createReadStream } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { moveIntoPlace, realDisk } from './disk.ts'
import { rememberForeign, type Forgotten } from './forget.ts'

const identity = (data: Buffer): Buffer => data
const chunkLines = 10_000

function packing(path: string): { readonly unpack: (file: Readable) => Readable; readonly pack: (data: Buffer) => Buffer } {
  if (path.endsWith('.gz')) return { unpack: (file) => file.pipe(createGunzip()), pack: (data) => gzipSync(data) }
  if (path.endsWith('.zst')) return { unpack: (file) => file.pipe(createZstdDecompress()), pack: (data) => zstdCompressSync(data) }
  return { unpack: (file) => file, pack: identity }
}

/** Rewrites one file without the lines that name what is forgotten; leaves it alone where there are none. Returns how many went. */
async function cleanFile(path: string, forgotten: Forgotten, signal: AbortSignal): Promise<number> {
  const { unpack, pack } = packing(path)
  const temporary = `${path}.tmp`
  const file = createReadStream(path)
  const out = await open(temporary, 'w', 0o644)
  let gone = 0
  let kept: string[] = []
  const flush = async () => {
    if (kept.length > 0) await out.write(pack(Buffer.from(`${kept.join('\n')}\n`)))
    kept = []
  }
  try {
    for await (const line of createInterface({ input: unpack(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      signal.throwIfAborted()
      if (rememberForeign(line, forgotten) === undefined) gone++
      else if (kept.push(line) >= chunkLines) await flush()
    }
    await flush()
    await out.sync()
  } finally {
    file.destroy()
    await out.close()
  }
  if (gone > 0) await moveIntoPlace(realDisk, temporary, path)
  else await rm(temporary, { force: true })
  return gone
}

/** Cleans every file of the folders; an unreadable one is passed to `onUnreadable` and left as it is. */
export async function cleanForeign(folders: readonly string[], isOurs: (name: string) => boolean, forgotten: Forgotten, onUnreadable: (path: string, reason: string) => void, signal: AbortSignal): Promise<number> {
  let gone = 0
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      if (isOurs(name) || name.endsWith('.tmp') || signal.aborted || !(await stat(path)).isFile()) continue
      try {
        gone += await cleanFile(path, forgotten, signal)
      } catch (error) {
        await rm(`${path}.tmp`, { force: true })
        onUnreadable(path, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return gone
}
