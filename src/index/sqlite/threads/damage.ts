// Owns asking past damage: what a question met is set aside, and the question is asked again of what is left, in the time
// that it still has. Every attempt meets something else, so the partitions are the bound.
import { CatalogDamage, PartitionDamage } from './failure.ts'

/** What is done about damage. */
export interface Asides {
  setAside(start: number, generation: number, reason: string): Promise<void>
  /** Gives all of the index up, unless it was begun anew more than `begun` times by now. */
  setAllAside(begun: number, reason: string): Promise<void>
  /** How often the index was begun anew. */
  begun(): number
}

/** `ask` is told how many milliseconds were spent on earlier attempts. */
export async function askPastDamage<T>(ask: (spent: number) => Promise<T>, asides: Asides): Promise<T> {
  const first = performance.now()
  const met = new Set<string>()
  for (;;) {
    const begun = asides.begun()
    try {
      return await ask(performance.now() - first)
    } catch (error) {
      // A thread that was ended because the index began anew had no fault of its own.
      const isAnew = error instanceof CatalogDamage || asides.begun() !== begun
      const what = isAnew ? 'all' : error instanceof PartitionDamage ? `${error.start} ${error.generation}` : undefined
      if (what === undefined || met.has(what)) throw error
      met.add(what)
      if (error instanceof CatalogDamage) await asides.setAllAside(begun, error.message)
      else if (error instanceof PartitionDamage && !isAnew) await asides.setAside(error.start, error.generation, error.message)
    }
  }
}
