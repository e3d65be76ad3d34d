// Owns the guess at what somebody meant who wrote a name that is not known.

/** How many letters must be put in, taken out, replaced or swapped with their neighbour to make `b` of `a`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** How a sentence ends about a name that is not known: `; did you mean port.http?`, or its full stop. */
export const didYouMean = (name: string | undefined): string => (name === undefined ? '.' : `; did you mean ${name}?`)

/**
 * The known name that `word` was probably meant to be, or undefined: the one with the fewest letters changed, at most a
 * third of them, else the first that begins or ends with it at a dot.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const meant = word.slice(0, 64).toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(meant.length / 3)) + 1
  const containing: string[] = []
  for (const name of known) {
    const candidate = name.toLowerCase()
    const distance = editDistance(meant, candidate)
    if (distance < least) {
      best = name
      least = distance
    }
    if (candidate.startsWith(`${meant}.`) || candidate.endsWith(`.${meant}`)) containing.push(name)
  }
  return best ?? containing[0]
}
