// Owns stretches of a text: what stands where, and that no two of them overlap.

/** From `start` to before `end`, in UTF-16 units. Where both are the same it is known what there is, but not where. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A link, a name or a tag: `value` is the address, the name without @, the tag without #. */
export interface Entity extends Span {
  readonly value: string
}

/** Whether nothing stands yet from `start` to before `end`; to be asked in rising order. */
export type Free = (start: number, end: number) => boolean

/** Free of the given spans, which are in order. */
export function freeOf(taken: readonly Span[]): Free {
  let next = 0
  return (start, end) => {
    while ((taken[next]?.end ?? Infinity) <= start) next++
    const span = taken[next]
    return span === undefined || span.start >= end
  }
}

/** Both in one, in the order of the text. */
export function interleave<T extends Span>(some: readonly T[], others: readonly T[]): readonly T[] {
  if (others.length === 0) return some
  if (some.length === 0) return others
  return [...some, ...others].sort((a, b) => a.start - b.start)
}

/** What a global pattern finds in a text, where it is free; the value is the pattern's first group. */
export function findAll(pattern: RegExp, text: string, free: Free): Entity[] {
  const found: Entity[] = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, value] = match
    if (value !== undefined && free(match.index, pattern.lastIndex)) found.push({ start: match.index, end: pattern.lastIndex, value })
  }
  return found
}
