// Owns the proof that the dumps are whole: every line parses, every position rises, every sealed file has the bytes that
// were sealed. Reads only.
import type { Position } from '../message/line.ts'
import { BadLine, decodeLine } from '../message/record.ts'
import { checksum, readSeal } from './checksum.ts'
import type { Segment } from './port.ts'
import { decodeRemain } from './remains.ts'
import { isRemainder } from './segment.ts'
import { readLines } from './lines.ts'

export interface Verified {
  readonly segment: string
  readonly records: number
  readonly bytes: number
  /** `open` where the segment is still written and has no checksum. */
  readonly checksum: 'ok' | 'wrong' | 'missing' | 'open'
  /** Damaged places: line number (1-based, 0 for the whole file) and what is wrong; the first hundred. */
  readonly damaged: readonly { readonly line: number; readonly reason: string }[]
  readonly damages: number
}

async function checksumOf(seals: string, segment: Segment): Promise<Verified['checksum']> {
  if (!segment.sealed) return 'open'
  const seal = await readSeal(seals, segment.name)
  if (seal === undefined) return 'missing'
  return seal.sha256 === (await checksum(segment.path)) ? 'ok' : 'wrong'
}

/** Verifies segments and remainders in order; `onProgress` is told of bytes read so far. */
export async function* verify(segments: readonly Segment[], seals: string, onProgress: (bytes: number) => void): AsyncGenerator<Verified> {
  let lastOfAll: Position = 0
  for (const segment of segments) {
    const damaged: { line: number; reason: string }[] = []
    let damages = 0
    let records = 0
    let number = 0
    // A remainder may lie beside the segment that it is of, with the same positions.
    const decode = isRemainder(segment) ? decodeRemain : decodeLine
    let last = isRemainder(segment) ? 0 : lastOfAll
    const note = (line: number, reason: string) => {
      damages++
      if (damaged.length < 100) damaged.push({ line, reason })
    }
    try {
      for await (const lines of readLines(segment, (_line, reason) => note(number, reason))) {
        for (const line of lines) {
          number++
          try {
            const { position } = decode(line)
            if (position <= last) note(number, `$T ${position} does not rise (the last was ${last})`)
            last = Math.max(last, position)
            records++
          } catch (error) {
            if (!(error instanceof BadLine)) throw error
            note(number, `${error.reason}: ${error.message}`)
          }
        }
      }
    } catch (error) {
      note(0, `unreadable: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (!isRemainder(segment)) lastOfAll = last
    onProgress(segment.bytes)
    yield { segment: segment.name, records, bytes: segment.bytes, checksum: await checksumOf(seals, segment), damaged, damages }
  }
}
