// Owns how the text of a sealed segment is cut into gzip members, and where each begins, so that a reader need not unpack all
// that lies before its place. A file of several members is a gzip file like any other. Does not know where it lies.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { linePosition, type Position } from '../message/line.ts'

/** Plain text in a member. */
export const memberBytes = 4 * 1024 * 1024

const newline = 0x0a

/** Where a member begins: the greatest position before it, and its first byte in the file. */
export type Member = readonly [after: Position, byte: number]

/** Whole lines, each with its newline, and the greatest position up to their end. */
export interface Piece {
  readonly text: string
  readonly last: Position
}

const greatest = (lines: Buffer): Position => lines.toString('latin1').split('\n').reduce((last, line) => Math.max(last, linePosition(line) ?? 0), 0)

/**
 * Packs pieces into members of so many bytes of text, each up to the next line end; `write` gets what is packed. Where they are cut does not
 * depend on the pieces, so the same text always gives the same file. Returns the members but the first: without a list a reader begins there.
 */
export async function packMembers(pieces: AsyncIterator<Piece>, size: number, write: (packed: Buffer) => Promise<void>): Promise<readonly Member[]> {
  const members: Member[] = []
  let bytes = 0
  let last: Position = 0
  let text = Buffer.alloc(0)
  let lastOfText: Position = 0

  /** Whether there is more text. */
  async function more(): Promise<boolean> {
    while (text.length === 0) {
      last = Math.max(last, lastOfText)
      const next = await pieces.next()
      if (next.done === true) return false
      text = Buffer.from(next.value.text)
      lastOfText = next.value.last
    }
    return true
  }

  async function* member(): AsyncGenerator<Buffer> {
    for (let room = size; room > 0 && (await more()); ) {
      const end = text.length < room ? text.length : text.indexOf(newline, room - 1) + 1
      const taken = text.subarray(0, end)
      text = text.subarray(end)
      room -= end
      if (room <= 0) last = Math.max(last, greatest(taken))
      yield taken
    }
  }

  // One without any text is a gzip file, too; nothing at all is none.
  do {
    if (bytes > 0) members.push([last, bytes])
    await pipeline(Readable.from(member()), createGzip({ level: 6, chunkSize: 256 * 1024 }), async (packed: AsyncIterable<Buffer>) => {
      for await (const chunk of packed) {
        await write(chunk)
        bytes += chunk.length
      }
    })
  } while (await more())
  return members
}

/** The byte from which everything after a position is found. */
export const memberAt = (members: readonly Member[], after: Position): number => members.findLast(([before]) => before <= after)?.[1] ?? 0
