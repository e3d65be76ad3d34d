// Owns the embedded index as a whole: one writing thread, few reading ones, and making damaged partitions again from the
// journal. The main thread never opens a database.
import type { Position } from '../../message/line.ts'
import { LoklakError } from '../../watch/errors.ts'
import { maxLimit, maxOffset, type Index, type IndexHealth } from '../port.ts'
import { readMessage } from './files/stored.ts'
import { errorOf } from './threads/failure.ts'
import type { Answers, Damage, Failure, Question, Results, Standing, Task } from './threads/protocol.ts'
import { findDamage } from './threads/check.ts'
import { createPressure, full, press } from './threads/pressure.ts'
import { askPastDamage, type Asides } from './threads/damage.ts'
import { Readers, shortened, usualReaders } from './threads/readers.ts'
import { createRepair, type Writer } from './threads/repair.ts'
import { Thread } from './threads/thread.ts'
import { unpackMessages } from './read/faces.ts'
import type { WriterData, WriterNotice } from './write/writer.ts'
import { catalogFile } from './files/catalog.ts'

export interface SqliteIndexOptions {
  /** A folder of its own; made where it is not there. */
  readonly folder: string
  /** How far the journal reaches. What begins anew is not whole before it has come so far. */
  readonly last: () => Position
  /** Lines of the journal after one position up to another, for what has to be made again. */
  readonly replay: (after: Position, upTo: Position, signal: AbortSignal) => AsyncIterable<readonly string[]>
  /** Told when a file was set aside, and when making it again failed and will be tried once more. */
  readonly onDamage: (damage: Damage) => void
  /** Told of which version an index was that is made anew for it. */
  readonly onOtherVersion: (version: number) => void
  /** Told when everything that was set aside or begun anew has been made again. */
  readonly onRepaired: () => void
  /** Ends opening it. What the thread has in hand is left as a crash leaves it. */
  readonly signal?: AbortSignal
  /** A partition is full with so many messages, as long as there are few partitions. */
  readonly rows?: number
  /** Reading threads. */
  readonly readers?: number
  /** Memory for columns in each of them, in bytes. */
  readonly columnBytes?: number
  /** Milliseconds before it is tried again to make what was set aside. */
  readonly repairPause?: number
}

type WriterThread = Thread<Task, Results, Failure, WriterNotice>

/** Memory of the writing thread for objects, in megabytes. */
const writerMemory = 256
/** For questions that have no time of their own. */
const patience = 10_000

