// Owns where the import of a file stopped, with the counters up to there: one small file for each unfinished import.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { LoklakError } from '../../watch/errors.ts'

const Counts = Type.Object({
  lines: Type.Integer(),
  new: Type.Integer(),
  known: Type.Integer(),
  edited: Type.Integer(),
  deleted: Type.Integer(),
  authors: Type.Integer(),
  withheld: Type.Integer(),
  invalid: Type.Integer(),
})
/** What became of the lines of a file. `known` counts what was there already, unchanged edits and deletes included. */
export type ImportCounts = Static<typeof Counts>
export const noCounts: ImportCounts = { lines: 0, new: 0, known: 0, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 0 }

/** `line` is the number of the last line that is done, `leftOut` how many refused lines were not kept; `isWhole` where there are no more. */
const Place = Type.Object({ line: Type.Integer(), leftOut: Type.Integer(), counts: Counts, isWhole: Type.Boolean() })
export type Place = Static<typeof Place>

export interface Memory {
  /** Bytes of the file. */
  readonly size: number
  /** Where to go on; the beginning where nothing is remembered. */
  recall(): Promise<Place>
  keep(place: Place): Promise<void>
  forget(): Promise<void>
  close(): Promise<void>
}

const mark = (...of: readonly (string | number)[]): string => createHash('sha256').update(of.join('\n')).digest('hex')

/**
 * A place is written over the last one, as long as it at least, by one write that is not synced: cheap enough for every batch. After a
 * power cut it may be an old one or none, which costs reading lines again that are then known.
 */
const placeBytes = 400

/** Tells files of one name in different folders apart. */
export const markOf = (path: string): string => mark(resolve(path)).slice(0, 8)

/** The memory of a file in a folder, which is made; another size or time makes it another file. Throws BAD_IMPORT where there is no such file. */
export async function memoryOf(folder: string, file: string): Promise<Memory> {
  const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
    throw new LoklakError('BAD_IMPORT', `${file} cannot be read.`, { cause: error })
  })
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${mark(resolve(file), size, mtimeMs).slice(0, 24)}.json`)
  let kept: FileHandle | undefined
  return {
    size,
    async recall() {
      try {
        const json: unknown = JSON.parse(await readFile(path, 'utf8'))
        if (Value.Check(Place, json)) return json
      } catch {
        // There is none that can be read.
      }
      return { line: 0, leftOut: 0, counts: noCounts, isWhole: false }
    },
    async keep(place) {
      kept ??= await open(path, constants.O_WRONLY | constants.O_CREAT)
      await kept.write(JSON.stringify(place).padEnd(placeBytes), 0)
    },
    forget: () => rm(path, { force: true }),
    close: async () => kept?.close(),
  }
}
