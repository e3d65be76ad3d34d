// Owns the events that this server has, in order, and what of them survives its end. Does not know who reads them.
import { EventEmitter, once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isObject, parseJson } from '../../../src/support/json.ts'
import type { Change, Event } from './event.ts'

export interface LogOptions {
  /** The file that survives. */
  readonly path: string
  /**
   * When events reach the file. `exit` is what was seen of a real server after a kill -9: everything since the start is
   * lost, the upstream cursor too, and `seq` starts again where the file ends.
   */
  readonly flush: 'each' | 'exit'
  /** How long an event is kept, in microseconds. */
  readonly lookback: number
  /** Microseconds since 1970. */
  readonly now: () => number
}

const isEvent = (value: unknown): value is Event => isObject(value) && typeof value['seq'] === 'number' && typeof value['time_us'] === 'number'

export class EventLog {
  readonly #options: LogOptions
  /** Without a hole: an event's index is its seq less that of the first. */
  #events: Event[] = []
  #nextSeq = 1
  #lastTime = 0
  #upstream: number | undefined
  #unwritten: string[] = []
  readonly #grown = new EventEmitter().setMaxListeners(0)

  constructor(options: LogOptions) {
    this.#options = options
    mkdirSync(dirname(options.path), { recursive: true })
    if (!existsSync(options.path)) return
    for (const line of readFileSync(options.path, 'utf8').split('\n')) {
      const kept = parseJson(line)
      if (!isObject(kept) || !isEvent(kept['event'])) continue
      this.#events.push(kept['event'])
      this.#nextSeq = kept['event'].seq + 1
      this.#lastTime = kept['event'].time_us
      if (typeof kept['upstream'] === 'number') this.#upstream = kept['upstream']
    }
  }

  /** The number that the next event gets. */
  get nextSeq(): number {
    return this.#nextSeq
  }

  /** Place upstream of the last event; undefined where nothing is known of it. */
  get upstream(): number | undefined {
    return this.#upstream
  }

  /** Number of the oldest event that is still kept. */
  floor(): number {
    const oldest = this.#options.now() - this.#options.lookback
    const kept = this.#events.findIndex((event) => event.time_us >= oldest)
    this.#events.splice(0, kept === -1 ? this.#events.length : kept)
    return this.#events[0]?.seq ?? this.#nextSeq
  }

  at(seq: number): Event | undefined {
    return this.#events[seq - (this.#events[0]?.seq ?? 0)]
  }

  /** Number of the first kept event of that time or later. */
  since(time_us: number): number {
    this.floor()
    return this.#events.find((event) => event.time_us >= time_us)?.seq ?? this.#nextSeq
  }

  /** Takes what one upstream frame said; all of it gets the same time. */
  append(changes: readonly Change[], upstream: number): void {
    this.#upstream = upstream
    if (changes.length === 0) return
    const time_us = Math.max(this.#options.now(), this.#lastTime)
    this.#lastTime = time_us
    this.floor()
    for (const change of changes) {
      const event: Event = { ...change, seq: this.#nextSeq++, time_us }
      this.#events.push(event)
      this.#unwritten.push(`${JSON.stringify({ upstream, event })}\n`)
    }
    if (this.#options.flush === 'each') this.flush()
    this.#grown.emit('event')
  }

  /** Resolves when the event of that number is there. */
  async reached(seq: number, signal: AbortSignal): Promise<void> {
    while (seq >= this.#nextSeq) await once(this.#grown, 'event', { signal })
  }

  flush(): void {
    if (this.#unwritten.length > 0) appendFileSync(this.#options.path, this.#unwritten.join(''))
    this.#unwritten = []
  }
}
