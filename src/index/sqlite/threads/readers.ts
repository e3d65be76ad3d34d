// Owns the reading threads: how many there are, which question goes to which, and that one which does not come back is
// replaced. What is counted by value is counted in one of them, so that columns are held once. Few questions are under way in a thread at a time, so that they get done; the others wait their turn, first come
// first served, and who would wait too long is told so at once.
import { LoklakError } from '../../../watch/errors.ts'
import type { Answers, Question } from './protocol.ts'
import { clock, Reading, type ReadingOptions } from './reading.ts'
import { ThreadLost } from './thread.ts'

export interface ReadersOptions extends ReadingOptions {
  /** Threads at most; the first is started at once, others when all are busy. */
  readonly threads: number
  /** Questions that one thread has under way at most. */
  readonly atOnce: number
  /** Questions that may be open in all, those that wait too. */
  readonly open: number
}

/** What an index has. Together the threads take on more than one address may ask for at a time. */
export const usualReaders = { threads: 2, atOnce: 12, open: 256, grace: 5000 } as const

/** Threads that were given up may still be in a call for each one that there is. */
const replacements = 2
/** The part of its time that a question may wait; the rest it needs for being answered. */
const waitable = 0.5
/** How much the last answer says of how long the next takes. */
const freshness = 0.1

/** Somebody who waits for a turn. */
interface Place {
  /** It needs columns. */
  readonly counts: boolean
  begin(reading: Reading): void
  refuse(reason: Error): void
}

export class Readers {
  readonly #options: ReadersOptions
  readonly #now: () => number
  #readings: Reading[] = []
  readonly #waiting = new Set<Place>()
  /** Threads that were given up and are still in a call. */
  #leaving = 0
  /** Milliseconds that a question takes once it is under way, as of late. */
  #usual = 0
  #closed: Error | undefined
  /** The thread that has the columns. */
  #counting: Reading | undefined

  constructor(options: ReadersOptions) {
    this.#options = options
    this.#now = options.now ?? clock
    this.#start()
  }

  /** Whether there is a thread that can be expected to answer. */
  get canAnswer(): boolean {
    return this.#canStart || this.#alive().some(({ isLate }) => !isLate)
  }

  /** Throws OVERLOADED where too much is open, the turn would come too late or a thread does not come back. */
  async ask<K extends Question['kind']>(question: Extract<Question, { readonly kind: K }>, gone?: AbortSignal): Promise<Answers[K]> {
    if (this.#closed !== undefined) throw this.#closed
    gone?.throwIfAborted()
    const asked = this.#now()
    const { promise, resolve, reject } = Promise.withResolvers<Answers[K]>()
    const leave = (): void => {
      this.#waiting.delete(place)
      clearTimeout(tooLate)
    }
    const refuse = (reason: Error): void => {
      leave()
      reject(reason)
    }
    const begin = (reading: Reading): void => {
      leave()
      const answer = reading.ask(shortened(question, this.#now() - asked), gone)
      answer.then(resolve, reject)
      void this.#passOnAfter(answer)
    }
    const place: Place = { counts: needsColumns(question), begin, refuse }
    const tooLate = setTimeout(() => refuse(tooMany()), question.timeout * waitable)
    const onGone = (): void => refuse(reasonOf(gone))
    gone?.addEventListener('abort', onGone, { once: true })
    try {
      this.#enter(place, question.timeout * waitable)
      return await promise
    } finally {
      leave()
      gone?.removeEventListener('abort', onGone)
    }
  }

  /** Ends all threads and begins anew: what they have open is no longer there. */
  async restart(): Promise<void> {
    const before = this.#readings
    this.#readings = []
    await Promise.all(before.map((reading) => reading.end(new ThreadLost('the index is made anew'))))
    if (this.#canStart) this.#start()
    this.#pass()
  }

  async close(): Promise<void> {
    const closed = (this.#closed = new LoklakError('NOT_READY', 'The index is closed.'))
    for (const place of this.#waiting) place.refuse(closed)
    await Promise.all(this.#readings.map((reading) => reading.end(closed)))
  }

  /** Begins at once where a thread has room and nobody waits. */
  #enter(place: Place, patience: number): void {
    const { threads, atOnce, open } = this.#options
    const under = this.#alive().reduce((sum, { busy }) => sum + busy, 0)
    if (under + this.#waiting.size >= open) throw new LoklakError('OVERLOADED', `${open} searches are running.`)
    if (this.#usual * ((this.#waiting.size + 1) / (threads * atOnce)) > patience && this.#waiting.size > 0) throw tooMany()
    this.#waiting.add(place)
    this.#pass()
  }

  /** Gives room to those who wait, in the order in which they came; who counts waits for the thread that does. */
  #pass(): void {
    for (const place of this.#waiting) {
      const reading = place.counts ? this.#forCounting() : this.#withRoom()
      if (reading !== undefined) place.begin(reading)
      else if (!place.counts) return
    }
  }

  async #passOnAfter(answer: Promise<unknown>): Promise<void> {
    const began = this.#now()
    await answer.catch(() => undefined)
    this.#usual += (this.#now() - began - this.#usual) * freshness
    this.#pass()
  }

  /** The thread that has the columns, if it has room. One that does not come back is no longer the one. */
  #forCounting(): Reading | undefined {
    if (this.#counting === undefined || this.#counting.isLost || this.#counting.isLate) this.#counting = this.#withRoom()
    return this.#counting === undefined || this.#counting.busy >= this.#options.atOnce ? undefined : this.#counting
  }

  /** The thread with the most room, rather one that does not count; a new one where all have something to do. */
  #withRoom(): Reading | undefined {
    const [idlest] = this.#alive().filter(({ isLate }) => !isLate).sort((a, b) => a.busy - b.busy || Number(a === this.#counting) - Number(b === this.#counting))
    if (idlest !== undefined && (idlest.busy === 0 || !this.#canStart)) return idlest.busy < this.#options.atOnce ? idlest : undefined
    return this.#canStart ? this.#start() : undefined
  }

  #alive(): Reading[] {
    this.#readings = this.#readings.filter(({ isLost }) => !isLost)
    return this.#readings
  }

  /** Threads that are still in a call cost what others do, so they cannot become any number. */
  get #canStart(): boolean {
    const { threads } = this.#options
    return this.#closed === undefined && this.#alive().length < threads && this.#leaving < threads * replacements
  }

  #start(): Reading {
    const reading = new Reading(this.#options, () => void this.#giveUp(reading))
    this.#readings.push(reading)
    return reading
  }

  async #giveUp(reading: Reading): Promise<void> {
    this.#leaving += 1
    await reading.end().finally(() => (this.#leaving -= 1))
    this.#pass()
  }
}

/** Whether a question counts or orders by what only columns say. */
const needsColumns = (question: Question): boolean =>
  question.kind === 'facets' || question.kind === 'histogram' || question.kind === 'author' || (question.kind === 'search' && question.page.order !== 'created_at')

const reasonOf = (gone: AbortSignal | undefined): Error => (gone?.reason instanceof Error ? gone.reason : new Error('nobody waits any more', { cause: gone?.reason }))
/** With less time, by so many milliseconds. */
export const shortened = <Q extends Question>(question: Q, waited: number): Q => ({ ...question, timeout: Math.max(question.timeout - waited, 0) })
const tooMany = (): LoklakError => new LoklakError('OVERLOADED', 'Too many searches wait for their turn.')
