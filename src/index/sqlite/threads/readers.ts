// Owns the reading threads: how many there are, which one is asked, and that one which does not come back is replaced.
import { LoklakError } from '../../../watch/errors.ts'
import { errorOf, PartitionDamage } from './failure.ts'
import type { Answers, Failure, Question } from './protocol.ts'
import type { ReaderData } from '../read/reader.ts'
import { Thread, ThreadLost } from './thread.ts'

type Reader = Thread<Question, Answers, Failure, never>

export interface ReadersOptions extends ReaderData {
  /** Threads at most; the first is started at once, others when all are busy. */
  readonly threads: number
  /** Questions that may be open in all. */
  readonly open: number
  /** A thread that has not answered so many milliseconds after the time of a question is replaced. */
  readonly grace: number
  /** What to do about a partition that cannot be read, before the question is asked again. */
  readonly onDamage: (damage: PartitionDamage) => Promise<void>
  readonly script?: URL
}

/** Memory of a thread for objects, in megabytes; columns are not among them. */
const memory = 256
/** A question is asked again so often where damage is met. */
const attempts = 5

export class Readers {
  readonly #options: ReadersOptions
  #threads: Reader[] = []
  #closed: Error | undefined

  constructor(options: ReadersOptions) {
    this.#options = options
    this.#start()
  }

  /** Throws OVERLOADED where too much is open or a thread does not come back. */
  async ask<K extends Question['kind']>(question: Extract<Question, { readonly kind: K }>, signal?: AbortSignal): Promise<Answers[K]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#askOnce(question, signal)
      } catch (error) {
        if (!(error instanceof PartitionDamage) || attempt === attempts) throw error
        await this.#options.onDamage(error)
      }
    }
  }

  /** Ends all threads and begins anew: what they have open is no longer there. */
  async restart(): Promise<void> {
    const before = this.#threads
    this.#threads = []
    await Promise.all(before.map((thread) => thread.end(new ThreadLost('the index is made anew'))))
    if (this.#closed === undefined) this.#start()
  }

  async close(): Promise<void> {
    this.#closed = new LoklakError('NOT_READY', 'The index is closed.')
    await Promise.all(this.#threads.map((thread) => thread.end(this.#closed ?? new ThreadLost('closed'))))
  }

  async #askOnce<K extends Question['kind']>(question: Extract<Question, { readonly kind: K }>, signal: AbortSignal | undefined): Promise<Answers[K]> {
    if (this.#closed !== undefined) throw this.#closed
    this.#threads = this.#threads.filter(({ isLost }) => !isLost)
    if (this.#threads.reduce((sum, { busy }) => sum + busy, 0) >= this.#options.open) throw new LoklakError('OVERLOADED', `${this.#options.open} searches are running.`)
    const thread = this.#leastBusy()
    const timer = setTimeout(() => this.#giveUp(thread), question.timeout + this.#options.grace)
    try {
      return await thread.ask(question, signal)
    } finally {
      clearTimeout(timer)
    }
  }

  #leastBusy(): Reader {
    const [idlest] = this.#threads.toSorted((a, b) => a.busy - b.busy)
    return idlest === undefined || (idlest.busy > 0 && this.#threads.length < this.#options.threads) ? this.#start() : idlest
  }

  #start(): Reader {
    const { folder, columnBytes, script = new URL('../read/reader.ts', import.meta.url) } = this.#options
    const data: ReaderData = { folder, columnBytes }
    const thread: Reader = new Thread(script, data, memory, errorOf, () => undefined)
    this.#threads.push(thread)
    return thread
  }

  /** SQLite cannot be interrupted: the thread is left to itself and ends when its call returns. */
  #giveUp(thread: Reader): void {
    this.#threads = this.#threads.filter((other) => other !== thread)
    void thread.end(new LoklakError('OVERLOADED', 'A search took far longer than its time.'))
  }
}
