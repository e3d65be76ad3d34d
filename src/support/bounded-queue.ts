// Owns a queue with a limit in which each item stands at most once. At the limit it refuses, so what already waits keeps its place.

export class BoundedQueue<T> {
  readonly #items = new Set<T>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.size
  }

  /** Whether the item waits now: it was put at the end, or it waited already. False where the queue is full. */
  add(item: T): boolean {
    if (this.#items.has(item)) return true
    if (this.#items.size >= this.#limit) return false
    this.#items.add(item)
    return true
  }

  /** Takes up to `most` items from the front. */
  take(most: number): T[] {
    const taken = this.#items.values().take(most).toArray()
    for (const item of taken) this.#items.delete(item)
    return taken
  }
}
