// Owns how the questions that one thread answers share it: each gives way after a few milliseconds of work, stops when its
// asker no longer waits, and knows when its time is up.
import { setImmediate } from 'node:timers/promises'

/** The asker no longer waits. */
export class Abandoned extends Error {}

/** Milliseconds. Who asks little waits for one share of each who asks much. */
const share = 2

export class Turn {
  readonly #until: number
  readonly #now: () => number
  #since: number
  #abandoned = false

  /** `timeout` in milliseconds from now. */
  constructor(timeout: number, now: () => number = () => performance.now()) {
    this.#now = now
    this.#since = now()
    this.#until = this.#since + timeout
  }

  abandon(): void {
    this.#abandoned = true
  }

  /** To be awaited between steps of work. Answers whether there is time left. Throws Abandoned. */
  async next(): Promise<boolean> {
    if (this.#now() - this.#since >= share) {
      await setImmediate()
      this.#since = this.#now()
    }
    if (this.#abandoned) throw new Abandoned('nobody waits for the answer')
    return this.#now() < this.#until
  }
}
