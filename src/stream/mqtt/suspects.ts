// Owns finding the record for which a broker ends the connection, so that it does not stop all that come after it for ever. It
// is among those that were under way each time; sent alone it shows itself. Does not know brokers.
import type { Position } from '../../message/line.ts'

export interface Suspects {
  /** Whether a record is to be sent while nothing else is under way. */
  alone(position: Position): boolean
  /**
   * A connection ended while these were under way, from the oldest to the newest. Answers the record that is to be left out from
   * now on, where it showed itself.
   */
  ended(underWay: readonly [oldest: Position, newest: Position] | undefined): Position | undefined
}

/** So many connections in a row must have ended with the same record under way before any is suspected. A broker that is away acknowledges something sooner or later. */
const patience = 3

export function createSuspects(): Suspects {
  let from = 0
  let to = 0
  let times = 0

  const alone = (position: Position): boolean => times >= patience && position >= from && position <= to

  return {
    alone,
    ended(underWay) {
      if (underWay === undefined) return undefined
      const [oldest, newest] = underWay
      if (oldest === newest && alone(oldest)) {
        times = 0
        return oldest
      }
      const isSame = times > 0 && oldest <= to && newest >= from
      from = isSame ? Math.max(from, oldest) : oldest
      to = isSame ? Math.min(to, newest) : newest
      times = isSame ? times + 1 : 1
      return undefined
    },
  }
}
