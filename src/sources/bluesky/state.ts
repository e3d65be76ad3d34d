// Owns what the source must remember over a restart: its cursor and its gaps, in one small file. Saved only what the
// intake has made durable, the first of it at once, then at most once a second. Does not know what a cursor is compared with.
import { readFile, rename } from 'node:fs/promises'
import { writeAtomic } from '../../support/atomic-file.ts'
import { isObject, parseJson } from '../../support/json.ts'
import type { Gap } from '../source.ts'
import { advanced, type Mark } from './cursor.ts'
import { leastTime } from './decode.ts'
import type { Surroundings } from './options.ts'

const mostGaps = 100
const saveEvery = 1000

interface Remembered {
  readonly cursor: Mark | null
  readonly gaps: readonly Gap[]
}

const isGap = (value: unknown): value is Gap => isObject(value) && [value['from'], value['to'], value['reason']].every((text) => typeof text === 'string')

function parseState(text: string): Remembered | undefined {
  const json = parseJson(text)
  if (!isObject(json) || !Array.isArray(json['gaps'])) return undefined
  const gaps = json['gaps'].filter(isGap)
  if (json['cursor'] === null) return { cursor: null, gaps }
  const { time, server, seq } = isObject(json['cursor']) ? json['cursor'] : {}
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < leastTime || typeof server !== 'string') return undefined
  return { cursor: { time, server, seq: typeof seq === 'number' ? seq : undefined }, gaps }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export class State {
  readonly #path: string
  readonly #around: Surroundings
  #cursor: Mark | null
  #gaps: readonly Gap[]
  #cancel: (() => void) | undefined
  #saving: Promise<void> = Promise.resolve()
  /** There is a cursor, and it was to be saved. */
  #hasBegun: boolean
  #dirty = false
  #broken = false
  #closed = false

  private constructor(path: string, around: Surroundings, from: Remembered) {
    this.#path = path
    this.#around = around
    this.#cursor = from.cursor
    this.#gaps = from.gaps
    this.#hasBegun = from.cursor !== null
  }

  /**
   * A file that cannot be understood is set aside as `.damaged`, and everything that a server still has, `lookback`
   * milliseconds, is asked for again: known messages are not written twice.
   */
  static async open(path: string, lookback: number, around: Surroundings): Promise<State> {
    const text = await read(path)
    if (text === undefined) return new State(path, around, { cursor: null, gaps: [] })
    const remembered = parseState(text)
    if (remembered !== undefined) return new State(path, around, remembered)
    await rename(path, `${path}.damaged`)
    around.log.warn({ path }, 'The state of the Bluesky source is damaged and was set aside; what the servers still have is read again.')
    const time = Math.max(leastTime, (around.now() - lookback) * 1000)
    return new State(path, around, { cursor: { time, server: '', seq: undefined }, gaps: [] })
  }

  get cursor(): Mark | null {
    return this.#cursor
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** Everything up to this mark is durable. */
  landed(mark: Mark): void {
    this.#cursor = advanced(this.#cursor, mark, this.#around.now())
    this.#changed()
  }

  /** Puts right a cursor that made no sense, microseconds since 1970. */
  correct(time: number): void {
    this.#cursor = { time, server: '', seq: undefined }
    this.#changed()
  }

  /** Keeps the newest gaps. One that begins where the last one began is that gap seen again. */
  addGap(gap: Gap): void {
    const others = this.#gaps.at(-1)?.from === gap.from ? this.#gaps.slice(0, -1) : this.#gaps
    this.#gaps = [...others, gap].slice(-mostGaps)
    this.#changed()
  }

  /** Saves what is not saved yet. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    await this.#saving
    if (this.#dirty) await this.#save()
  }

  #changed(): void {
    this.#dirty = true
    if (this.#closed) return
    // Who has no cursor at all begins with what comes from now on: a death in the first second would miss what follows it.
    this.#cancel ??= this.#around.timer(this.#hasBegun ? saveEvery : 0, () => {
      this.#saving = this.#save().finally(() => {
        this.#cancel = undefined
        if (this.#dirty) this.#changed()
      })
    })
  }

  /** A disk that does not take it is tried again with the next change: an older cursor only repeats what is known. */
  async #save(): Promise<void> {
    this.#dirty = false
    this.#hasBegun ||= this.#cursor !== null
    try {
      await writeAtomic(this.#path, `${JSON.stringify({ cursor: this.#cursor, gaps: this.#gaps }, null, 1)}\n`)
      this.#broken = false
    } catch (error) {
      if (!this.#broken) this.#around.log.warn({ error, path: this.#path }, 'The state of the Bluesky source cannot be saved.')
      this.#broken = true
    }
  }
}
