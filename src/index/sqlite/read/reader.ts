// Owns a reading thread: answers questions, several at once in turns. Never writes.
import { existsSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { shownMessage, profile } from './authors.ts'
import { checkNext } from './check.ts'
import { Catalog, catalogFile } from '../files/catalog.ts'
import { DamagedFile } from '../files/database.ts'
import { facets } from './facets.ts'
import { failureOf } from '../threads/failure.ts'
import { histogram } from './histogram.ts'
import type { Answers, Failure, Question } from '../threads/protocol.ts'
import { findMessage } from './scope.ts'
import { isPressed, type Pressure } from '../threads/pressure.ts'
import { search } from './search.ts'
import { stats } from './stats.ts'
import { suggest } from './suggest.ts'
import type { Call, Reply } from '../threads/thread.ts'
import { Turn } from './turn.ts'
import { View } from './view.ts'

export interface ReaderData {
  readonly folder: string
  /** Memory for columns, in bytes. */
  readonly columnBytes: number
  readonly pressure: Pressure
}

const { folder, columnBytes, pressure }: ReaderData = workerData
let opened: View | undefined
const turns = new Map<number, Turn>()
const small = new Set<Turn>()
// What is collected now cannot be collected later: where the processor is wanted by both, it goes first. Elsewhere this would be the whole process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
/** After so many milliseconds without a question memory is given back. */
const restAfter = 120_000
const resting = setTimeout(() => turns.size === 0 && opened?.rest(), restAfter).unref()

/** Opened with the first question, which is then told what is damaged. */
function openView(): View {
  const path = join(folder, catalogFile)
  if (!existsSync(path)) throw new DamagedFile(path, 'the file is gone')
  return new View(folder, new Catalog(path, true), columnBytes)
}

function messageById(id: string, view: View): string | undefined {
  const found = findMessage(id, view, view.partitions())
  return found === undefined ? undefined : JSON.stringify(shownMessage(found.message, view.catalog))
}

/** Puts what need not be copied into `moved`. */
async function answer(question: Question, turn: Turn, moved: ArrayBuffer[]): Promise<Answers[Question['kind']]> {
  const view = (opened ??= openView())
  switch (question.kind) {
    case 'search': {
      const found = await search(question.query, question.page, view, turn)
      moved.push(found.messages.bytes.buffer)
      return found
    }
    case 'facets':
      return facets(question.query, question.asked, view, turn)
    case 'histogram':
      return histogram(question.query, question.asked, view, turn)
    case 'suggest':
      return suggest(question.text, question.asked, view, turn)
    case 'author':
      return profile(question.name, view, turn)
    case 'message':
      return messageById(question.id, view)
    case 'checkCatalog':
      return view.catalog.check()
    case 'check':
      return checkNext(question.after, view)
    default:
      return stats(view, folder)
  }
}

async function reply(id: number, question: Question): Promise<void> {
  const turn = new Turn(question.timeout, { small, pressed: () => isPressed(pressure, Date.now()) })
  turns.set(id, turn)
  const moved: ArrayBuffer[] = []
  let reply: Reply<Failure, never>
  try {
    reply = { id, value: await answer(question, turn, moved) }
  } catch (error) {
    // To an abandoned question too: that tells that there is room again.
    reply = { id, failure: failureOf(error) }
  } finally {
    turns.delete(id)
    small.delete(turn)
    if (turns.size === 0) resting.refresh()
  }
  parentPort?.postMessage(reply, moved)
}

parentPort?.on('message', (call: Call<Question>) => {
  if ('abandon' in call) turns.get(call.abandon)?.abandon()
  else void reply(call.id, call.ask)
})
