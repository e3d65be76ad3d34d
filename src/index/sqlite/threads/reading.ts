// Owns one reading thread: what it has under way, and noticing that it does not come back. Whether somebody still waits for
// an answer does not matter to that: a thread is busy with a question until it has answered it.
import { LoklakError } from '../../../watch/errors.ts'
import type { ReaderData } from '../read/reader.ts'
import { errorOf } from './failure.ts'
import type { Answers, Failure, Question } from './protocol.ts'
import { Thread } from './thread.ts'

export interface ReadingOptions extends ReaderData {
  /** A thread that has not answered so many milliseconds after the time of a question is given up. */
  readonly grace: number
  /** Milliseconds since some instant. */
  readonly now?: () => number
  readonly script?: URL
}

export const clock = (): number => performance.now()

/** Memory of a thread for objects, in megabytes; columns are not among them. */
const memory = 256

/** Somebody's question. */
type Asked<K extends Question['kind']> = Extract<Question, { readonly kind: K }>

export class Reading {
  readonly #thread: Thread<Question, Answers, Failure, never>
  readonly #grace: number
  readonly #now: () => number
  readonly #onStuck: (reading: Reading) => void
  /** Of each question under way, when it is late. */
  readonly #late = new Map<number, number>()
  #last = 0

  constructor({ folder, columnBytes, pressure, grace, now = clock, script = new URL('../read/reader.ts', import.meta.url) }: ReadingOptions, onStuck: (reading: Reading) => void) {
    const data: ReaderData = { folder, columnBytes, pressure }
    this.#thread = new Thread(script, data, memory, errorOf, () => undefined)
    this.#grace = grace
    this.#now = now
    this.#onStuck = onStuck
  }

  /** How many questions are under way. */
  get busy(): number {
    return this.#late.size
  }

  get isLost(): boolean {
    return this.#thread.isLost
  }

  /** It has not answered for so long that it hardly will. */
  get isLate(): boolean {
    const now = this.#now()
    return [...this.#late.values()].some((at) => at <= now)
  }

  /** Settles when the thread has answered, is lost, or is given up. `gone`: nobody waits any more. */
  async ask<K extends Question['kind']>(question: Asked<K>, gone: AbortSignal | undefined): Promise<Answers[K]> {
    const number = ++this.#last
    this.#late.set(number, this.#now() + question.timeout + this.#grace / 2)
    const watchdog = setTimeout(() => this.#onStuck(this), question.timeout + this.#grace)
    try {
      return await this.#thread.ask(question, gone)
    } finally {
      clearTimeout(watchdog)
      this.#late.delete(number)
    }
  }

  /** SQLite cannot be interrupted: what is under way fails at once, the thread ends when its call returns. */
  end(reason: Error = new LoklakError('OVERLOADED', 'A search took far longer than its time.')): Promise<void> {
    return this.#thread.end(reason)
  }
}