/** Opens the index of a folder, or makes an empty one. Rejects with the reason of the signal when it aborts. */
export async function openSqliteIndex({ folder, last, replay, onDamage, onOtherVersion, onRepaired, signal, rows = 400_000, readers: threads = usualReaders.threads, columnBytes = 96 * 2 ** 20, repairPause = 5000 }: SqliteIndexOptions): Promise<Index> {
  signal?.throwIfAborted()
  const closing = new AbortController()
  let standing: Standing = { cursor: 0, behind: false, refused: {}, building: [] }
  let started: Readers | undefined
  let begun = 0
  let givingUp: Promise<void> = Promise.resolve()
  const hear = (notice: WriterNotice): void => {
    if ('damage' in notice) {
      onDamage(notice.damage)
      if (notice.damage.name === catalogFile) {
        begun += 1
        void started?.restart()
      }
    } else if ('otherVersion' in notice) onOtherVersion(notice.otherVersion)
    else {
      const isRepaired = !isWhole(standing) && isWhole(notice.standing)
      ;({ standing } = notice)
      repair.begin()
      // Of an index that is empty, since nothing was ever kept, there is nothing to tell.
      if (isRepaired && standing.cursor > 0) onRepaired()
    }
  }
  const pressure = createPressure()
  const data: WriterData = { folder, rows, pressure }
  const startWriter = (): WriterThread => new Thread(new URL('./write/writer.ts', import.meta.url), data, writerMemory, errorOf, hear)
  let thread = startWriter()
  const writer: Writer = {
    ask(task) {
      // Whatever ended the thread left whole files; what it had not finished is applied again.
      if (thread.isLost && !closing.signal.aborted) thread = startWriter()
      return thread.ask(task)
    },
  }
  const repair = createRepair({ writer, replay, cursor: () => standing.cursor, building: () => standing.building, onFailure: (reason) => onDamage({ name: 'replay', reason }), signal: closing.signal, pause: repairPause })
  async function giveUp(reason: unknown): Promise<void> {
    closing.abort(reason)
    await thread.end(reason instanceof Error ? reason : new Error(String(reason)))
    await repair.stop()
  }
  const stop = (): void => void giveUp(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await writer.ask({ kind: 'open', last: last() })
  } catch (error) {
    await giveUp(error)
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  const asides: Asides = {
    setAside: (start, generation, reason) => writer.ask({ kind: 'setAside', start, generation, reason }),
    async setAllAside(known, reason) {
      if (known === begun) {
        begun += 1
        givingUp = writer.ask({ kind: 'setAllAside', reason })
      }
      await givingUp
    },
    begun: () => begun,
  }
  const readers = (started = new Readers({ ...usualReaders, folder, columnBytes, pressure, threads }))
  const ask = <K extends Question['kind']>(question: Extract<Question, { readonly kind: K }>, signal?: AbortSignal): Promise<Answers[K]> =>
    askPastDamage((spent) => readers.ask<K>(shortened(question, spent), signal), asides)

  return {
    async apply(lines, after = 0) {
      await repair.gate()
      if (lines.length >= full) press(pressure, Date.now())
      await writer.ask({ kind: 'apply', lines, after, last: last() })
    },
    cursor: () => standing.cursor,
    async search(query, page, signal) {
      checkPage(page.limit, page.offset)
      const { messages, ...answer } = await ask({ kind: 'search', timeout: page.timeout, query, page }, signal)
      return { ...answer, messages: unpackMessages(messages) }
    },
    facets: (query, asked, signal) => ask({ kind: 'facets', timeout: asked.timeout, query, asked }, signal),
    histogram: (query, asked, signal) => ask({ kind: 'histogram', timeout: asked.timeout, query, asked }, signal),
    suggest: (text, asked, signal) => ask({ kind: 'suggest', timeout: asked.timeout, text, asked }, signal),
    author: (name, { timeout }, signal) => ask({ kind: 'author', timeout, name }, signal),
    async message(id, signal) {
      const text = await ask({ kind: 'message', timeout: patience, id }, signal)
      return text === undefined ? undefined : readMessage(text)
    },
    health: () => healthOf(standing, thread.isLost, readers.canAnswer),
    async stats(signal) {
      return { ...(await ask({ kind: 'stats', timeout: patience }, signal)), refused: standing.refused }
    },
    check: (signal, onPart = () => undefined) => findDamage({ folder, columnBytes: 0, pressure }, asides, onPart, signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal])),
    async forget(ids) {
      await writer.ask({ kind: 'forget', ids })
    },
    async clear() {
      await repair.stop()
      await writer.ask({ kind: 'clear', last: last() })
      await readers.restart()
    },
    async close() {
      closing.abort(new LoklakError('NOT_READY', 'The index is closed.'))
      await repair.stop()
      await readers.close()
      if (!thread.isLost) await thread.ask({ kind: 'close' })
      await thread.ended()
    },
  }
}

function checkPage(limit: number, offset = 0): void {
  if (!Number.isInteger(limit) || limit < 0 || limit > maxLimit) throw new LoklakError('BAD_PARAMETER', `limit: a whole number from 0 to ${maxLimit}, not ${limit}.`)
  if (!Number.isInteger(offset) || offset < 0 || offset > maxOffset) throw new LoklakError('BAD_PARAMETER', `offset: a whole number from 0 to ${maxOffset}, not ${offset}.`)
}

const isWhole = ({ behind, building }: Standing): boolean => !behind && building.length === 0

function healthOf({ cursor, behind, building }: Standing, isLost: boolean, canAnswer: boolean): IndexHealth {
  if (isLost) return { state: 'failed', reason: 'The thread that writes the index has ended.', cursor }
  if (!canAnswer) return { state: 'failed', reason: 'No thread that reads the index answers.', cursor }
  if (behind) return { state: 'building', reason: 'It is being made from the dumps.', cursor }
  if (building.length > 0) return { state: 'building', reason: `${building.length} damaged parts are being made again from the dumps.`, cursor }
  return { state: 'ok', reason: null, cursor }
}
