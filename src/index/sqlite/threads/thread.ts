// Owns a worker thread that is asked things and answers them: requests find their replies, it is told what nobody waits for any
// more, and its death fails everything that is open. Does not know what is asked.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What goes to a thread. */
export type Call<Ask> = { readonly id: number; readonly ask: Ask } | { readonly abandon: number }
/** What comes back. `notice` says something without being asked. */
export type Reply<Failure, Notice> =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly notice: Notice }

/** What is young dies young in these threads; more room for it would only make the process larger. */
const youngMemory = 24

/** The thread died before it answered. */
export class ThreadLost extends Error {}

interface Open {
  resolve(value: unknown): void
  reject(reason: Error): void
}

/** `Asks` has a `kind`; `Values` has the type of the answer under each kind. */
export class Thread<Asks extends { readonly kind: string }, Values extends { readonly [K in Asks['kind']]: unknown }, Failure, Notice> {
  readonly #worker: Worker
  readonly #toError: (failure: Failure) => Error
  readonly #open = new Map<number, Open>()
  #last = 0
  #lost: Error | undefined

  constructor(script: URL, workerData: unknown, memory: number, toError: (failure: Failure) => Error, onNotice: (notice: Notice) => void) {
    this.#toError = toError
    this.#worker = new Worker(script, { workerData, resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: youngMemory } })
    this.#worker.on('message', (reply: Reply<Failure, Notice>) => {
      if ('notice' in reply) onNotice(reply.notice)
      else this.#settle(reply)
    })
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error : new ThreadLost(String(error))))
    this.#worker.on('exit', (code) => this.#lose(new ThreadLost(`the thread ended with ${code}`)))
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /**
   * Settles when the thread has answered or is lost, not before: until then it is busy with it. `gone` tells the thread that
   * nobody waits any more, so that it answers sooner.
   */
  ask<K extends Asks['kind']>(ask: Extract<Asks, { readonly kind: K }>, gone?: AbortSignal): Promise<Values[K]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    const id = ++this.#last
    const { promise, resolve, reject } = Promise.withResolvers<Values[K]>()
    this.#open.set(id, { resolve, reject })
    this.#say({ id, ask })
    const abandon = (): void => this.#say({ abandon: id })
    gone?.addEventListener('abort', abandon, { once: true })
    return promise.finally(() => gone?.removeEventListener('abort', abandon))
  }

  /** Ends the thread. What is open fails with `reason`. A call into SQLite that is running is waited for. */
  async end(reason: Error): Promise<void> {
    this.#lose(reason)
    await this.#worker.terminate()
  }

  /** Resolves when the thread has ended by itself. */
  async ended(): Promise<void> {
    if (this.#worker.threadId !== -1) await once(this.#worker, 'exit')
  }

  #say(call: Call<Asks>): void {
    this.#worker.postMessage(call)
  }

  #settle(reply: Exclude<Reply<Failure, Notice>, { readonly notice: Notice }>): void {
    const open = this.#open.get(reply.id)
    this.#open.delete(reply.id)
    if (open === undefined) return
    if ('failure' in reply) open.reject(this.#toError(reply.failure))
    else open.resolve(reply.value)
  }

  #lose(reason: Error): void {
    this.#lost ??= reason
    for (const open of this.#open.values()) open.reject(this.#lost)
    this.#open.clear()
  }
}
