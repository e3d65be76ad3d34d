// Owns reading a file that may be packed, plain where it ends neither in .gz nor .zst, and bounded whatever is in it: what
// unpacks to far more than text can was made to fill a disk or a memory.
import { createReadStream } from 'node:fs'
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** Text packs to a tenth; what grows more than this, past its first megabyte, is no text. */
const maxGrowth = 200
const growthFrom = 1024 * 1024

/** The unpacked bytes of a file; `onRead` is told of how many bytes of the file they are so far. Throws for a bomb, a broken archive, an unreadable file. */
export async function* unpacked(path: string, onRead: (bytes: number) => void, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { signal, highWaterMark: 256 * 1024 })
  const unpack = path.endsWith('.gz') ? createGunzip() : path.endsWith('.zst') ? createZstdDecompress() : undefined
  if (unpack !== undefined) file.on('error', (error) => unpack.destroy(error)).pipe(unpack)
  let grown = 0
  try {
    for await (const chunk of unpack ?? file) {
      if (!Buffer.isBuffer(chunk)) continue
      grown += chunk.length
      // Not what was read of the file, which is far ahead of what was unpacked.
      const taken = unpack?.bytesWritten ?? grown
      onRead(taken)
      if (grown > growthFrom && grown > taken * maxGrowth) throw new Error(`unpacks to more than ${maxGrowth} times its size`)
      yield chunk
    }
  } finally {
    file.destroy()
    unpack?.destroy()
  }
}
