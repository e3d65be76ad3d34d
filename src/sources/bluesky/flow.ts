// Owns the way from events to the intake: what came in one turn of the event loop becomes one offer, a few offers are
// under way at once, and when too much is read and not yet durable the connection is held.
import { InFlight } from '../../support/in-flight.ts'
import type { Timer } from '../../support/timer.ts'
import type { Draft, Intake, Provenance } from '../../intake/port.ts'
import type { Mark } from './cursor.ts'
import { network } from './draft.ts'
import type { Measures } from './options.ts'

export const provenance: Provenance = { source: network, imported: false }

/** What can be held back while the intake is busy. */
export interface Valve {
  hold(): void
  release(): void
}

interface Entry {
  readonly draft: Draft | undefined
  readonly bytes: number
  readonly mark: Mark
}

export class Flow {
  readonly #intake: Intake
  readonly #measures: Measures
  readonly #inFlight: InFlight<Mark>
  #entries: Entry[] = []
  #bytes = 0
  #scheduled = false
  #held = false
  #valve: Valve | undefined
  #broken = false
  readonly #waiting = new Set<() => void>()

  /** `landed` is told up to where everything is durable; `failed` when the intake takes no more. */
  constructor(intake: Intake, measures: Measures, landed: (mark: Mark) => void, failed: (error: unknown) => void) {
    this.#intake = intake
    this.#measures = measures
    this.#inFlight = new InFlight((mark) => {
      landed(mark)
      this.#afterLanding()
    }, (error) => {
      this.#broken = true
      failed(error)
      this.#look()
    })
  }

  /** Whether more is read and not durable than the bounds allow. */
  get held(): boolean {
    return this.#held
  }

  /** The connection to hold; undefined when there is none. */
  regulate(valve: Valve | undefined): void {
    this.#valve = valve
    if (this.#held) valve?.hold()
  }

  /** Takes an event of so many bytes; one without a draft only moves the cursor. */
  add(draft: Draft | undefined, bytes: number, mark: Mark): void {
    this.#entries.push({ draft, bytes, mark })
    this.#bytes += bytes
    this.#schedule()
    if (!this.#held && this.#unsettled() >= this.#measures.bytes) {
      this.#held = true
      this.#valve?.hold()
    }
  }

  /** Resolves when there is room, or when the signal aborts. */
  room(signal: AbortSignal): Promise<void> {
    return this.#until(() => !this.#held, signal)
  }

  /** Resolves when everything is durable, when nothing more can be, or after so many milliseconds. */
  async drain(ms: number, timer: Timer): Promise<void> {
    const enough = new AbortController()
    const cancel = timer(ms, () => enough.abort())
    await this.#until(() => this.#broken || this.#entries.length + this.#inFlight.count === 0, enough.signal)
    cancel()
  }

  #until(met: () => boolean, signal: AbortSignal): Promise<void> {
    if (met() || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (!met() && !signal.aborted) return
        this.#waiting.delete(look)
        signal.removeEventListener('abort', look)
        resolve()
      }
      this.#waiting.add(look)
      signal.addEventListener('abort', look)
    })
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }

  #unsettled(): number {
    return this.#bytes + this.#inFlight.bytes
  }

  #schedule(): void {
    if (this.#scheduled || this.#broken || this.#entries.length === 0 || this.#inFlight.count >= this.#measures.offers) return
    this.#scheduled = true
    // One offer a turn: enrichment is done before `offer` returns, and the socket must get its turn in between.
    setImmediate(() => {
      this.#scheduled = false
      this.#offer()
      this.#schedule()
    })
  }

  #offer(): void {
    const entries = this.#entries.splice(0, this.#measures.drafts)
    const last = entries.at(-1)
    if (last === undefined) return
    const drafts: Draft[] = []
    let bytes = 0
    for (const entry of entries) {
      bytes += entry.bytes
      if (entry.draft !== undefined) drafts.push(entry.draft)
    }
    this.#bytes -= bytes
    this.#inFlight.add(drafts.length === 0 ? Promise.resolve() : this.#intake.offer(drafts, provenance), bytes, last.mark)
  }

  #afterLanding(): void {
    this.#schedule()
    // Not at once, so that the connection is not held and released with every offer.
    if (this.#held && this.#unsettled() <= this.#measures.bytes / 2) {
      this.#held = false
      this.#valve?.release()
    }
    this.#look()
  }
}
