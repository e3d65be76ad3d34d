// Owns the writing thread: one task after the other. With every result goes how the index stands.
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { Position } from '../../../message/line.ts'
import { catalogFile, indexVersion } from '../files/catalog.ts'
import { DamagedFile } from '../files/database.ts'
import { failureOf } from '../threads/failure.ts'
import { openCatalog } from './catalog-writer.ts'
import { Ingest } from './ingest.ts'
import type { Damage, Failure, Results, Standing, Task } from '../threads/protocol.ts'
import { isPressed, type Pressure } from '../threads/pressure.ts'
import type { Call, Reply } from '../threads/thread.ts'

export interface WriterData {
  readonly folder: string
  readonly rows: number
  readonly pressure: Pressure
}

export type WriterNotice = { readonly standing: Standing } | { readonly damage: Damage } | { readonly otherVersion: number }

const { folder, rows, pressure }: WriterData = workerData
/** Merging rests so many times as long as it works, and looks whether it is wanted after so many milliseconds. */
const restraint = 4
const looking = 1000

const say = (reply: Reply<Failure, WriterNotice>): void => parentPort?.postMessage(reply)
const onDamage = (name: string, reason: string): void => say({ notice: { damage: { name, reason } } })
const openFresh = (): Ingest => new Ingest({ folder, rows, onDamage })

/** Opens what is there. A damaged catalog is set aside with all that belongs to it; another version's index is thrown away. */
function open(): Ingest {
  try {
    const catalog = openCatalog(folder)
    const version = catalog.state('version')
    // Before anything else of it is read: another version may have other columns.
    if (version === undefined || version === indexVersion) return new Ingest({ folder, rows, onDamage, catalog })
    catalog.close()
    empty()
    say({ notice: { otherVersion: version } })
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error
    setAllAside(error.message)
  }
  return openFresh()
}

function setAllAside(reason: string): void {
  const aside = `${folder}.damaged`
  rmSync(aside, { recursive: true, force: true })
  renameSync(folder, aside)
  onDamage(catalogFile, reason)
}

function empty(): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
}

let ingest = open()

function beginAnew(reason: string): void {
  ingest.close()
  setAllAside(reason)
  ingest = openFresh()
}

/** What was set aside keeps what was deleted since: it goes when all of it has been made again. */
function forgetDamaged(): void {
  if (!ingest.catalog.isBehind()) rmSync(`${folder}.damaged`, { recursive: true, force: true })
}

function apply(lines: readonly string[], after: Position, last: Position): void {
  ingest.catalog.aim(last)
  // Whatever task met the damage that made it begin anew, or if that was in another life of this thread: the history comes first.
  const cursor = ingest.catalog.cursor()
  if (cursor < after) throw new Error(`it reaches ${cursor} and cannot go on after ${after}: it was begun anew`)
  const wasBehind = ingest.catalog.isBehind()
  ingest.apply(lines)
  if (wasBehind) forgetDamaged()
}

function clear(last: Position): void {
  const volume = ingest.volume()
  const now = Math.floor(ingest.catalog.cursor() / 1000)
  ingest.close()
  empty()
  ingest = openFresh()
  ingest.catalog.aim(last)
  if (volume.size > 0) ingest.plan(now, volume)
}

function work(task: Task): Results[Task['kind']] {
  switch (task.kind) {
    case 'open':
      ingest.catalog.aim(task.last)
      return forgetDamaged()
    case 'apply':
      return apply(task.lines, task.after, task.last)
    case 'refill':
      return ingest.refill(task.parts, task.lines, task.upTo)
    case 'progress':
      return ingest.progress(task.part)
    case 'built':
      return ingest.built(task.part)
    case 'setAside':
      return ingest.setAside(task.start, task.generation, task.reason)
    case 'setAllAside':
      return beginAnew(task.reason)
    case 'forget':
      return ingest.forget(task.ids)
    case 'clear':
      return clear(task.last)
    default:
      return ingest.close()
  }
}

const standing = (): Standing => ({
  cursor: ingest.catalog.cursor(),
  behind: ingest.catalog.isBehind(),
  refused: Object.fromEntries(ingest.refused),
  building: ingest.partitions.list.filter(({ building }) => building).map(({ span: { start }, generation }) => ({ start, generation })),
})

const tellStanding = (): void => say({ notice: { standing: standing() } })

/** After something failed: without its catalog an index has to begin anew. */
function meet(error: unknown): void {
  if (!(error instanceof DamagedFile) || error.path !== ingest.catalog.db.path) return
  beginAnew(error.message)
  tellStanding()
}

/** Whether there was something to merge. It answers to nobody: what else fails here fails where it matters too, and is told there. */
function mergeStep(): boolean {
  try {
    const done = ingest.merging.step()
    if (done === 'damaged') tellStanding()
    return done === 'worked'
  } catch (error) {
    meet(error)
    return false
  }
}

/** Between tasks, which so wait for a step at most. */
function merge(): void {
  const began = performance.now()
  const isMore = !isPressed(pressure, Date.now()) && mergeStep()
  merging = setTimeout(merge, isMore ? (performance.now() - began) * restraint : looking)
}
let merging = setTimeout(merge, looking)

// Who asks may have known another life of this thread.
tellStanding()
parentPort?.on('message', (call: Call<Task>) => {
  if ('abandon' in call) return
  const { id, ask } = call
  try {
    const value = work(ask)
    if (ask.kind !== 'close') tellStanding()
    say({ id, value })
    if (ask.kind === 'close') {
      clearTimeout(merging)
      parentPort?.close()
    }
  } catch (error) {
    meet(error)
    say({ id, failure: failureOf(error) })
  }
})
