// Owns what was probably meant by a key or name that is none.

/** Whether one insertion, deletion, replacement or swap of neighbours makes one word of the other. */
export function isOneEdit(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}

const minLength = 4

/** The known words at distance one; none for a word of less than four letters. */
export const near = (word: string, known: readonly string[]): string[] => (word.length < minLength ? [] : known.filter((candidate) => isOneEdit(word, candidate)))
