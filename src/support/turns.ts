// Owns whose turn it is, where work must not overlap: one thing after the other, in the order in which they were asked for.

/** Does each work when all that was asked for before is done, however that ended. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** By path of a file that several parts of this process change: who appends to it would otherwise lose what it wrote while another replaces it. */
const last = new Map<string, Promise<void>>()

/** Does the work when all work on this path that was asked for before is done. Work on one path must not ask for another turn with it. */
export async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(path)
  const mine = Promise.withResolvers<void>()
  last.set(path, mine.promise)
  try {
    await before
    return await work()
  } finally {
    mine.resolve()
    if (last.get(path) === mine.promise) last.delete(path)
  }
}
