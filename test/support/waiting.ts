// Owns waiting for what happens in a test: things arrive when they arrive, time passes when the test says so.
import type { Timer } from '../../src/support/timer.ts'

/** Things that happen, to be taken one by one in order; `next` waits for the one that did not happen yet. */
export class Happenings<T> {
  readonly #past: T[] = []
  readonly #asked: ((value: T) => void)[] = []

  push(value: T): void {
    const asked = this.#asked.shift()
    if (asked === undefined) this.#past.push(value)
    else asked(value)
  }

  next(): Promise<T> {
    const [value] = this.#past.splice(0, 1)
    return value === undefined ? new Promise((resolve) => this.#asked.push(resolve)) : Promise.resolve(value)
  }
}

interface Ring {
  readonly at: number
  readonly ms: number
  readonly ring: () => void
}

/** A clock that stands until `pass` is called. */
export class ManualClock {
  #now: number
  #rings: Ring[] = []
  readonly #armed = new Map<number, (() => void)[]>()

  constructor(now = Date.UTC(2026, 10, 22, 18)) {
    this.#now = now
  }

  readonly now = (): number => this.#now

  readonly timer: Timer = (ms, ring) => {
    const entry = { at: this.#now + ms, ms, ring }
    this.#rings.push(entry)
    for (const resolve of this.#armed.get(ms) ?? []) resolve()
    this.#armed.delete(ms)
    return () => {
      this.#rings = this.#rings.filter((other) => other !== entry)
    }
  }

  /** How long the timers that are set were set for. */
  get set(): number[] {
    return this.#rings.map(({ ms }) => ms)
  }

  /** Resolves when a timer of so many milliseconds is set. */
  armed(ms: number): Promise<void> {
    if (this.set.includes(ms)) return Promise.resolve()
    return new Promise((resolve) => this.#armed.set(ms, [...(this.#armed.get(ms) ?? []), resolve]))
  }

  /** Lets time pass and rings what is due, in order. */
  pass(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const [due] = this.#rings.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (due === undefined) break
      this.#rings = this.#rings.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      due.ring()
    }
    this.#now = until
  }
}
