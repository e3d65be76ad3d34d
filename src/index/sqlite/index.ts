// Owns the embedded index as a whole: one writing thread, few reading ones, and making damaged partitions again from the
// journal. The main thread never opens a database.
import type { Position } from '../../message/record.ts'
import { LoklakError } from '../../watch/errors.ts'
import { maxLimit, maxOffset, type Hits, type Index, type IndexHealth } from '../port.ts'
import { readMessage, readMessages } from './files/stored.ts'
import { errorOf } from './threads/failure.ts'
import type { Damage, Failure, Results, Standing, Task } from './threads/protocol.ts'
import { Readers } from './threads/readers.ts'
import { createRepair, type Writer } from './threads/repair.ts'
import { Thread } from './threads/thread.ts'
import type { WriterData, WriterNotice } from './write/writer.ts'
import { catalogFile } from './files/catalog.ts'

export interface SqliteIndexOptions {
  /** A folder of its own; made where it is not there. */
  readonly folder: string
  /** Lines of the journal after one position up to another, for what has to be made again. */
  readonly replay: (after: Position, upTo: Position, signal: AbortSignal) => AsyncIterable<readonly string[]>
  /** Told when a file was set aside, and when making it again failed and will be tried once more. */
  readonly onDamage: (damage: Damage) => void
  /** Told when everything that was set aside has been made again. */
  readonly onRepaired: () => void
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

/** Opens the index of a folder, or makes an empty one. */
export async function openSqliteIndex({ folder, replay, onDamage, onRepaired, rows = 400_000, readers: threads = 2, columnBytes = 96 * 2 ** 20, repairPause = 5000 }: SqliteIndexOptions): Promise<Index> {
  const closing = new AbortController()
  let standing: Standing = { cursor: 0, refused: {}, building: [] }
  let started: Readers | undefined
  const hear = (notice: WriterNotice): void => {
    if ('damage' in notice) {
      onDamage(notice.damage)
      if (notice.damage.name === catalogFile) void started?.restart()
    } else {
      const isRepaired = standing.building.length > 0 && notice.standing.building.length === 0
      ;({ standing } = notice)
      repair.begin(standing.building)
      if (isRepaired) onRepaired()
    }
  }
  const data: WriterData = { folder, rows }
  const startWriter = (): WriterThread => new Thread(new URL('./write/writer.ts', import.meta.url), data, writerMemory, errorOf, hear)
  let thread = startWriter()
  const writer: Writer = {
    ask(task) {
      // Whatever ended the thread left whole files; what it had not finished is applied again.
      if (thread.isLost && !closing.signal.aborted) thread = startWriter()
      return thread.ask(task)
    },
  }
  const repair = createRepair({ writer, replay, cursor: () => standing.cursor, onFailure: (reason) => onDamage({ name: 'replay', reason }), signal: closing.signal, pause: repairPause })
  await writer.ask({ kind: 'open' })
  const readers = (started = new Readers({
    folder, columnBytes, threads, open: 256, grace: 5000,
    async onDamage({ start, generation, message }) {
      await writer.ask({ kind: 'setAside', start, generation, reason: message })
    },
  }))

  return {
    async apply(lines) {
      await repair.gate()
      await writer.ask({ kind: 'apply', lines })
    },
    cursor: () => standing.cursor,
    async search(query, page, signal) {
      checkPage(page.limit, page.offset)
      const { messages, ...answer } = await readers.ask({ kind: 'search', timeout: page.timeout, query, page }, signal)
      return { ...answer, messages: readMessages(messages) } satisfies Hits
    },
    facets: (query, asked, signal) => readers.ask({ kind: 'facets', timeout: asked.timeout, query, asked }, signal),
    histogram: (query, asked, signal) => readers.ask({ kind: 'histogram', timeout: asked.timeout, query, asked }, signal),
    suggest: (text, asked, signal) => readers.ask({ kind: 'suggest', timeout: asked.timeout, text, asked }, signal),
    author: (name, { timeout }, signal) => readers.ask({ kind: 'author', timeout, name }, signal),
    async message(id, signal) {
      const text = await readers.ask({ kind: 'message', timeout: patience, id }, signal)
      return text === undefined ? undefined : readMessage(text)
    },
    health: () => healthOf(standing, thread.isLost),
    async stats(signal) {
      return { ...(await readers.ask({ kind: 'stats', timeout: patience }, signal)), refused: standing.refused }
    },
    check: () => writer.ask({ kind: 'check' }),
    async forget(ids) {
      await writer.ask({ kind: 'forget', ids })
    },
    async clear() {
      await repair.stop()
      await writer.ask({ kind: 'clear' })
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

function healthOf({ cursor, building }: Standing, isLost: boolean): IndexHealth {
  if (isLost) return { state: 'failed', reason: 'The thread that writes the index has ended.', cursor }
  if (building.length > 0) return { state: 'building', reason: `${building.length} damaged parts are being made again from the dumps.`, cursor }
  return { state: 'ok', reason: null, cursor }
}
