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

/** What was gone through since the last step; bytes are those of the files. */
export interface Step {
  readonly records: number
  readonly bytes: number
  readonly damages: number
}

/** Verifies segments and remainders in order. Rejects with the reason of the signal when it aborts. */
export async function* verify(segments: readonly Segment[], seals: string, onStep: (step: Step) => void, signal: AbortSignal): AsyncGenerator<Verified> {
  let lastOfAll: Position = 0
  for (const segment of segments) {
    const damaged: { line: number; reason: string }[] = []
    let damages = 0
    let records = 0
    let number = 0
    // A remainder may lie beside the segment that it is of, with the same positions.
    const decode = isRemainder(segment) ? decodeRemain : decodeLine
    let last = isRemainder(segment) ? 0 : lastOfAll
    let told = { records: 0, bytes: 0, damages: 0 }
    let bytes = 0
    function tell(): void {
      onStep({ records: records - told.records, bytes: bytes - told.bytes, damages: damages - told.damages })
      told = { records, bytes, damages }
    }
    const note = (line: number, reason: string) => {
      damages++
      if (damaged.length < 100) damaged.push({ line, reason })
    }
    try {
      for await (const lines of readLines(segment, (_line, reason) => note(number, reason), undefined, (read) => (bytes += read))) {
        signal.throwIfAborted()
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
        tell()
      }
    } catch (error) {
      signal.throwIfAborted()
      note(0, `unreadable: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (!isRemainder(segment)) lastOfAll = last
    // Of a file that breaks off the rest is not read.
    bytes = segment.bytes
    tell()
    yield { segment: segment.name, records, bytes: segment.bytes, checksum: await checksumOf(seals, segment), damaged, damages }
  }
}
