// Owns the work on an archive that only its one holder can do: import, compaction, repair, saying how far it is. The running
// server does it when a command asks by the socket; the command does it itself where no server runs. Either way it tells
// line by line how far it is.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Archive } from '../intake/archive.ts'
import { importFile } from '../sources/dump/import.ts'
import { LoklakError } from '../watch/errors.ts'

/** Takes what the command sent, yields lines for it. */
export type Task = (archive: Archive, body: unknown, signal: AbortSignal) => AsyncIterable<object>

const ImportBody = Type.Object({ paths: Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 }) })

const isDump = (name: string): boolean => /\.(txt|txt\.gz|zst)$/.test(name)

/** The files of the paths, folders opened one level deep, in the order of names. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined)
    if (info === undefined) throw new LoklakError('BAD_IMPORT', `${path} is not there.`)
    if (!info.isDirectory()) files.push(path)
    else files.push(...(await readdir(path)).filter(isDump).sort().map((name) => join(path, name)))
  }
  return files
}

/** Yields `{file, bytes, total, counts}` as it goes and `{file, refused}` for a file that is refused as a whole. */
async function* importFiles(archive: Archive, body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  if (!Value.Check(ImportBody, body)) throw new LoklakError('BAD_PARAMETER', 'paths: a list of files or folders was expected')
  const folders = { state: join(archive.folder.state, 'imports'), rejected: archive.folder.imported }
  for (const file of await filesOf(body.paths)) {
    try {
      yield* importFile(file, archive.intake, folders, signal)
    } catch (error) {
      if (!(error instanceof LoklakError) || signal.aborted) throw error
      yield { file, refused: error.message }
    }
  }
}

async function* compact(archive: Archive, _body: unknown, signal: AbortSignal): AsyncGenerator<object> {
  yield await archive.compact(signal)
}

async function* repair(archive: Archive): AsyncGenerator<object> {
  yield { repaired: await archive.journal.repair() }
}

/** What is on disk, and that what is known is as new, also to other processes: `{position, segments}`. */
async function* extent({ journal, known }: Archive): AsyncGenerator<object> {
  known.commit()
  yield { position: known.cursor(), segments: journal.segments() }
}

export const tasks = { import: importFiles, compact, repair, extent } as const satisfies Record<string, Task>
export type TaskName = keyof typeof tasks
