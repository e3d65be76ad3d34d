// Owns the work on an archive that only its one holder can do: import, compaction, repair, saying how far it is. The running
// server does it when a command asks by the socket; the command does it itself where no server runs. Either way it tells
// line by line how far it is.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Archive } from '../intake/archive.ts'
import { importFile } from '../sources/dump/import.ts'
import { telling } from '../support/telling.ts'
import { LoklakError } from '../watch/errors.ts'
import { floorOf } from './archive.ts'
import type { Step } from './steps.ts'

/** Takes what the command sent, yields lines for it. */
export type Task = (archive: Archive, body: unknown, signal: AbortSignal) => AsyncIterable<object>

const ImportBody = Type.Object({
  paths: Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 }),
  floor: Type.Optional(Type.Object({ bytes: Type.Number(), percent: Type.Number() })),
})

const isDump = (name: string): boolean => /\.(txt|txt\.gz|zst)$/.test(name)

/** The files of a path: itself, or where it is a folder those in it that are dumps, in the order of names. */
async function filesOf(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new LoklakError('BAD_IMPORT', `${path} is not there.`)
  return info.isDirectory() ? (await readdir(path)).filter(isDump).sort().map((name) => join(path, name)) : [path]
}

/**
 * Yields `{file, bytes, total, counts, …}` as it goes, `{file, refused}` for a file that is refused as a whole, and `{empty}` for a
 * folder in which there is nothing to import.
 */
async function* importFiles(archive: Archive, body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  if (!Value.Check(ImportBody, body)) throw new LoklakError('BAD_PARAMETER', 'paths: a list of files or folders was expected')
  const { paths, floor } = body
  const folders = { state: join(archive.folder.state, 'imports'), rejected: archive.folder.imported, ...(floor === undefined ? {} : { floor: floorOf(floor) }) }
  // Before anything is begun, so that a path that is not there is told at once.
  const found = await Promise.all(paths.map(filesOf))
  for (const [at, files] of found.entries()) {
    if (files.length === 0) yield { empty: paths[at] }
    for (const file of files) {
      try {
        yield* importFile(file, archive.intake, folders, signal)
      } catch (error) {
        if (signal.aborted) throw new LoklakError('INTERRUPTED', '', { cause: error })
        if (!(error instanceof LoklakError)) throw error
        yield { file, refused: error.message }
      }
    }
  }
}

/** Steps, then `{lines, foreign}`. */
async function* compact(archive: Archive, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  const done = yield* telling((say: (step: Step) => void) => archive.compact(signal, say))
  if (signal.aborted) throw new LoklakError('INTERRUPTED', '')
  yield done
}

/** Steps, then `{repaired, broken, resealed, failed, kept}`. */
async function* repair(archive: Archive, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  const { changed, broken, resealed, failed } = yield* telling((say: (step: Step) => void) => archive.journal.repair(signal, say))
  if (signal.aborted) throw new LoklakError('STOPPED', 'What was repaired stays so.')
  yield { repaired: changed, broken, resealed, failed, kept: changed + broken === 0 ? '' : join(archive.folder.state, 'quarantine') }
}

/** What is on disk, and that what is known is as new, also to other processes: `{position, segments}`. */
async function* extent({ journal, known }: Archive): AsyncGenerator<object> {
  known.commit()
  yield { position: known.cursor(), segments: journal.segments() }
}

export const tasks = { import: importFiles, compact, repair, extent } as const satisfies Record<string, Task>
export type TaskName = keyof typeof tasks
