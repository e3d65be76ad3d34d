// Owns reading a file that may be packed, plain where it ends neither in .gz nor .zst, and bounded whatever is in it: what
// unpacks to far more than text can was made to fill a disk or a memory.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** Text packs to a tenth; what grows more than this, past its first megabyte, is no text. */
const maxGrowth = 200
const growthFrom = 1024 * 1024
/** Past so many frames of zstd, each has to have so many bytes on average: what is cut finer was made to hold us up. */
const frameLimitFrom = 1_000
const leastFrame = 256

/** A packed file that cannot be unpacked any further: it is broken, or a bomb. */
export class BrokenPack extends Error {}

/** Whether it is the unpacker that says so, and not the disk. */
export const breaksOff = (error: unknown): error is Error => error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code))

/** Unpacks a file from a byte on; returns up to which byte, which is not its end where zstd reached the end of a frame. */
async function* unpackedFrom(path: string, from: number, onTaken: (taken: number, chunk: Buffer) => void, signal: AbortSignal): AsyncGenerator<Buffer, number> {
  const file = createReadStream(path, { start: from, signal, highWaterMark: 256 * 1024 })
  const unpack = path.endsWith('.gz') ? createGunzip() : path.endsWith('.zst') ? createZstdDecompress() : undefined
  if (unpack !== undefined) file.on('error', (error) => unpack.destroy(error)).pipe(unpack)
  let passed = 0
  // Not what was read of the file, which is far ahead of what was unpacked.
  const taken = (): number => from + (unpack?.bytesWritten ?? passed)
  try {
    for await (const chunk of unpack ?? file) {
      if (!Buffer.isBuffer(chunk)) continue
      passed += chunk.length
      onTaken(taken(), chunk)
      yield chunk
    }
    return taken()
  } catch (error) {
    throw breaksOff(error) ? new BrokenPack(error.message, { cause: error }) : error
  } finally {
    file.destroy()
    unpack?.destroy()
  }
}

/**
 * The unpacked bytes of a file; `onRead` is told of how many bytes of the file they are so far. Throws BrokenPack for a bomb or a broken archive, and
 * what the disk says for an unreadable file. All frames of a zstd file count, one after the other; what lies between them or behind and is none is broken.
 */
export async function* unpacked(path: string, onRead: (bytes: number) => void, signal: AbortSignal): AsyncGenerator<Buffer> {
  let grown = 0
  const onTaken = (taken: number, chunk: Buffer): void => {
    grown += chunk.length
    onRead(taken)
    if (grown > growthFrom && grown > taken * maxGrowth) throw new BrokenPack(`unpacks to more than ${maxGrowth} times its size`)
  }
  const { size } = await stat(path)
  let at = yield* unpackedFrom(path, 0, onTaken, signal)
  if (!path.endsWith('.zst')) return
  for (let frames = 1; at < size; frames++) {
    if (frames > frameLimitFrom && at < frames * leastFrame) throw new BrokenPack(`has more than a frame for every ${leastFrame} bytes`)
    at = yield* unpackedFrom(path, at, onTaken, signal)
  }
}
