// Owns what happens to a segment that a crash or a power cut left behind: its torn end is cut off and kept beside it. What
// was acknowledged ended with a newline and was synced, so nothing acknowledged is ever cut by a crash.
import { open, writeFile } from 'node:fs/promises'
import type { Position } from '../message/line.ts'
import { BadLine, decodeLine } from '../message/record.ts'

const chunk = 65_536
const newline = 0x0a

/** What recovery did to one file. `cut` is the number of bytes moved to `<path>.torn`; `last` the position of its last record, 0 if none. */
export interface Recovery {
  readonly cut: number
  readonly bytes: number
  readonly last: Position
}

type File = Awaited<ReturnType<typeof open>>

/** Where the line that ends (exclusively, newline included) at `end` begins. */
async function lineStart(file: File, end: number): Promise<number> {
  const buffer = Buffer.alloc(chunk)
  for (let to = end - 1; to > 0; ) {
    const from = Math.max(0, to - chunk)
    const { bytesRead } = await file.read(buffer, 0, to - from, from)
    const at = buffer.subarray(0, bytesRead).lastIndexOf(newline)
    if (at >= 0) return from + at + 1
    to = from
  }
  return 0
}

async function readRange(file: File, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from)
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
  return buffer.subarray(0, bytesRead)
}

/** The position of a whole, well-formed last line, or undefined. */
function positionOf(line: Buffer): Position | undefined {
  if (line.at(-1) !== newline) return undefined
  try {
    return decodeLine(line.toString('utf8', 0, line.length - 1)).position
  } catch (error) {
    if (error instanceof BadLine) return undefined
    throw error
  }
}

/** Cuts torn or garbage lines off the end of a plain segment; they are appended to `<path>.torn`. Idempotent. */
export async function cutTornEnd(path: string): Promise<Recovery> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    let end = size
    let last: Position = 0
    while (end > 0) {
      const start = await lineStart(file, end)
      const position = positionOf(await readRange(file, start, end))
      if (position !== undefined) {
        last = position
        break
      }
      end = start
    }
    if (end < size) {
      await writeFile(`${path}.torn`, await readRange(file, end, size), { flag: 'a', flush: true })
      await file.truncate(end)
      await file.sync()
    }
    return { cut: size - end, bytes: end, last }
  } finally {
    await file.close()
  }
}
