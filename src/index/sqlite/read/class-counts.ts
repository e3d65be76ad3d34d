// Owns counting those values of which there are few: hits are counted by class, which has its values under a number.
import type { Slice } from './counted.ts'
import type { Candidate } from './facets.ts'
import type { Part } from './scope.ts'
import type { View } from './view.ts'

type Counted = Pick<Candidate, 'count' | 'at' | 'part' | 'rid'>

export class ClassCounts {
  readonly #view: View
  /** By part and number of class. */
  readonly #counts = new Map<Part, Map<number, Counted>>()

  constructor(view: View) {
    this.#view = view
  }

  add({ part, columns: { classNumber, at, rid }, ordinals, length }: Slice): void {
    let counts = this.#counts.get(part)
    if (counts === undefined) this.#counts.set(part, (counts = new Map<number, Counted>()))
    const sizes = new Map<number, { count: number; first: number }>()
    for (let i = 0; i < length; i++) {
      const ordinal = ordinals[i] ?? 0
      const number = classNumber[ordinal] ?? 0
      const known = sizes.get(number)
      if (known === undefined) sizes.set(number, { count: 1, first: ordinal })
      else {
        known.count += 1
        if ((at[ordinal] ?? 0) < (at[known.first] ?? 0)) known.first = ordinal
      }
    }
    for (const [number, { count, first }] of sizes) counts.set(number, together(counts.get(number), { count, at: at[first] ?? 0, part, rid: rid[first] ?? 0 }))
  }

  /** By the name of the value. */
  byName(): Map<string, Counted> {
    const byName = new Map<string, Counted>()
    for (const [part, counts] of this.#counts) {
      const names = this.#view.ask(part.partition, (reader) => reader.classes())
      for (const [number, counted] of counts) for (const name of names.get(number) ?? []) byName.set(name, together(byName.get(name), counted))
    }
    return byName
  }
}

function together(a: Counted | undefined, b: Counted): Counted {
  if (a === undefined) return b
  const { at, part, rid } = a.at <= b.at ? a : b
  return { count: a.count + b.count, at, part, rid }
}
