// Owns how the questions that one thread answers share it: each gives way after a few milliseconds of work, those who have had
// much let those go first who ask little, and leave the processor to what is collected while that is more than can be indexed at
// once. Each stops when its asker no longer waits, and knows when its time is up.
import { setImmediate, setTimeout as rest } from 'node:timers/promises'

/** The asker no longer waits. */
export class Abandoned extends Error {}

/** Milliseconds of work at a time. */
const share = 2
/** Milliseconds of work after which a question has had much. */
const much = 50
/** How often at most it lets the others go first before it goes on. */
const courtesies = 100
/** It rests so many times as long as it works: while the index is pressed, and where others asked meanwhile. */
const restraint = { pressed: 20, others: 2 }

export interface TurnOptions {
  /** Milliseconds since some instant. */
  readonly now?: () => number
  /** Whether there is more to be indexed than can be at once. */
  readonly pressed?: () => boolean
  /** The questions of this thread that have not had much: this one is among them at first. Whoever holds it takes them out. */
  readonly small?: Set<Turn>
}

export class Turn {
  readonly #until: number
  readonly #now: () => number
  readonly #pressed: () => boolean
  readonly #small: Set<Turn>
  #since: number
  #worked = 0
  #abandoned = false

  /** `timeout` in milliseconds from now. */
  constructor(timeout: number, { now = () => performance.now(), pressed = () => false, small = new Set() }: TurnOptions = {}) {
    this.#now = now
    this.#pressed = pressed
    this.#small = small
    this.#since = now()
    this.#until = this.#since + timeout
    small.add(this)
  }

  abandon(): void {
    this.#abandoned = true
  }

  /** To be awaited between steps of work. Answers whether there is time left. Throws Abandoned. */
  async next(): Promise<boolean> {
    const worked = this.#now() - this.#since
    if (worked >= share) {
      this.#worked += worked
      await (this.#worked < much ? setImmediate() : this.#giveWay(worked))
      this.#since = this.#now()
    }
    if (this.#abandoned) throw new Abandoned('nobody waits for the answer')
    return this.#now() < this.#until
  }

  async #giveWay(worked: number): Promise<void> {
    this.#small.delete(this)
    const times = this.#pressed() ? restraint.pressed : this.#small.size > 0 ? restraint.others : 0
    if (times > 0) await rest(Math.max(0, Math.min(worked * times, this.#until - this.#now())))
    else await setImmediate()
    for (let turns = 0; this.#small.size > 0 && turns < courtesies; turns++) await setImmediate()
  }
}
