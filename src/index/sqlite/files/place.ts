// Owns where in a partition a message lies: its rid, by when it was written and by its id. Pure arithmetic.
// Rids grow with time, so that newest first is descending rid. Time is cut into groups of `unit` milliseconds; the rids
// of a group are slots, and a message takes the slot that its id hashes to, or the next free one. So a message is found
// again by its time and id alone, and very many messages may claim one instant.

/** The times that a partition holds, `start <= at < end` (milliseconds since 1970), and how its rids are made. */
export interface Span {
  readonly start: number
  readonly end: number
  /** Milliseconds in a group. */
  readonly unit: number
  /** Rids in a group. */
  readonly slots: number
}

/** A message lies at most so far from the slot that its id hashes to; the last slots of a group are kept for this. */
export const maxProbe = 4096
const usualSlots = 2 ** 20
/** JavaScript has 53 bits for a whole number. */
const rids = 2 ** 53
const units = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000]

/** A span with the finest unit whose rids are still whole numbers. */
export function span(start: number, end: number, slots = usualSlots): Span {
  const unit = units.find((unit) => (end - start) / unit < rids / slots - 1)
  if (unit === undefined) throw new RangeError(`no unit for ${end - start} ms in groups of ${slots}`)
  return { start, end, unit, slots }
}

/** The lowest rid that a message of an instant can have. */
export const groupStart = ({ start, unit, slots }: Span, at: number): number => Math.floor((at - start) / unit) * slots

/** The first rid of the group in which a rid lies. */
export const groupOf = ({ slots }: Span, rid: number): number => Math.floor(rid / slots) * slots

/** When the group of a rid begins. */
export const instantOf = ({ start, unit, slots }: Span, rid: number): number => start + Math.floor(rid / slots) * unit

/** Whether a group begins at an instant, so that rids tell what is before it. */
export const isGroupStart = ({ start, unit }: Span, at: number): boolean => (at - start) % unit === 0

/** The rid that a message has unless the slot is taken; then it is one of the next `maxProbe`. */
export const homeRid = (span: Span, at: number, id: string): number => groupStart(span, at) + (hash32(id) % (span.slots - maxProbe))

/** 32 bits of a text (FNV-1a with a final mix). Stored in every index: never to be changed. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
