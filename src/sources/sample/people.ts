// Owns the people who write in one language: who they are, what becomes of them, and what a dump says of that. Everything
// about them shows that they are generated.
import type { Author } from '../../message/schema.ts'
import { nameOf, words, type Language } from './language.ts'
import { whole, type Random } from './random.ts'

export const network = 'sample'
/** The label on everything that is generated. */
export const label = 'generated'

/** So many people there are in all languages together. */
const everybody = 100_000
/** This share of all messages comes from that share of the people. */
const regular = 0.6
const regulars = 0.02

export interface Person {
  /** Stable; `sample:` and this is the key. */
  readonly root: string
  readonly key: string
  handle: string
  name: string
  state: 'active' | 'hidden' | 'deleted'
}

const syllables = words('b d f g k l m n p r s t v z').flatMap((consonant) => words('a e i o u').map((vowel) => consonant + vowel))
const roots = syllables.length ** 3

/** Three syllables of two letters, another word for every number below `roots`. */
const rootOf = (number: number): string =>
  [number, number / syllables.length, number / syllables.length ** 2].map((digit) => syllables[Math.floor(digit) % syllables.length]).join('')

/** Who a person is at the moment. */
export const authorOf = ({ root, key, handle, name, state }: Person): Author => ({
  key,
  network,
  handle,
  name,
  avatar: `https://avatars.example/${root}.png`,
  labels: [label],
  state,
  ...(state === 'active' ? {} : { reason: state === 'hidden' ? 'suspended' : 'deleted' }),
})

/** The people of one language. */
export class People {
  readonly #random: Random
  readonly #language: Language
  /** How many there are, most of whom never wrote yet. */
  readonly size: number
  readonly #offset: number
  readonly #met = new Map<number, Person>()
  readonly #order: Person[] = []

  /** `offset` moves all names: other seeds have other people. */
  constructor(random: Random, language: Language, offset: number) {
    this.#random = random
    this.#language = language
    this.size = Math.ceil(everybody * language.share)
    this.#offset = offset
  }

  /** Somebody who writes: few people write most. `isNew` where nobody has heard of them yet. */
  writer(): { readonly person: Person; readonly isNew: boolean } {
    for (;;) {
      const circle = this.#random() < regular ? this.size * regulars : this.size
      const number = Math.floor(circle * this.#random() ** 2)
      const known = this.#met.get(number)
      if (known?.state === 'active') return { person: known, isNew: false }
      if (known === undefined) return { person: this.#introduce(number), isNew: true }
    }
  }

  /** Somebody who wrote before, all as likely; undefined while nobody did. */
  acquaintance(): Person | undefined {
    return this.#order[whole(this.#random, this.#order.length)]
  }

  /** Lets something happen to a person: mostly a new handle or name, now and then a suspension (or its end) or a farewell. */
  change(person: Person): void {
    if (person.state === 'deleted') return
    const what = this.#random()
    if (person.state === 'hidden') person.state = 'active'
    else if (what < 0.6) person.handle = `${person.root}${1 + whole(this.#random, 999)}.sample`
    else if (what < 0.85) person.name = nameOf(this.#language, whole(this.#random, 1000))
    else person.state = what < 0.94 ? 'hidden' : 'deleted'
  }

  #introduce(number: number): Person {
    // The factor has no common divisor with the number of roots, so nobody shares a name.
    const root = rootOf((number * 104_729 + this.#offset) % roots)
    const person: Person = { root, key: `${network}:${root}`, handle: `${root}.sample`, name: nameOf(this.#language, number), state: 'active' }
    this.#met.set(number, person)
    this.#order.push(person)
    return person
  }
}
