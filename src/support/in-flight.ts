// Owns work that was begun in order and may finish in any order: how much of it is under way, and up to where all of it
// is done. A mark is passed on only when its work and all work before it are done, which is what a durable cursor needs.

interface Flight<M> {
  readonly bytes: number
  readonly mark: M
  done: boolean
}

export class InFlight<M> {
  readonly #flights: Flight<M>[] = []
  readonly #landed: (mark: M) => void
  readonly #failed: (error: unknown) => void
  #bytes = 0

  /** `landed` is told the mark of the newest work of the finished beginning; `failed` is told once, and nothing lands after that. */
  constructor(landed: (mark: M) => void, failed: (error: unknown) => void) {
    this.#landed = landed
    this.#failed = failed
  }

  /** Works that are under way or wait for an earlier one. */
  get count(): number {
    return this.#flights.length
  }

  /** The marks of the oldest and the newest of these. */
  get marks(): readonly [oldest: M, newest: M] | undefined {
    const [oldest, newest] = [this.#flights.at(0), this.#flights.at(-1)]
    return oldest === undefined || newest === undefined ? undefined : [oldest.mark, newest.mark]
  }

  get bytes(): number {
    return this.#bytes
  }

  add(work: Promise<unknown>, bytes: number, mark: M): void {
    const flight: Flight<M> = { bytes, mark, done: false }
    this.#flights.push(flight)
    this.#bytes += bytes
    const land = (): void => {
      flight.done = true
      this.#land()
    }
    work.then(land, this.#failed)
  }

  #land(): void {
    const first = this.#flights.findIndex((flight) => !flight.done)
    const landed = this.#flights.splice(0, first === -1 ? this.#flights.length : first)
    for (const flight of landed) this.#bytes -= flight.bytes
    const last = landed.at(-1)
    if (last !== undefined) this.#landed(last.mark)
  }
}
