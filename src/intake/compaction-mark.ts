// Owns the position up to which compaction has taken everything out that is out of date, in one small file. Where what is
// known is made again from the dumps, only what came later has to be looked for in them once more.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Position } from '../message/line.ts'

export interface CompactionMark {
  position(): Position
  /** Everything up to there is done. */
  advance(to: Position): void
  /** Something older came back: when in doubt, everything has to be looked for. */
  withdraw(): void
}

function read(path: string): Position {
  try {
    const position = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(position) && position > 0 ? position : 0
  } catch {
    return 0
  }
}

/** Opens the mark. One that lies beyond the last position was not made over these dumps and does not count. */
export function openMark(path: string, last: Position): CompactionMark {
  let position = read(path)
  const withdraw = (): void => {
    if (position === 0) return
    rmSync(path, { force: true })
    position = 0
  }
  if (position > last) withdraw()
  return {
    position: () => position,
    advance(to) {
      writeFileSync(`${path}.new`, String(to), { flush: true })
      renameSync(`${path}.new`, path)
      position = to
    },
    withdraw,
  }
}
