// Owns where to begin reading so that about so many bytes of dumps are read up to a position.
import type { Segment } from '../../journal/port.ts'
import type { Position } from '../../message/line.ts'

/** How much more is in a sealed dump than its file is long, about. */
const packed = 4

/** The position to read after. Of an open dump a part is taken, a sealed one, which can only be read from its beginning, whole or not at all. */
export function startOfStretch(segments: readonly Pick<Segment, 'from' | 'bytes' | 'sealed'>[], end: Position, most: number): Position {
  let start = end
  let left = most
  for (const { from, bytes, sealed } of segments.toReversed()) {
    if (from >= start) continue
    const size = sealed ? bytes * packed : bytes
    // Positions are times; messages are taken to come evenly.
    if (size > left) return sealed ? start : Math.ceil(start - (start - from) * (left / size))
    left -= size
    start = from - 1
  }
  return start
}
